// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <thread>

#include "crypto/base/result.h"

namespace magpie::server {

/// A Unix socket `admin.sock` in the data directory, for the user who runs the relay alone (mode
/// 0600). One request a connection: a line; answered with text, or with what went wrong.
class AdminSocket {
 public:
  /// Given the line without its end. Called on the socket's thread, one request at a time.
  using Answer = std::function<Result<std::string>(std::string_view request)>;

  /// The data directory must be locked by this process: what an earlier one left is removed.
  /// Errors: kStorage.
  static Result<std::unique_ptr<AdminSocket>> open(const std::filesystem::path& directory,
                                                   Answer answer);
  ~AdminSocket();
  AdminSocket(const AdminSocket&) = delete;
  AdminSocket& operator=(const AdminSocket&) = delete;

 private:
  AdminSocket(std::filesystem::path path, int listener, int stop_read, int stop_write,
              Answer answer);
  void run();
  void serve(int connection);

  std::filesystem::path path_;
  int listener_;
  int stop_read_;
  int stop_write_;
  Answer answer_;
  std::thread thread_;
};

/// Asks the relay that runs over this directory; waits for its answer as long as it takes. Errors:
/// kNotFound where none runs; kTimedOut where it ended before it answered; and those of the answer,
/// their site saying only that they came from there.
Result<std::string> ask_relay(const std::filesystem::path& directory, std::string_view request);

}  // namespace magpie::server
