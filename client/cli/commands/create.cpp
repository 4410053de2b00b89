// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/cli/commands/command.h"
#include "client/cli/error_text.h"
#include "client/cli/output.h"
#include "client/cli/passphrase.h"
#include "client/core/allowance/invitation.h"
#include "client/core/relay_address.h"

namespace magpie::cli {
namespace {

struct CreateOptions {
  std::string name;
  std::string relay;
  std::string invite;
};

Result<void> create(const Invocation& invocation, const CreateOptions& options) {
  if (!options.invite.empty() && !client::parse_invitation(options.invite)) {
    return fail(Errc::kUsage, site::kInvitation);
  }
  const auto relay = client::parse_relay_address(options.relay);
  if (!relay) return fail(Errc::kUsage, site::kRelay);
  if (client::Client::profile_exists(invocation.profile)) {
    return fail(Errc::kExists, site::kProfileExists);
  }
  MAGPIE_TRY(auto passphrase, read_passphrase(invocation.passphrase_file, true));
  Session session(invocation.profile);
  MAGPIE_TRY(const auto made, session.ask<client::ProfileInfo>([&](auto done) {
    session.client().create({options.name, std::move(passphrase), relay}, std::move(done));
  }));
  std::error_code unknown;  // where the working directory is gone: as it was given
  const auto absolute = std::filesystem::absolute(invocation.profile, unknown);
  const std::string folder = (unknown ? invocation.profile : absolute).string();
  const std::string fingerprint = made.fingerprint.hex();
  if (invocation.json) {
    print_json(Json{{"profile", folder}, {"name", made.name}, {"fingerprint", fingerprint}});
  } else {
    print_line("Profile of " + made.name + " in " + folder);
    print_line("Fingerprint " + fingerprint);
  }
  return redeem(session, options.invite);
}

}  // namespace

void add_create(CLI::App& app, Invocation& invocation) {
  const auto options = [](CLI::App& command, CreateOptions& to) {
    command.add_option("--name", to.name, "How others see you")->required();
    command.add_option("--relay", to.relay, "ADDRESS, as the relay printed it")->required();
    command.add_option("--invite", to.invite,
                       "The invitation code that its administrator gave you");
  };
  add_command<CreateOptions>(app, invocation, "create", "Make a new profile", options, create);
}

}  // namespace magpie::cli
