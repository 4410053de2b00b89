// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fstream>
#include <iterator>

#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace magpie::cli::test {

/// A program with a text on its stdin, whose stderr can be read.
class Program {
 public:
  /// As `Process` has them.
  Program(std::vector<std::string> arguments, std::vector<std::string> environment,
          const std::string& input = {})
      : process_(std::move(arguments), {.environment = std::move(environment),
                                        .input = file("in", input),
                                        .errors = file("err", {})}) {}

  std::string read_line() { return process_.read_line(); }
  std::vector<std::string> read_lines() { return process_.read_lines(); }
  int stop(int signal_number) { return process_.stop(signal_number); }
  int wait() { return process_.wait(); }
  /// What it has said on stderr so far.
  std::string errors() const {
    std::ifstream in(folder_.path() / "err", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  std::string file(const char* name, const std::string& text) const {
    const auto path = folder_.path() / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }

  magpie::test::TemporaryFolder folder_;
  magpie::test::Process process_;
};

}  // namespace magpie::cli::test
