// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "tests/cli/support/program.h"
#include "tests/server/support/relay_process.h"

namespace magpie::cli::test {

using Json = nlohmann::json;
using Lines = std::vector<std::string>;
namespace fs = std::filesystem;

constexpr auto kPassphrase = "correct horse battery staple";

/// How a command ended.
struct Outcome {
  int status = -1;
  Lines out;
  std::string err;

  Json json(std::size_t line = 0) const {
    return line < out.size() ? Json::parse(out[line]) : Json();
  }
};

/// Somebody with a profile, who uses magpie-cli.
class Person {
 public:
  Person(std::string name, fs::path profile)
      : name_(std::move(name)), profile_(std::move(profile)) {}

  const std::string& name() const { return name_; }
  const fs::path& profile() const { return profile_; }

  std::unique_ptr<Program> start(Lines arguments, const std::string& input = {},
                                 const std::string& passphrase = kPassphrase) const {
    const Lines first = {MAGPIE_CLI_PROGRAM, "--profile", profile_.string(), "--json"};
    arguments.insert(arguments.begin(), first.begin(), first.end());
    const Lines environment = {"MAGPIE_PASSPHRASE=" + passphrase};
    return std::make_unique<Program>(std::move(arguments), environment, input);
  }
  Outcome run(Lines arguments, const std::string& input = {},
              const std::string& passphrase = kPassphrase) const {
    const auto program = start(std::move(arguments), input, passphrase);
    Outcome outcome;
    outcome.out = program->read_lines();
    outcome.status = program->wait();
    outcome.err = program->errors();
    return outcome;
  }
  /// Succeeds, or fails the test; what it printed.
  Outcome done(Lines arguments, const std::string& input = {}) const {
    const std::string command = arguments.front();
    auto outcome = run(std::move(arguments), input);
    EXPECT_EQ(outcome.status, 0) << name_ << ": " << command << ": " << outcome.err;
    return outcome;
  }

  /// All texts of a room, in order.
  Lines texts(const std::string& room) const {
    Lines texts;
    for (const auto& line : done({"history", room}).out) {
      const auto message = Json::parse(line);
      if (message.contains("text")) texts.push_back(message["text"]);
    }
    return texts;
  }

 private:
  std::string name_;
  fs::path profile_;
};

/// A relay as a process, and two people; the folder goes with the test.
class CliTest : public ::testing::Test {
 protected:
  /// `open`: anybody may make rooms at the relay.
  explicit CliTest(bool open) : open_(open) { start_relay("127.0.0.1:0"); }
  CliTest() : CliTest(true) {}

  fs::path relay_folder() const { return dir_.path() / "relay"; }
  void start_relay(const std::string& listen) {
    Lines arguments = {"serve", "--data", relay_folder().string(), "--listen", listen};
    if (open_) arguments.emplace_back("--open");
    relay_.emplace(std::move(arguments));
    address_ = relay_->address();
    ASSERT_FALSE(address_.empty());
  }
  void kill_relay() { relay_->stop(SIGKILL); }
  /// At the same address.
  void restart_relay() { start_relay(address_.substr(0, address_.find('#'))); }

  /// Anna has made an introduction and is away; Ben has followed it.
  void meet() {
    anna_.done({"create", "--name", anna_.name(), "--relay", address_});
    link_ = anna_.done({"introduce"}).json()["link"];
    room_ = ben_.done({"join", link_, "--name", ben_.name()}).json()["room"];
  }

  bool open_ = true;
  magpie::test::TemporaryFolder dir_;
  std::optional<server::test::RelayProcess> relay_;
  std::string address_;
  Person anna_{"Anna Magpieson", dir_.path() / "anna"};
  Person ben_{"Ben Ravenclough", dir_.path() / "ben"};
  std::string link_;
  std::string room_;
};

inline std::vector<Json> events(const Outcome& outcome, std::string_view kind) {
  std::vector<Json> found;
  for (const auto& line : outcome.out) {
    const auto event = Json::parse(line);
    if (event["event"] == kind) found.push_back(event);
  }
  return found;
}

/// The fields' names, sorted.
inline Lines keys(const Json& object) {
  Lines keys;
  for (const auto& item : object.items()) keys.push_back(item.key());
  return keys;
}

}  // namespace magpie::cli::test
