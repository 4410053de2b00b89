// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/room/room_log.h"

#include <algorithm>

#include "crypto/base/check.h"
#include "crypto/codec/writer.h"
#include "crypto/primitives/hash.h"

namespace magpie::server {

namespace {

std::array<std::uint8_t, 32> creation_of(const CreateRoom& create) {
  Writer writer;
  writer.fixed(create.room.bytes()).u32(static_cast<std::uint32_t>(create.slots.size()));
  for (const auto& slot : create.slots) writer.fixed(slot.key.bytes()).u32(slot.rights);
  writer.fixed(create.entry_id.bytes());
  return crypto::blake2b_256({writer.view(), create.payload});
}

}  // namespace

/// Slot changes of one entry, checked one after the other and applied together.
struct RoomLog::Changes {
  std::vector<Slot> add;
  std::vector<SlotId> remove;
  std::optional<SlotKey> exchange;

  bool takes(const SlotKey& key) const {
    return exchange == key ||
           std::ranges::any_of(add, [&](const Slot& slot) { return slot.key == key; });
  }
};

RoomLog::RoomLog(const RoomId& room, RoomState state) : room_(room), state_(std::move(state)) {
  for (const auto& [id, slot] : state_.slots) {
    keys_.emplace(slot.key, id);
    for (const auto& key : slot.former_keys) keys_.emplace(key, id);
  }
}

LimitKind RoomLog::broken_limit(const CreateRoom& create, const Limits& limits) {
  const auto size = create.payload.size();
  if (size > limits.control_entry_bytes_max || size > limits.bytes_per_room_max) {
    return LimitKind::kEntrySize;
  }
  return create.slots.size() > limits.slots_per_room_max ? LimitKind::kSlots : LimitKind::kNone;
}

RoomLog RoomLog::create(const CreateRoom& create, Day now, WriteBatch& batch) {
  RoomLog log(create.room, {});
  log.state_.meta.creation = creation_of(create);
  log.apply(Changes{create.slots, {}, {}}, SlotId{0}, 0, 0);
  log.put_entry({.sequence = 1,
                 .id = create.entry_id,
                 .slot = SlotId{0},
                 .control = true,
                 .day = now,
                 .payload = std::make_shared<const Buffer>(create.payload)},
                batch);
  return log;
}

bool RoomLog::created_by(const CreateRoom& create) const {
  return state_.meta.creation == creation_of(create);
}

SlotRecord& RoomLog::slot_to_change(SlotId id) {
  slots_dirty_.insert(id);
  return state_.slots.at(id);
}

Outcome<SlotId> RoomLog::open(const Attach& attach, const Nonce& nonce,
                              const RelayIdentity& relay) {
  const auto found = keys_.find(attach.slot_key);
  if (found == keys_.end()) return refuse(Errc::kNoSuchSlot);
  const auto message = attach_message(nonce, relay, attach.room, attach.after);
  if (!crypto::verify(attach.slot_key, message, attach.signature.bytes())) {
    return refuse(Errc::kBadSignature);
  }
  if (state_.slots.at(found->second).key == attach.slot_key) return found->second;
  // Counted only once it is known that the caller holds the former key: a link that was used.
  if (state_.meta.exchanged_key_attempts < kExchangedKeyAttemptsMax) {
    ++state_.meta.exchanged_key_attempts;
    meta_dirty_ = true;
  }
  return refuse(Errc::kSlotExchanged);
}

Attached RoomLog::attached(SlotId id) const {
  const auto& slot = state_.slots.at(id);
  // A removed slot learns nothing of what follows the control entry that removed it.
  if (slot.removed()) return {slot.removed_at, slot.removed_at, slot.rights & kRead, 0};
  return {state_.meta.head, state_.meta.last_control, slot.rights,
          slot.may(kManage) ? state_.meta.exchanged_key_attempts : 0};
}

Outcome<Appended> RoomLog::append(SlotId id, Append append, const std::optional<IdRecord>& known,
                                  const Circumstances& now, WriteBatch& batch) {
  const auto& slot = state_.slots.at(id);
  // First of all: a retry whose answer was lost is answered as the first time was, whatever the
  // room has come to since.
  if (known) {
    if (known->slot != id) return refuse(Errc::kIdReused);
    return Appended{known->sequence};
  }
  if (slot.removed() || !slot.may(kWrite)) return refuse(Errc::kNoRight);
  if (!append.slot_changes.empty() && !slot.may(kManage)) return refuse(Errc::kNoRight);
  if (append.last_control != state_.meta.last_control) {
    return refuse(Errc::kStale, state_.meta.last_control);
  }
  if (auto ok = check_limits(append, now); !ok) return tl::unexpected<Refusal>(ok.error());
  auto changes = check_changes(slot, append, now.limits);
  if (!changes) return tl::unexpected<Refusal>(changes.error());

  const auto sequence = state_.meta.head + 1;
  // A newcomer starts where the entry's sender stood, which is not before its last control entry.
  apply(*changes, id, sequence, append.last_control);
  put_entry({.sequence = sequence,
             .id = append.entry_id,
             .slot = id,
             .control = append.control,
             .day = std::max(now.day, state_.meta.last_day),
             .payload = std::make_shared<const Buffer>(std::move(append.payload))},
            batch);
  return Appended{sequence};
}

Outcome<void> RoomLog::check_limits(const Append& append, const Circumstances& now) const {
  const auto& limits = now.limits;
  const auto size_max = append.control ? limits.control_entry_bytes_max : limits.entry_bytes_max;
  if (append.payload.size() > size_max) return refuse(LimitKind::kEntrySize);
  const bool often =
      append.control && now.control_entries_this_hour >= limits.control_entries_per_slot_hour_max;
  if (often) return refuse(LimitKind::kControlEntries);
  if (state_.meta.entries >= limits.entries_per_room_max ||
      state_.meta.bytes + append.payload.size() > limits.bytes_per_room_max) {
    return refuse(LimitKind::kRoomFull);
  }
  return {};
}

Outcome<RoomLog::Changes> RoomLog::check_changes(const SlotRecord& slot, const Append& append,
                                                 const Limits& limits) const {
  Changes changes;
  for (const auto& change : append.slot_changes) {
    if (const auto* add = std::get_if<Slot>(&change)) {
      if (auto ok = check_add(*add, limits, changes); !ok) {
        return tl::unexpected<Refusal>(ok.error());
      }
    } else {
      if (auto ok = check_remove(std::get<RemoveSlot>(change).key, changes); !ok) {
        return tl::unexpected<Refusal>(ok.error());
      }
    }
  }
  if (append.new_slot_key) {
    if (auto ok = check_exchange(slot, *append.new_slot_key, changes); !ok) {
      return tl::unexpected<Refusal>(ok.error());
    }
  }
  return changes;
}

Outcome<void> RoomLog::check_add(const Slot& slot, const Limits& limits, Changes& changes) const {
  // A key that ever opened a slot is not used again: a former key must stay recognisable.
  if (keys_.contains(slot.key) || changes.takes(slot.key)) return refuse(Errc::kIdReused);
  const auto count = slot_count() - changes.remove.size() + changes.add.size();
  const auto ever = state_.meta.slots_ever + changes.add.size();
  if (count >= limits.slots_per_room_max || ever >= kSlotsEverPerRoomMax) {
    return refuse(LimitKind::kSlots);
  }
  changes.add.push_back(slot);
  return {};
}

Outcome<void> RoomLog::check_remove(const SlotKey& key, Changes& changes) const {
  const auto found = keys_.find(key);
  if (found == keys_.end()) return refuse(Errc::kNoSuchSlot);
  const auto& slot = state_.slots.at(found->second);
  const bool twice = std::ranges::find(changes.remove, slot.id) != changes.remove.end();
  if (slot.key != key || slot.removed() || twice) return refuse(Errc::kNoSuchSlot);
  changes.remove.push_back(slot.id);
  return {};
}

Outcome<void> RoomLog::check_exchange(const SlotRecord& slot, const SlotKey& key,
                                      Changes& changes) const {
  if (keys_.contains(key) || changes.takes(key)) return refuse(Errc::kIdReused);
  if (slot.former_keys.size() >= kFormerKeysPerSlotMax) return refuse(LimitKind::kSlots);
  changes.exchange = key;
  return {};
}

void RoomLog::apply(const Changes& changes, SlotId by, Sequence sequence, Sequence read_from) {
  for (const auto id : changes.remove) slot_to_change(id).removed_at = sequence;
  for (const auto& add : changes.add) {
    const SlotId id{state_.meta.slots_ever++};
    state_.slots.emplace(
        id, SlotRecord{.id = id, .key = add.key, .rights = add.rights, .acknowledged = read_from});
    keys_.emplace(add.key, id);
    slots_dirty_.insert(id);
  }
  if (changes.exchange) {
    auto& slot = slot_to_change(by);
    slot.former_keys.push_back(slot.key);
    slot.key = *changes.exchange;
    keys_.emplace(slot.key, by);
  }
}

void RoomLog::put_entry(EntryRecord entry, WriteBatch& batch) {
  auto& meta = state_.meta;
  if (meta.head == 0 || entry.day > meta.last_day) {
    batch.writes.push_back(PutDue{{DueKind::kEntries, entry.day, room_}});
    batch.writes.push_back(PutDue{{DueKind::kIds, entry.day, room_}});
  }
  meta.head = entry.sequence;
  meta.last_day = entry.day;
  if (entry.control) meta.last_control = entry.sequence;
  ++meta.entries;
  meta.bytes += entry.payload->size();
  meta_dirty_ = true;
  batch.payload_bytes += entry.payload->size();
  batch.durable = true;
  batch.writes.push_back(PutEntry{room_, std::move(entry)});
}

std::vector<Interval> RoomLog::acknowledge(SlotId id, Sequence through, Sequence released) {
  const auto& slot = state_.slots.at(id);
  const auto end = slot.removed() ? std::min(released, slot.removed_at) : released;
  const Interval read{slot.acknowledged, std::min(through, end)};
  if (!slot.may(kRead) || read.empty()) return {};
  slot_to_change(id).acknowledged = read.through;
  return not_needed(state_.slots,
                    {std::max(read.after, state_.meta.expired_through), read.through});
}

Result<void> RoomLog::drop(std::span<const EntryHeader> entries, WriteBatch& batch) {
  if (entries.empty()) return {};
  std::uint64_t bytes = 0;
  for (const auto& entry : entries) bytes += entry.bytes;
  if (entries.size() > state_.meta.entries || bytes > state_.meta.bytes) {
    return fail(Errc::kDamaged, "a room with more entries than its record has");
  }
  state_.meta.entries -= entries.size();
  state_.meta.bytes -= bytes;
  meta_dirty_ = true;
  for (const auto& entry : entries) batch.writes.push_back(DropEntry{room_, entry.sequence});
  return {};
}

bool RoomLog::same_slot(SlotId id, const RoomLog& other) const {
  const auto first_key = [id](const RoomLog& log) -> const SlotKey* {
    const auto found = log.state_.slots.find(id);
    if (found == log.state_.slots.end()) return nullptr;
    const auto& former = found->second.former_keys;
    return former.empty() ? &found->second.key : &former.front();
  };
  const auto* const mine = first_key(*this);
  const auto* const theirs = first_key(other);
  return mine != nullptr && theirs != nullptr && *mine == *theirs;
}

void RoomLog::expired(Sequence through) {
  if (through <= state_.meta.expired_through) return;
  state_.meta.expired_through = through;
  meta_dirty_ = true;
}

Outcome<Closed> RoomLog::close(SlotId id) const {
  const auto& slot = state_.slots.at(id);
  if (slot.removed() || !slot.may(kManage)) return refuse(Errc::kNoRight);
  return Closed{};
}

void RoomLog::flush(WriteBatch& batch) {
  if (meta_dirty_) batch.writes.push_back(PutRoom{room_, state_.meta});
  for (const auto id : slots_dirty_) batch.writes.push_back(PutSlot{room_, state_.slots.at(id)});
  meta_dirty_ = false;
  slots_dirty_.clear();
}

std::size_t RoomLog::slot_count() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      state_.slots, [](const auto& entry) { return !entry.second.removed(); }));
}

}  // namespace magpie::server
