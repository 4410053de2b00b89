// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/process.h"

namespace magpie::server::test {

/// A magpie-relay of its own, as an administrator starts it. Killed with the object.
class RelayProcess : public magpie::test::Process {
 public:
  /// With `log`, its stderr goes into that file.
  explicit RelayProcess(std::vector<std::string> arguments, const std::string& log = {})
      : Process(with_program(std::move(arguments)), {.errors = log}) {}

  /// Waits for the line `ready ADDRESS`; empty where the process ends without it.
  std::string address() {
    const auto line = read_line();
    return line.starts_with("ready ") ? line.substr(6) : std::string();
  }

 private:
  static std::vector<std::string> with_program(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), MAGPIE_RELAY_PROGRAM);
    return arguments;
  }
};

}  // namespace magpie::server::test
