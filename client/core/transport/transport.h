// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include "client/core/transport/frames.h"

namespace magpie::client {

/// One session with one relay: a stream of frames each way. Frames that were sent may or may not
/// have arrived when it closes; nothing is sent twice by the transport itself.
/// The owner calls from one thread; the callbacks come from any thread, one at a time, none after
/// `closed`, and none after the session is destroyed (the destructor waits for a running one).
class Session {
 public:
  virtual ~Session() = default;
  virtual void send(frames::ClientFrame frame) = 0;
  /// The owner is done with one received frame. While kFramesAheadMax of them are not, the session
  /// reads no further and the relay has to wait.
  virtual void consumed() = 0;
};

constexpr std::size_t kFramesAheadMax = 64;

struct SessionCallbacks {
  std::function<void(frames::ServerFrame)> received;
  /// The session is over. kUnreachable, kTimedOut, kWrongRelayKey, or kMalformed where the relay
  /// broke the protocol.
  std::function<void(Error)> closed;
};

/// Opens sessions. `connect` returns at once; failures come by `closed`.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual std::unique_ptr<Session> connect(const RelayAddress& relay,
                                           SessionCallbacks callbacks) = 0;
};

}  // namespace magpie::client
