// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>

#include "server/room/hub.h"
#include "server/store/rocksdb_store.h"
#include "tests/support/seeded_random.h"

namespace magpie::server::drill {

/// Rooms that are made, written, read and closed through a hub at random; remembers what was asked
/// for and what was promised, and holds a store against it.
class Workload final : private FrameSink {
 public:
  explicit Workload(std::uint64_t seed) : random_(seed) {}

  /// Does up to that many things over this store; stops at the first failed write.
  void run(RocksdbStore& store, int steps);
  enum class Finding { kNothing, kUnreadable, kLost, kWrong };
  /// What a store that was opened again has of what was promised.
  Finding look_at(RocksdbStore& store) const;
  std::size_t promised() const { return promised_; }

 private:
  struct Room {
    crypto::SignKeyPair key;
    bool made = false;  // answered
    Sequence read = 0;  // asked to be forgotten up to here
    std::map<EntryId, Buffer> asked{};
    std::map<Sequence, EntryId> promised{};
  };

  void send(SessionId session, const ServerFrame& frame) override;
  bool ready(SessionId) override { return true; }
  void end(SessionId, Errc) override {}

  void make_room(Hub& hub);
  void attach(Hub& hub, const RoomId& id, Room& room);
  void append(Hub& hub, const RoomId& id, Room& room);
  void acknowledge(Hub& hub, const RoomId& id, Room& room);
  bool commit(Hub& hub, RocksdbStore& store);
  static Finding look_at(RocksdbStore& store, const RoomId& id, const Room& room);
  static Finding look_at_promises(RocksdbStore& store, const RoomId& id, const Room& room,
                                  const std::map<Sequence, EntryId>& found);

  magpie::test::SeededRandom random_;
  std::map<RoomId, Room> rooms_;
  std::map<std::uint64_t, std::pair<RoomId, EntryId>> waiting_;  // by correlation
  Nonce nonce_;
  std::uint64_t correlation_ = 0;
  std::size_t promised_ = 0;
};

}  // namespace magpie::server::drill
