// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/cli/commands/command.h"
#include "client/cli/lookup.h"
#include "client/cli/output.h"

namespace magpie::cli {
namespace {

struct VerifyOptions {
  std::string room;
  std::string person;
};

Result<void> verify(const Invocation& invocation, const VerifyOptions& options) {
  MAGPIE_TRY(const auto session, open_session(invocation));
  MAGPIE_TRY(const auto room, find_room(*session, options.room));
  MAGPIE_TRY(const auto person, find_person(room, options.person));
  MAGPIE_TRY_VOID(session->ask<void>([&](auto done) {
    session->client().verify(room.id, person.fingerprint, true, std::move(done));
  }));
  if (invocation.json) {
    print_json(Json{{"room", room.id.hex()},
                    {"name", person.name},
                    {"fingerprint", person.fingerprint.hex()},
                    {"verified", true}});
  } else {
    print_line(printable(person.name) + ": numbers compared");
  }
  return {};
}

}  // namespace

void add_verify(CLI::App& app, Invocation& invocation) {
  const auto options = [](CLI::App& command, VerifyOptions& to) {
    command.add_option("ROOM", to.room, "The room's id, or its beginning")->required();
    command.add_option("PERSON", to.person, "A name, or a fingerprint's beginning")->required();
  };
  add_command<VerifyOptions>(app, invocation, "verify",
                             "Say that you compared safety numbers with a person, and they match",
                             options, verify);
}

}  // namespace magpie::cli
