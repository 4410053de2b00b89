// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "crypto/base/random.h"
#include "server/store/store.h"

namespace magpie::server {

class Allowances;

/// Where a hub's frames go. Calls come from inside the hub's own functions, on their thread; they
/// must not call back into the hub.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  /// Hands on one frame. Frames of a session keep their order. Must take it also when not ready:
  /// answers and notices come as they must (each was asked for), entries only while ready.
  virtual void send(SessionId session, const ServerFrame& frame) = 0;
  /// Whether the session takes more entries now. After `false`, Hub::writable must follow when it
  /// does again: that is how a slow reader stops its own stream and nobody else's.
  virtual bool ready(SessionId session) = 0;
  /// The session broke the protocol (kMalformed, kTooLarge) or cannot be served (kStorage,
  /// kDamaged) and is over; the hub has forgotten it. `close` need not follow, and may.
  virtual void end(SessionId session, Errc code) = 0;
};

/// Sessions and the rooms they opened; sans-I/O, one thread at a time. It decides at once, in
/// memory, and says nothing that depends on a change before that change is in the store:
///
///     hub.receive(session, frame, now);   // any number of times
///     WriteBatch batch = hub.take_batch();
///     hub.committed(store.write({&batch, 1}));
///
/// Between `take_batch` and `committed` everything else may be called; what it changes goes into
/// the next batch. Answers and entries come out of `committed`, in the order of the log, or at
/// once where nothing is pending. After `committed` with an error the hub has stopped for good:
/// nothing is acknowledged any more, every request is answered kRelayStorage. After a crash make a
/// new hub over the store: it knows exactly the batches that were written.
///
/// Over a store that is shared with other processes (Store::shared) batches are given to
/// Store::commit, and the hub is told of what others change (`changed`, `look_again`).
///
/// Rooms may be spread over several hubs by `shard_of`, each on its own thread, over one store:
/// rooms never refer to one another. Each hub is told of each session; one of them greets it.
class Hub {
 public:
  struct Shard {
    std::uint32_t index = 0;
    std::uint32_t count = 1;
  };
  /// All must outlive the hub. The store is only read from here. Without `allowances` the relay is
  /// open: anybody may make rooms.
  Hub(Store& store, FrameSink& sink, Random& random, const RelayIdentity& identity,
      const Limits& limits, Shard shard, Allowances* allowances = nullptr);
  Hub(Store& store, FrameSink& sink, Random& random, const RelayIdentity& identity,
      const Limits& limits)
      : Hub(store, sink, random, identity, limits, Shard{}) {}
  ~Hub();

  /// Begins a session with a fresh nonce and sends its Greeting. Ids are never reused.
  Nonce open(SessionId session, Time now = {});
  /// Begins a session that another hub greeted, with that nonce.
  void join(SessionId session, const Nonce& nonce);
  /// Forgets a session. What it asked for and is pending still happens.
  void close(SessionId session);

  /// Handles one frame of a session; one that is not open is ignored.
  void receive(SessionId session, ClientFrame frame, Time now);
  /// The session takes entries again (FrameSink::ready).
  void writable(SessionId session);

  /// What is to be written since the last take; empty if nothing is, or while one is taken.
  WriteBatch take_batch();
  /// The taken batch was written, or could not be. Only after a non-empty take. With `conflicts`,
  /// rooms of which nothing was written because another process had changed them, requests on those
  /// are decided again, and go into the next batch.
  void committed(Result<void> result, const Conflicts& conflicts = {});
  /// Another process changed these rooms in the store: readers get what is new.
  void changed(std::span<const RoomMark> rooms);
  /// The same for every room that a session has open.
  void look_again();
  /// Payload bytes that wait for the next take: callers bound it by holding frames back.
  std::size_t pending_bytes() const;

  /// Deletes a bounded number of entries and ids whose time is up. True where more are left:
  /// call again after the next commit. Call it at least once an hour.
  bool expire(Time now);

  /// A batch failed: nothing will be acknowledged any more.
  bool failed() const;
  std::size_t session_count() const;
  /// Rooms held in memory now, for tests: only those that are open or have something pending.
  std::size_t cached_room_count() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The hub of `count` that a room belongs to.
std::uint32_t shard_of(const RoomId& room, std::uint32_t count);

}  // namespace magpie::server
