// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/cli/commands/command.h"

#include "client/cli/passphrase.h"

namespace magpie::cli {

Result<std::unique_ptr<Session>> open_session(const Invocation& invocation,
                                              Session::Warnings warnings) {
  if (!client::Client::profile_exists(invocation.profile)) {
    return fail(Errc::kNotFound, "vault: no profile");
  }
  MAGPIE_TRY(auto passphrase, read_passphrase(invocation.passphrase_file, false));
  auto session = std::make_unique<Session>(invocation.profile, warnings);
  MAGPIE_TRY_VOID(session->open(std::move(passphrase)));
  return session;
}

Result<void> redeem(Session& session, const std::string& invitation) {
  if (invitation.empty()) return {};
  return session
      .ask<client::AllowanceInfo>(
          [&](auto done) { session.client().redeem(invitation, std::move(done)); })
      .map([](const auto&) {});
}

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::duration<double>(seconds));
}

Session::Deadline deadline_in(double seconds) {
  return std::chrono::steady_clock::now() + milliseconds(seconds);
}

}  // namespace magpie::cli
