// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/cli/commands/command.h"
#include "client/cli/output.h"

namespace magpie::cli {
namespace {

struct RoomsOptions {};

Json as_json(const client::RoomInfo& room) {
  Json members = Json::array();
  for (const auto& member : room.members) {
    members.push_back(Json{{"name", member.name},
                           {"fingerprint", member.fingerprint.hex()},
                           {"verified", member.verified},
                           {"role", word(member.role)},
                           {"self", member.self}});
  }
  return Json{{"room", room.id.hex()},   {"title", room.title},
              {"kind", word(room.kind)}, {"members", std::move(members)},
              {"unread", room.unread},   {"state", word(room.state)}};
}

std::string as_text(const client::RoomInfo& room) {
  std::string line = short_id(room.id) + "  " + std::string(word(room.kind)) + "  " +
                     std::string(word(room.state)) + "  " + std::to_string(room.unread) +
                     " unread  " + printable(room.title);
  for (const auto& member : room.members) {
    if (member.self) continue;
    line += "\n    " + printable(member.name) + "  " + short_id(member.fingerprint);
    if (member.numbers_compared) {
      line += "  numbers compared";
    } else if (member.introduced) {
      line += "  verified by introduction";
    }
  }
  return line;
}

Result<void> rooms(const Invocation& invocation, const RoomsOptions&) {
  MAGPIE_TRY(const auto session, open_session(invocation));
  MAGPIE_TRY(const auto all, session->rooms());
  for (const auto& room : all) {
    invocation.json ? print_json(as_json(room)) : print_line(as_text(room));
  }
  return {};
}

}  // namespace

void add_rooms(CLI::App& app, Invocation& invocation) {
  add_command<RoomsOptions>(
      app, invocation, "rooms", "List your rooms, with who is in them",
      [](CLI::App&, RoomsOptions&) {}, rooms);
}

}  // namespace magpie::cli
