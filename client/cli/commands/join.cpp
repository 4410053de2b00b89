// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/cli/commands/command.h"
#include "client/cli/error_text.h"
#include "client/cli/output.h"
#include "client/cli/passphrase.h"
#include "client/core/introduction/link.h"

namespace magpie::cli {
namespace {

constexpr std::chrono::seconds kSettle{5};

struct JoinOptions {
  std::string link;
  std::string name;
  std::string pin;
};

/// Waits for what comes next in the room, so that it is whole when the program ends. Where that
/// takes too long the next command goes on: joining has succeeded.
void see_room_begin(Session& session) {
  (void)session.ask<void>([&](auto done) { session.client().settle(kSettle, std::move(done)); });
}

Result<client::JoinedInfo> join_with_profile(const Invocation& invocation,
                                             client::JoinRequest request) {
  MAGPIE_TRY(const auto session, open_session(invocation));
  MAGPIE_TRY(auto joined, session->ask<client::JoinedInfo>([&](auto done) {
    session->client().join(std::move(request), std::move(done));
  }));
  see_room_begin(*session);
  return joined;
}

Result<client::JoinedInfo> join_newly(const Invocation& invocation, client::JoinRequest request) {
  if (request.name.empty()) return fail(Errc::kUsage, site::kNoName);
  MAGPIE_TRY(auto passphrase, read_passphrase(invocation.passphrase_file, true));
  Session session(invocation.profile);
  MAGPIE_TRY(auto joined, session.ask<client::JoinedInfo>([&](auto done) {
    session.client().join_new({request.name, std::move(passphrase), std::nullopt}, request,
                              std::move(done));
  }));
  see_room_begin(session);
  return joined;
}

Result<void> join(const Invocation& invocation, const JoinOptions& options) {
  // Before a passphrase is asked for.
  MAGPIE_TRY_VOID(client::parse_link(options.link));
  client::JoinRequest request{options.link, options.pin, options.name};
  MAGPIE_TRY(const auto joined, client::Client::profile_exists(invocation.profile)
                                    ? join_with_profile(invocation, std::move(request))
                                    : join_newly(invocation, std::move(request)));
  const std::string room = joined.room.hex();
  const std::string fingerprint = joined.fingerprint.hex();
  if (invocation.json) {
    print_json(Json{{"room", room}, {"inviter", joined.inviter}, {"fingerprint", fingerprint}});
  } else {
    print_line("You can write to " + printable(joined.inviter) + " now: room " +
               short_id(joined.room));
    print_line("Fingerprint " + fingerprint);
  }
  return {};
}

}  // namespace

void add_join(CLI::App& app, Invocation& invocation) {
  const auto options = [](CLI::App& command, JoinOptions& to) {
    command.add_option("LINK", to.link, "The introduction that you were given")->required();
    command.add_option("--name", to.name, "How others see you; makes the profile if it is new");
    command.add_option("--pin", to.pin, "If the introduction has one");
  };
  add_command<JoinOptions>(app, invocation, "join", "Follow somebody's introduction", options,
                           join);
}

}  // namespace magpie::cli
