// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

#include "client/cli/session.h"

namespace magpie::cli {

/// What every command takes, and the one that was named.
struct Invocation {
  std::filesystem::path profile;
  bool json = false;
  std::optional<std::filesystem::path> passphrase_file;
  std::function<Result<void>()> run;
};

constexpr double kTimeoutSeconds = 30;
constexpr double kTimeoutSecondsMax = 1e6;

/// Opens the profile that the invocation names.
Result<std::unique_ptr<Session>> open_session(const Invocation& invocation,
                                              Session::Warnings warnings = Session::Warnings::kSay);

/// Turns this invitation code into an allowance at the profile's relay; nothing where it is empty.
Result<void> redeem(Session& session, const std::string& invitation);

std::chrono::milliseconds milliseconds(double seconds);
/// So many seconds from now.
Session::Deadline deadline_in(double seconds);

/// Adds a command whose options `add_options(command, options)` declares and that `run(invocation,
/// options)` does.
template <class Options, class AddOptions>
void add_command(CLI::App& app, Invocation& invocation, const char* name, const char* help,
                 AddOptions add_options,
                 Result<void> (*run)(const Invocation& invocation, const Options& options)) {
  auto options = std::make_shared<Options>();
  CLI::App& command = *app.add_subcommand(name, help);
  add_options(command, *options);
  command.callback([&invocation, options, run] {
    invocation.run = [&invocation, options, run] { return run(invocation, *options); };
  });
}

// Each in the file of its name.
void add_create(CLI::App& app, Invocation& invocation);
void add_introduce(CLI::App& app, Invocation& invocation);
void add_join(CLI::App& app, Invocation& invocation);
void add_rooms(CLI::App& app, Invocation& invocation);
void add_send(CLI::App& app, Invocation& invocation);
void add_sync(CLI::App& app, Invocation& invocation);
void add_history(CLI::App& app, Invocation& invocation);
void add_safety_number(CLI::App& app, Invocation& invocation);
void add_verify(CLI::App& app, Invocation& invocation);

}  // namespace magpie::cli
