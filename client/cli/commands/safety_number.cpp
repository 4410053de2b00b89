// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/cli/commands/command.h"
#include "client/cli/lookup.h"
#include "client/cli/output.h"

namespace magpie::cli {
namespace {

struct SafetyNumberOptions {
  std::string room;
  std::string person;
};

Result<void> safety_number(const Invocation& invocation, const SafetyNumberOptions& options) {
  MAGPIE_TRY(const auto session, open_session(invocation));
  MAGPIE_TRY(const auto room, find_room(*session, options.room));
  MAGPIE_TRY(const auto person, find_person(room, options.person));
  MAGPIE_TRY(const auto number, session->ask<std::string>([&](auto done) {
    session->client().safety_number(room.id, person.fingerprint, std::move(done));
  }));
  if (invocation.json) {
    print_json(Json{{"room", room.id.hex()},
                    {"name", person.name},
                    {"fingerprint", person.fingerprint.hex()},
                    {"safety_number", number}});
  } else {
    print_line(number);
  }
  return {};
}

}  // namespace

void add_safety_number(CLI::App& app, Invocation& invocation) {
  const auto options = [](CLI::App& command, SafetyNumberOptions& to) {
    command.add_option("ROOM", to.room, "The room's id, or its beginning")->required();
    command.add_option("PERSON", to.person, "A name, or a fingerprint's beginning");
  };
  add_command<SafetyNumberOptions>(
      app, invocation, "safety-number",
      "Show the number to compare by telephone: both sides see the same", options, safety_number);
}

}  // namespace magpie::cli
