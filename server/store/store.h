// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "crypto/base/result.h"
#include "server/room/state.h"

namespace magpie::server {

/// What is to be looked at once its day is over and its time is up.
enum class DueKind : std::uint8_t { kEntries = 1, kIds = 2 };
struct Due {
  DueKind kind = DueKind::kEntries;
  Day day{};  ///< on which the room got entries
  RoomId room;
  friend auto operator<=>(const Due&, const Due&) = default;
};

struct PutRoom {
  RoomId room;
  RoomMeta meta;
};
/// Everything of the room in the store, except what is due.
struct DropRoom {
  RoomId room;
};
struct PutSlot {
  RoomId room;
  SlotRecord slot;
};
/// Writes the entry and its id.
struct PutEntry {
  RoomId room;
  EntryRecord entry;
};
/// Deletes the entry and keeps its id.
struct DropEntry {
  RoomId room;
  Sequence sequence = 0;
};
struct DropId {
  RoomId room;
  EntryId id;
};
struct PutDue {
  Due due;
};
struct DropDue {
  Due due;
};
/// One that is there under this number stays as it is: of two processes that make the next key at
/// once, both then use the same.
struct PutTokenKey {
  TokenKeyRecord key;
};
/// The key, and all that was spent under it and under earlier ones.
struct DropTokenKey {
  TokenKeyId key = 0;
};
/// A token is spent, or a redemption done that gave `granted` tokens. It is not there before: where
/// another process was faster, that is a conflict of `room` (Store::commit), which is the one that
/// is paid for, or stands for a redemption (frames.h, `room_of`). Not stored.
struct PutSpent {
  TokenKeyId key = 0;
  SpentId id;
  std::uint32_t granted = 0;
  RoomId room{};
};
struct PutCode {
  CodeId code;
  CodeRecord record;
};
/// One use less, so many are `left`; at none the code is gone. Unless there was one more before,
/// that is a conflict of `room`, as with PutSpent.
struct UseCode {
  CodeId code;
  CodeRecord left;
  RoomId room{};
};
using Write = std::variant<PutRoom, DropRoom, PutSlot, PutEntry, DropEntry, DropId, PutDue, DropDue,
                           PutTokenKey, DropTokenKey, PutSpent, PutCode, UseCode>;

/// What a batch takes a room to be, where several processes write to one store.
struct RoomRevision {
  RoomId room;
  std::uint64_t expected = 0;  ///< RoomState::revision; 0: the room is not there
  std::uint64_t next = 0;      ///< after this batch; as expected where it only looks
  bool wake = false;           ///< readers of the room at other processes are to be told

  bool changes() const { return next != expected; }
};

/// The room that a write belongs to, with which it is written or not; null for those of none.
const RoomId* room_of(const Write& write);

/// What processes tell each other of a room that changed, instead of its id: nothing but a store
/// that knows the id makes anything of it. Two rooms may share one.
using RoomMark = std::uint64_t;
RoomMark mark_of(const RoomId& room);

/// Changes that happen together or not at all, in this order.
struct WriteBatch {
  std::vector<Write> writes;
  /// Of every room that the batch changes or answers for, in a store that is shared; or none.
  std::vector<RoomRevision> revisions{};
  /// Something will be acknowledged on the strength of this batch, so it must be on disk. Without
  /// it the batch may be lost to a power cut (never reordered): positions of readers, which a
  /// reader repeats, and deletions, which follow from them.
  bool durable = false;
  std::size_t payload_bytes = 0;

  bool empty() const { return writes.empty() && revisions.empty(); }
};

/// Rooms that were not what a batch took them to be.
using Conflicts = std::vector<RoomId>;

struct StoreCounts {
  std::uint64_t rooms = 0;
  std::uint64_t entries = 0;
  std::uint64_t payload_bytes = 0;
  std::uint64_t disk_bytes = 0;
};

/// Where rooms are kept. Thread-safe: any number of readers beside one writer. A read sees every
/// batch whose `write` returned, and of a batch under way either nothing or what is written so
/// far of it, never a torn record. Errors: kStorage where the disk fails, kDamaged where a record
/// does not decode.
class Store {
 public:
  virtual ~Store() = default;

  /// The room with all its slots, or empty.
  virtual Result<std::optional<RoomState>> load_room(const RoomId& room) = 0;
  /// Entries with `after` < sequence <= `through` in order: at most `count_max`, and none more
  /// once their payloads exceed `bytes_max` (so at least one, where there is one).
  virtual Result<std::vector<EntryRecord>> read_entries(const RoomId& room, Sequence after,
                                                        Sequence through, std::size_t count_max,
                                                        std::size_t bytes_max) = 0;
  /// The same without payloads.
  virtual Result<std::vector<EntryHeader>> list_entries(const RoomId& room, Sequence after,
                                                        Sequence through,
                                                        std::size_t count_max) = 0;
  virtual Result<std::optional<IdRecord>> find_id(const RoomId& room, const EntryId& id) = 0;
  /// Ids of a room in the order of their bytes, those above `after`; at most `count_max`.
  virtual Result<std::vector<std::pair<EntryId, IdRecord>>> list_ids(
      const RoomId& room, const std::optional<EntryId>& after, std::size_t count_max) = 0;
  /// What is due of this kind with a day before `before`, above `after` in order; at most
  /// `count_max`.
  virtual Result<std::vector<Due>> list_due(DueKind kind, Day before,
                                            const std::optional<Due>& after,
                                            std::size_t count_max) = 0;
  /// In the order of their numbers.
  virtual Result<std::vector<TokenKeyRecord>> list_token_keys() = 0;
  /// What PutSpent wrote: how many tokens were granted.
  virtual Result<std::optional<std::uint32_t>> find_spent(TokenKeyId key, const SpentId& id) = 0;
  virtual Result<std::optional<CodeRecord>> find_code(const CodeId& code) = 0;
  /// Rooms in the order of their ids, those above `after`; at most `count_max`.
  virtual Result<std::vector<RoomId>> list_rooms(const std::optional<RoomId>& after,
                                                 std::size_t count_max) = 0;
  /// Applies the batches, in order and all in one: after an error none is applied. On disk when
  /// it returns where one of them is durable. After an error of a durable write the caller must
  /// not write again (what reached the disk is unknown): the committer sees to that.
  virtual Result<void> write(std::span<const WriteBatch> batches) = 0;

  /// Whether other processes may write to it too. Then batches must name the revisions of their
  /// rooms, and are committed.
  virtual bool shared() const { return false; }
  /// As `write`, but of a room whose revision is not the expected one, or whose token or code
  /// another process was faster to use, nothing is written, and the room is among those given; of
  /// the others everything is, and so is what belongs to no room. A room may also be given although
  /// the batch was written, where the connection broke: whoever repeats a request on a room that
  /// was loaded anew finds out. A store of one process has no conflicts.
  virtual Result<Conflicts> commit(std::span<const WriteBatch> batches) {
    MAGPIE_TRY_VOID(write(batches));
    return Conflicts{};
  }

  /// Makes what was deleted vanish from the files too, and with it the order in which rooms were
  /// written to. Slow; may run beside everything else.
  virtual Result<void> purge() = 0;
  /// Counts by reading every room's record: for an administrator's question, not for each request.
  virtual Result<StoreCounts> counts() = 0;
};

}  // namespace magpie::server
