// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <span>
#include <unordered_map>

#include "server/room/retention.h"
#include "server/store/store.h"

namespace magpie::server {

/// What a request came to: its answer, or why it was refused.
template <class T>
using Outcome = tl::expected<T, Refusal>;

/// The rules of one room (docs/protocol.md, "The relay's rules for a room"), sans-I/O: a request
/// goes in, an answer and changes to a batch come out. A refused request changes nothing. What is
/// decided here holds in memory at once; it may be told only when the batch is in the store.
/// Not thread-safe.
class RoomLog {
 public:
  /// What the outcome of an append depends on beside the room.
  struct Circumstances {
    Day day;
    std::uint32_t control_entries_this_hour;  ///< of the slot that appends
    const Limits& limits;
  };

  /// A room as the store has it.
  RoomLog(const RoomId& room, RoomState state);
  /// A new room with its first entry. `create` must be within bounds (check_bounds) and the
  /// relay's limits (broken_limit).
  static RoomLog create(const CreateRoom& create, Day now, WriteBatch& batch);
  /// The limit that a new room would break; kNone where it breaks none.
  static LimitKind broken_limit(const CreateRoom& create, const Limits& limits);

  /// Whether the room was made by the very same request.
  bool created_by(const CreateRoom& create) const;

  /// Finds the slot that the key opens and checks the signature. Removed slots open too: they may
  /// read up to the entry that removed them. Refusals: kNoSuchSlot, kBadSignature, and
  /// kSlotExchanged for a former key, which is counted.
  Outcome<SlotId> open(const Attach& attach, const Nonce& nonce, const RelayIdentity& relay);
  Attached attached(SlotId slot) const;

  /// Rules 1, 2, 3, 6 and 7. `known` is what the store or a pending batch has of this entry id.
  /// The day is raised to the newest entry's where the clock went back. The new entry is the
  /// batch's last PutEntry. Refusals: kIdReused, kNoRight, kStale, kLimit, kNoSuchSlot (a slot to
  /// remove is not there).
  Outcome<Appended> append(SlotId slot, Append append, const std::optional<IdRecord>& known,
                           const Circumstances& now, WriteBatch& batch);

  /// Rule 5: moves the reader's position forward, never back and never past `released`, what it
  /// can have read. Answers with what nobody needs any more, to be dropped by the caller.
  std::vector<Interval> acknowledge(SlotId slot, Sequence through, Sequence released);
  /// Deletes entries that are in the store, each at most once. Errors: kDamaged, nothing changed,
  /// where they are more than the room's record has.
  Result<void> drop(std::span<const EntryHeader> entries, WriteBatch& batch);
  /// Everything up to `through` is dropped because its time is up.
  void expired(Sequence through);

  /// Refusals: kNoRight.
  Outcome<Closed> close(SlotId slot) const;

  /// Writes what changed of the room's own record and its slots' since the last call.
  void flush(WriteBatch& batch);
  bool dirty() const { return meta_dirty_ || !slots_dirty_.empty(); }

  /// Whether the slot is the same place in both, whatever became of its key: a room that was
  /// closed may be made anew under the same id.
  bool same_slot(SlotId id, const RoomLog& other) const;

  const RoomId& id() const { return room_; }
  const RoomMeta& meta() const { return state_.meta; }
  const SlotRecord& slot(SlotId id) const { return state_.slots.at(id); }

 private:
  struct Changes;

  SlotRecord& slot_to_change(SlotId id);
  Outcome<void> check_limits(const Append& append, const Circumstances& now) const;
  Outcome<Changes> check_changes(const SlotRecord& slot, const Append& append,
                                 const Limits& limits) const;
  Outcome<void> check_add(const Slot& slot, const Limits& limits, Changes& changes) const;
  Outcome<void> check_remove(const SlotKey& key, Changes& changes) const;
  Outcome<void> check_exchange(const SlotRecord& slot, const SlotKey& key, Changes& changes) const;
  void apply(const Changes& changes, SlotId by, Sequence sequence, Sequence read_from);
  void put_entry(EntryRecord entry, WriteBatch& batch);
  std::size_t slot_count() const;

  RoomId room_;
  RoomState state_;
  /// Every key that ever opened a slot; it does still where it is that slot's key.
  std::unordered_map<SlotKey, SlotId> keys_;
  bool meta_dirty_ = false;
  std::set<SlotId> slots_dirty_;
};

}  // namespace magpie::server
