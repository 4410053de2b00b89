// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>

#include "server/admin/status.h"
#include "server/config.h"

namespace magpie::server {

/// A running relay over a data directory, every part of it wired.
class Relay {
 public:
  struct Options {
    std::filesystem::path directory;
    /// Instead of the configuration's.
    std::optional<HostPort> listen{};
    /// Anybody may make rooms; else whoever was invited.
    bool open = false;
    /// How often what is out of its time, and what was deleted, is taken off the disk: "within the
    /// hour" with room to spare.
    std::chrono::milliseconds maintenance_period = std::chrono::minutes(15);
    /// Called once, on a thread of its own, when a write failed: nothing is acknowledged any more.
    std::function<void()> on_failure = [] {};
  };
  /// Locks the directory, makes what is missing in it, listens. `silence_grpc` and
  /// `require_tls13` come first. Errors: kInUse with a site that begins "data directory" or
  /// "grpc"; kMalformed with a site that names the setting; kUsage where it was moved; kDamaged,
  /// kUnsupported, kStorage.
  static Result<std::unique_ptr<Relay>> start(const Options& options);
  /// Drains first.
  ~Relay();

  /// `HOST:PORT#PIN`.
  const std::string& address() const;
  RelayStatus status();
  /// Sentences for the administrator on what is not as it should be around the relay.
  std::vector<std::string> warnings();
  bool failed() const;
  /// Stops taking requests, answers those received, ends the streams. Once.
  void drain();

 private:
  struct Impl;
  explicit Relay(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Where a relay's address is kept for `address_of`.
Result<std::string> address_of(const std::filesystem::path& directory);
/// A fresh invitation code for this relay, whether it runs or not: `rooms` tokens for each of
/// `uses` people. On disk when it returns. Errors: kNotFound where there is no relay; kInUse,
/// kDamaged, kStorage; and those of `ask_relay`.
Result<std::string> invite(const std::filesystem::path& directory, std::uint32_t rooms,
                           std::uint32_t uses);
/// The status of a relay that runs in another process. Errors: kNotFound where none does;
/// kTimedOut, kMalformed.
Result<RelayStatus> running_status(const std::filesystem::path& directory);
/// The status of a relay that is not running, from its files. Errors: kNotFound where there is
/// no relay; kDamaged, kStorage, kMalformed.
Result<RelayStatus> stopped_status(const std::filesystem::path& directory);

}  // namespace magpie::server
