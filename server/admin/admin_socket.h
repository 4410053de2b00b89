// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <thread>

#include "server/admin/status.h"

namespace magpie::server {

/// A Unix socket `admin.sock` in the data directory, for the user who runs the relay alone (mode
/// 0600). One request a connection: a line `status`, answered with `to_lines`.
class AdminSocket {
 public:
  using Status = std::function<RelayStatus()>;

  /// The data directory must be locked by this process: what an earlier one left is removed.
  /// `status` is called on the socket's thread. Errors: kStorage.
  static Result<std::unique_ptr<AdminSocket>> open(const std::filesystem::path& directory,
                                                   Status status);
  ~AdminSocket();
  AdminSocket(const AdminSocket&) = delete;
  AdminSocket& operator=(const AdminSocket&) = delete;

 private:
  AdminSocket(std::filesystem::path path, int listener, int stop_read, int stop_write,
              Status status);
  void run();
  void serve(int connection);

  std::filesystem::path path_;
  int listener_;
  int stop_read_;
  int stop_write_;
  Status status_;
  std::thread thread_;
};

/// Asks the relay that runs over this directory. Errors: kNotFound where none runs; kMalformed,
/// kTimedOut.
Result<RelayStatus> ask_status(const std::filesystem::path& directory);

}  // namespace magpie::server
