// SPDX-License-Identifier: GPL-3.0-or-later
// mls-peer: the MLS engine behind one JSON object a line, so that live peers of other
// implementations can be run against it. One process is one client in at most one group.
#include <exception>
#include <iostream>
#include <string>

#include "tests/crypto/mls/peer.h"

namespace magpie::mls::peer {
namespace {

Json refusal(Json id, const char* code, const std::string& text) {
  return {{"id", std::move(id)}, {"error", {{"code", code}, {"text", text}}}};
}

/// The JSON library throws where a value has another type than it is read as; and memory may run
/// out for a line that asks for too much. Neither may end the process.
Json answer(Peer& peer, const std::string& line) {
  Json id = nullptr;
  try {
    const Json in = Json::parse(line, nullptr, false);
    if (in.is_discarded()) return refusal(nullptr, "malformed", "not JSON");
    if (!in.is_object()) return refusal(nullptr, "usage", "not an object");
    id = in.value("id", Json(nullptr));
    const auto command = in.find("cmd");
    if (command == in.end() || !command->is_string()) {
      return refusal(std::move(id), "usage", "cmd");
    }
    auto result = peer.run(command->get<std::string>(), in);
    if (!result) return refusal(std::move(id), result.error().code, result.error().text);
    return {{"id", std::move(id)}, {"ok", *std::move(result)}};
  } catch (const std::exception& error) {
    return refusal(std::move(id), "internal", error.what());
  }
}

}  // namespace
}  // namespace magpie::mls::peer

int main() {
  std::ios::sync_with_stdio(false);
  magpie::SystemRandom random;
  magpie::mls::peer::Peer peer(random);
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << magpie::mls::peer::answer(peer, line).dump() << '\n' << std::flush;
  }
  return 0;
}
