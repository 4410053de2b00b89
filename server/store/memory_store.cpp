// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/memory_store.h"

namespace magpie::server {

const MemoryStore::Room* MemoryStore::find(const RoomId& room) const {
  const auto found = rooms_.find(room);
  return found == rooms_.end() ? nullptr : &found->second;
}

Result<std::optional<RoomState>> MemoryStore::load_room(const RoomId& room) {
  std::lock_guard lock(mutex_);
  const auto* found = find(room);
  if (found == nullptr) return std::nullopt;
  return found->state;
}

Result<std::vector<EntryRecord>> MemoryStore::read_entries(const RoomId& room, Sequence after,
                                                           Sequence through, std::size_t count_max,
                                                           std::size_t bytes_max) {
  std::lock_guard lock(mutex_);
  std::vector<EntryRecord> out;
  const auto* found = find(room);
  if (found == nullptr) return out;
  std::size_t bytes = 0;
  for (auto it = found->entries.upper_bound(after);
       it != found->entries.end() && it->first <= through && out.size() < count_max &&
       bytes <= bytes_max;
       ++it) {
    bytes += it->second.payload->size();
    out.push_back(it->second);
  }
  return out;
}

Result<std::vector<EntryHeader>> MemoryStore::list_entries(const RoomId& room, Sequence after,
                                                           Sequence through,
                                                           std::size_t count_max) {
  std::lock_guard lock(mutex_);
  std::vector<EntryHeader> out;
  const auto* found = find(room);
  if (found == nullptr) return out;
  for (auto it = found->entries.upper_bound(after);
       it != found->entries.end() && it->first <= through && out.size() < count_max; ++it) {
    out.push_back({it->first, it->second.day, it->second.payload->size()});
  }
  return out;
}

Result<std::optional<IdRecord>> MemoryStore::find_id(const RoomId& room, const EntryId& id) {
  std::lock_guard lock(mutex_);
  const auto* found = find(room);
  if (found == nullptr) return std::nullopt;
  const auto record = found->ids.find(id);
  if (record == found->ids.end()) return std::nullopt;
  return record->second;
}

Result<std::vector<std::pair<EntryId, IdRecord>>> MemoryStore::list_ids(
    const RoomId& room, const std::optional<EntryId>& after, std::size_t count_max) {
  std::lock_guard lock(mutex_);
  std::vector<std::pair<EntryId, IdRecord>> out;
  const auto* found = find(room);
  if (found == nullptr) return out;
  auto it = after ? found->ids.upper_bound(*after) : found->ids.begin();
  for (; it != found->ids.end() && out.size() < count_max; ++it) out.push_back(*it);
  return out;
}

Result<std::vector<Due>> MemoryStore::list_due(DueKind kind, Day before,
                                               const std::optional<Due>& after,
                                               std::size_t count_max) {
  std::lock_guard lock(mutex_);
  std::vector<Due> out;
  auto it = after ? due_.upper_bound(*after) : due_.lower_bound(Due{kind, Day::min(), RoomId{}});
  for (; it != due_.end() && it->kind == kind && it->day < before && out.size() < count_max; ++it) {
    out.push_back(*it);
  }
  return out;
}

Result<std::vector<TokenKeyRecord>> MemoryStore::list_token_keys() {
  std::lock_guard lock(mutex_);
  std::vector<TokenKeyRecord> out;
  for (const auto& [id, key] : token_keys_) out.push_back(key);
  return out;
}

Result<std::optional<std::uint32_t>> MemoryStore::find_spent(TokenKeyId key, const SpentId& id) {
  std::lock_guard lock(mutex_);
  const auto found = spent_.find({key, id});
  if (found == spent_.end()) return std::nullopt;
  return found->second;
}

Result<std::optional<CodeRecord>> MemoryStore::find_code(const CodeId& code) {
  std::lock_guard lock(mutex_);
  const auto found = codes_.find(code);
  if (found == codes_.end()) return std::nullopt;
  return found->second;
}

Result<std::vector<RoomId>> MemoryStore::list_rooms(const std::optional<RoomId>& after,
                                                    std::size_t count_max) {
  std::lock_guard lock(mutex_);
  std::vector<RoomId> out;
  auto it = after ? rooms_.upper_bound(*after) : rooms_.begin();
  for (; it != rooms_.end() && out.size() < count_max; ++it) out.push_back(it->first);
  return out;
}

Result<void> MemoryStore::write(std::span<const WriteBatch> batches) {
  std::lock_guard lock(mutex_);
  for (const auto& batch : batches) {
    for (const auto& write : batch.writes) apply(write);
  }
  return {};
}

Result<Conflicts> MemoryStore::commit(std::span<const WriteBatch> batches) {
  if (!shared_) {
    MAGPIE_TRY_VOID(write(batches));
    return Conflicts{};
  }
  std::lock_guard lock(mutex_);
  std::set<RoomId> conflicts;
  for (const auto& batch : batches) {
    for (const auto& revision : batch.revisions) {
      const auto* room = find(revision.room);
      if ((room == nullptr ? 0 : room->state.revision) == revision.expected) continue;
      conflicts.insert(revision.room);
    }
    add_paid_twice(batch, conflicts);
    for (const auto& write : batch.writes) {
      const auto* const room = room_of(write);
      if (room == nullptr || !conflicts.contains(*room)) apply(write);
    }
    for (const auto& revision : batch.revisions) {
      const auto room = rooms_.find(revision.room);
      if (room == rooms_.end() || conflicts.contains(revision.room)) continue;
      room->second.state.revision = revision.next;
    }
  }
  return Conflicts(conflicts.begin(), conflicts.end());
}

void MemoryStore::add_paid_twice(const WriteBatch& batch, std::set<RoomId>& conflicts) const {
  std::set<CodeId> codes;
  for (const auto& write : batch.writes) {
    if (const auto* spent = std::get_if<PutSpent>(&write)) {
      if (spent_.contains({spent->key, spent->id})) conflicts.insert(spent->room);
    }
    // Further uses in this batch follow from the first.
    const auto* const use = std::get_if<UseCode>(&write);
    if (use == nullptr || !codes.insert(use->code).second) continue;
    const auto found = codes_.find(use->code);
    if (found == codes_.end() || found->second.uses != use->left.uses + 1) {
      conflicts.insert(use->room);
    }
  }
}

void MemoryStore::apply(const Write& write) {
  std::visit([this](const auto& change) { apply(change); }, write);
}

void MemoryStore::apply(const PutRoom& write) { rooms_[write.room].state.meta = write.meta; }
void MemoryStore::apply(const DropRoom& write) { rooms_.erase(write.room); }
void MemoryStore::apply(const PutSlot& write) {
  rooms_[write.room].state.slots.insert_or_assign(write.slot.id, write.slot);
}
void MemoryStore::apply(const PutEntry& write) {
  auto& room = rooms_[write.room];
  const auto& entry = write.entry;
  room.entries.insert_or_assign(entry.sequence, entry);
  room.ids.insert_or_assign(entry.id, IdRecord{entry.sequence, entry.slot, entry.day});
}
void MemoryStore::apply(const DropEntry& write) {
  rooms_[write.room].entries.erase(write.sequence);
}
void MemoryStore::apply(const DropId& write) { rooms_[write.room].ids.erase(write.id); }
void MemoryStore::apply(const PutDue& write) { due_.insert(write.due); }
void MemoryStore::apply(const DropDue& write) { due_.erase(write.due); }
void MemoryStore::apply(const PutTokenKey& write) { token_keys_.emplace(write.key.id, write.key); }
void MemoryStore::apply(const DropTokenKey& write) {
  token_keys_.erase(write.key);
  spent_.erase(spent_.begin(), spent_.lower_bound({write.key + 1, SpentId{}}));
}
void MemoryStore::apply(const PutSpent& write) { spent_[{write.key, write.id}] = write.granted; }
void MemoryStore::apply(const PutCode& write) { codes_[write.code] = write.record; }
void MemoryStore::apply(const UseCode& write) {
  codes_[write.code] = write.left;
  if (write.left.uses == 0) codes_.erase(write.code);
}

Result<StoreCounts> MemoryStore::counts() {
  std::lock_guard lock(mutex_);
  StoreCounts counts;
  for (const auto& [id, room] : rooms_) {
    ++counts.rooms;
    counts.entries += room.state.meta.entries;
    counts.payload_bytes += room.state.meta.bytes;
  }
  return counts;
}

}  // namespace magpie::server
