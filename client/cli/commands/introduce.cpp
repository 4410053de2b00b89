// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/cli/commands/command.h"
#include "client/cli/output.h"
#include "client/cli/qr_picture.h"

namespace magpie::cli {
namespace {

struct IntroduceOptions {
  std::string pin;
  std::string greeting;
  std::filesystem::path qr;
  std::string invite;
};

Result<void> introduce(const Invocation& invocation, const IntroduceOptions& options) {
  MAGPIE_TRY(const auto session, open_session(invocation));
  MAGPIE_TRY_VOID(redeem(*session, options.invite));
  client::IntroduceRequest request;
  request.pin = options.pin;
  request.greeting = options.greeting;
  MAGPIE_TRY(const auto made, session->ask<client::IntroductionInfo>([&](auto done) {
    session->client().introduce(std::move(request), std::move(done));
  }));
  if (invocation.json) {
    print_json(Json{{"link", made.link}, {"room", made.room.hex()}});
  } else {
    print_line(made.link);
  }
  if (options.qr.empty()) return {};
  return write_qr_picture(made.link, options.qr);
}

}  // namespace

void add_introduce(CLI::App& app, Invocation& invocation) {
  const auto options = [](CLI::App& command, IntroduceOptions& to) {
    command.add_option("--pin", to.pin, "Also asked of whoever joins; tell it by telephone");
    command.add_option("--greeting", to.greeting, "Shown to whoever opens the link");
    command.add_option("--invite", to.invite, "A code of the relay, where it asks for one");
    command.add_option("--qr", to.qr, "Write the link as a picture, a PNG file");
  };
  add_command<IntroduceOptions>(app, invocation, "introduce",
                                "Make a link that brings one person to you, once", options,
                                introduce);
}

}  // namespace magpie::cli
