// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include "server/guarded_clock.h"
#include "server/room/allowances.h"
#include "server/room/hub.h"
#include "server/store/committer.h"

namespace magpie::server {

/// The hubs of a relay, each with its rooms and its thread, over one store and one committer.
/// Thread-safe; nothing here waits for the disk. The sink is called from the shards' threads, for
/// one session also from several at once.
class Shards {
 public:
  /// Called on a shard's thread when it is done with a frame of this session, which came in
  /// `bytes`, so that the next may be read: what a client sends is never queued without bound.
  using Handled = std::function<void(SessionId, std::size_t bytes)>;

  /// `store`, `sink` and `random` must outlive the shards; `random` must be thread-safe.
  /// Without `allowances`, which must outlive them too, the relay is open.
  Shards(Store& store, FrameSink& sink, Random& random, const RelayIdentity& identity,
         const Limits& limits, std::uint32_t count, Handled handled,
         Allowances* allowances = nullptr);
  /// Drains first.
  ~Shards();
  Shards(const Shards&) = delete;
  Shards& operator=(const Shards&) = delete;

  /// Begins a session and sends its Greeting through the sink, before this returns.
  void open(SessionId session);
  void close(SessionId session);
  void receive(SessionId session, ClientFrame frame, std::size_t bytes);
  void writable(SessionId session);
  /// Deletes what is out of its time, a little at a time between other work.
  void expire();
  /// Other processes changed these rooms in the store.
  void changed(std::vector<RoomMark> rooms);
  /// Other processes may have changed any room.
  void look_again();

  /// Handles what was received, writes it and says so; then ends the threads. Calls that come
  /// later are ignored.
  void drain();
  /// Writes what is no room's, and waits until it is written.
  Result<void> write(WriteBatch batch);
  /// A write failed: nothing is acknowledged any more.
  bool failed() const { return committer_.failed(); }
  /// What everything here goes by.
  Time now() { return clock_.now(); }

 private:
  class Executor;

  FrameSink& sink_;
  Random& random_;
  RelayIdentity identity_;
  Limits limits_;
  Handled handled_;
  Allowances* allowances_;
  GuardedClock clock_;
  Committer committer_;
  std::vector<std::unique_ptr<Executor>> executors_;
};

}  // namespace magpie::server
