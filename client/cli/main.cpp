// SPDX-License-Identifier: GPL-3.0-or-later
#include <pwd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

#include "client/cli/commands/command.h"
#include "client/cli/error_text.h"
#include "client/core/harden.h"

namespace magpie::cli {
namespace {

/// As the XDG Base Directory Specification says; relative paths in the environment do not count.
std::filesystem::path default_profile() {
  const char* const data = std::getenv("XDG_DATA_HOME");
  if (data != nullptr && *data == '/') return std::filesystem::path(data) / "magpie";
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home != '/') {
    const passwd* const user = ::getpwuid(::getuid());
    home = user != nullptr ? user->pw_dir : "/";
  }
  return std::filesystem::path(home) / ".local" / "share" / "magpie";
}

void add_global_options(CLI::App& app, Invocation& invocation) {
  invocation.profile = default_profile();
  app.require_subcommand(1);
  app.set_version_flag("--version", "magpie-cli " MAGPIE_VERSION, "Print the version");
  app.set_help_all_flag("--help-all", "Print this help for every command");
  app.fallthrough();  // the options below may follow the command
  app.add_option("--profile", invocation.profile, "The profile's folder")->capture_default_str();
  app.add_flag("--json", invocation.json, "One JSON object a line");
  app.add_option("--passphrase-file", invocation.passphrase_file,
                 "Read the passphrase from its first line; else from MAGPIE_PASSPHRASE, else ask");
}

int run(int argc, char** argv) {
  CLI::App app{"Magpie: private, end-to-end encrypted messages.", "magpie-cli"};
  Invocation invocation;
  add_global_options(app, invocation);
  add_create(app, invocation);
  add_introduce(app, invocation);
  add_join(app, invocation);
  add_rooms(app, invocation);
  add_send(app, invocation);
  add_sync(app, invocation);
  add_history(app, invocation);
  add_safety_number(app, invocation);
  add_verify(app, invocation);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kWrongUsage;
  }
  const auto done = invocation.run();
  if (!done) {
    std::fprintf(stderr, "%s\n", std::string(sentence(done.error())).c_str());
    return exit_status(done.error());
  }
  return std::ferror(stdout) == 0 ? kDone : kFailed;
}

}  // namespace
}  // namespace magpie::cli

int main(int argc, char** argv) {
  magpie::client::harden_process();
  return magpie::cli::run(argc, argv);
}
