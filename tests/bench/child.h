// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace magpie::bench {

/// A process of this same program, as a server or a helper of a benchmark. Killed with the object.
class Child {
 public:
  /// The second argument is its folder.
  explicit Child(std::vector<std::string> arguments);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Waits until it is ready, the first time; then where it listens.
  const std::string& address();
  /// Its certificate, once it is ready.
  std::string certificate();
  /// Waits for its end, which must be a good one.
  void wait();

  /// Time that its threads have spent on processors.
  double processor_ns() const;
  std::size_t resident_bytes() const;

 private:
  std::filesystem::path folder_;
  std::string address_;
  pid_t pid_ = -1;
  int out_ = -1;
};

/// What runs in the children; both say `ready ADDRESS` and serve until they are killed.
int serve_relay(const std::filesystem::path& folder);
/// Nothing but gRPC: gives each message of a stream back, under the relay's name.
int serve_echo(const std::filesystem::path& folder);

}  // namespace magpie::bench
