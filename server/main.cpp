// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/stat.h>

#include <CLI/CLI.hpp>

#include "server/commands/commands.h"
#include "server/room/limits.h"

namespace magpie::server::commands {
namespace {

int run(int argc, char** argv) {
  CLI::App app{
      "Magpie's relay: it keeps encrypted entries until they are read, and knows nothing "
      "else.",
      "magpie-relay"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "magpie-relay " MAGPIE_VERSION, "Print the version");
  app.set_help_all_flag("--help-all", "Print this help for every command");
  std::string directory;
  std::string other;
  bool json = false;
  ServeArguments serve_arguments;
  const auto add = [&](const char* name, const char* what) {
    auto* const command = app.add_subcommand(name, what);
    command->add_option("--data", directory, "The relay's directory")->required();
    return command;
  };
  auto* const serve_command = add("serve", "Run the relay until SIGTERM");
  serve_command->add_option("--listen", serve_arguments.listen,
                            "HOST:PORT instead of the configuration's; port 0 takes a free one");
  serve_command->add_flag("--open", serve_arguments.open, "Anyone may make rooms, for a trial");
  InviteArguments invite_arguments;
  auto* const init_command = add("init", "Write relay.toml with every default");
  auto* const address_command = add("address", "Print the relay's address");
  auto* const status_command = add("status", "Print counts, sizes, limits, health");
  status_command->add_flag("--json", json, "One JSON object");
  auto* const invite_command = add("invite", "Print a new invitation code");
  invite_command->add_option("--rooms", invite_arguments.rooms, "Rooms that each use may make")
      ->check(CLI::Range(std::size_t{1}, kRedeemBound))
      ->capture_default_str();
  invite_command->add_option("--uses", invite_arguments.uses, "People who may use the same code")
      ->check(CLI::Range(1U, 1'000'000U))
      ->capture_default_str();
  auto* const check_command = add("check", "Verify the store of a relay that is stopped");
  auto* const backup_command = add("backup", "Copy the relay as it is now, beside it running");
  backup_command->add_option("--to", other, "The new directory")->required();
  auto* const restore_command = add("restore", "Make a directory what a backup holds");
  restore_command->add_option("--from", other, "The backup")->required();
  auto* const move_command =
      add("move", "Move a relay that is stopped; this one never starts again");
  move_command->add_option("--to", other, "The new directory")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kWrongUsage;
  }
  serve_arguments.directory = directory;
  if (serve_command->parsed()) return serve(serve_arguments);
  if (init_command->parsed()) return init(directory);
  if (address_command->parsed()) return address(directory);
  if (status_command->parsed()) return status(directory, json);
  if (invite_command->parsed()) return invite(directory, invite_arguments);
  if (check_command->parsed()) return check(directory);
  if (backup_command->parsed()) return backup(directory, other);
  if (restore_command->parsed()) return restore(other, directory);
  if (move_command->parsed()) return move(directory, other);
  return kWrongUsage;
}

}  // namespace
}  // namespace magpie::server::commands

int main(int argc, char** argv) {
  umask(077);
  return magpie::server::commands::run(argc, argv);
}
