// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

#include "client/core/transport/transport.h"

namespace magpie::client {

struct GrpcTimeouts {
  /// From `connect` to the relay's greeting: name, TCP, TLS and stream together.
  std::chrono::milliseconds connect{20'000};
  /// A line on which nothing was heard for this long is asked whether it still lives,
  std::chrono::milliseconds keepalive{25'000};
  /// and is given up when no answer comes within this.
  std::chrono::milliseconds keepalive_answer{15'000};
};

/// Sessions over gRPC and TLS 1.3, straight to the relay: no proxy of the environment, no
/// certificate authority. The relay is known by its key, which the address pins.
/// Each session has a connection of its own. Nothing is logged.
/// The first one made in a process sets an environment variable that gRPC reads (tls_policy.h);
/// programs with threads call `harden_process` first.
class GrpcTransport final : public Transport {
 public:
  explicit GrpcTransport(GrpcTimeouts timeouts = {});
  std::unique_ptr<Session> connect(const RelayAddress& relay, SessionCallbacks callbacks) override;

 private:
  GrpcTimeouts timeouts_;
};

}  // namespace magpie::client
