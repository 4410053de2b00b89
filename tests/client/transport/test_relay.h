// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "client/core/ids.h"
#include "magpie/relay/v1/relay.pb.h"

namespace magpie::test {

/// A self-signed certificate with a fresh P-256 key.
struct TestCertificate {
  TestCertificate();
  std::string certificate_pem;
  std::string key_pem;
  client::RelayIdentity identity;
};

/// A relay without rooms, on a free port of the loopback: it greets, then hands every frame to
/// `on_frame`, which may answer.
class TestRelay {
 public:
  /// Called on gRPC's threads, one frame of a stream at a time. What it returns is sent in order.
  using Answers = std::vector<relay::v1::ServerFrame>;
  using OnFrame = std::function<Answers(const relay::v1::ClientFrame&)>;

  struct Options {
    std::string host = "127.0.0.1";
    bool greet = true;
    /// Greets with this identity instead of its own.
    std::optional<client::RelayIdentity> greet_as = std::nullopt;
    /// Ends each stream with this gRPC status code on its first frame; 0: does not.
    int end_with = 0;
  };

  explicit TestRelay(OnFrame on_frame);
  TestRelay(OnFrame on_frame, Options options);
  ~TestRelay();

  const client::RelayAddress& address() const;
  /// Ends every stream and refuses new ones.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace magpie::test
