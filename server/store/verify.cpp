// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/verify.h"

#include <limits>

namespace magpie::server {

namespace {

constexpr std::size_t kPage = 512;
constexpr auto kEnd = std::numeric_limits<Sequence>::max();

Result<void> damaged_unless(bool fine, std::string_view site) {
  if (fine) return {};
  return fail(Errc::kDamaged, site);
}

Result<void> verify_slots(const RoomState& state) {
  const auto& meta = state.meta;
  for (const auto& [id, slot] : state.slots) {
    MAGPIE_TRY_VOID(damaged_unless(id.value() < meta.slots_ever, "a slot that was never made"));
    MAGPIE_TRY_VOID(damaged_unless(slot.acknowledged <= meta.head && slot.removed_at <= meta.head,
                                   "a slot beyond the end of its room"));
  }
  return damaged_unless(state.slots.size() == meta.slots_ever, "a slot is missing");
}

Result<void> verify_entry(Store& store, const RoomId& room, const RoomMeta& meta,
                          const EntryRecord& entry) {
  MAGPIE_TRY_VOID(damaged_unless(entry.sequence > 0 && entry.sequence <= meta.head,
                                 "an entry beyond the end of its room"));
  MAGPIE_TRY(const auto id, store.find_id(room, entry.id));
  return damaged_unless(id && id->sequence == entry.sequence && id->slot == entry.slot,
                        "an entry without its id");
}

Result<void> verify_entries(Store& store, const RoomId& room, const RoomMeta& meta) {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
  for (Sequence after = 0;;) {
    MAGPIE_TRY(const auto page, store.read_entries(room, after, kEnd, kPage, 1 << 20));
    if (page.empty()) break;
    for (const auto& entry : page) {
      MAGPIE_TRY_VOID(verify_entry(store, room, meta, entry));
      ++count;
      bytes += entry.payload->size();
    }
    after = page.back().sequence;
  }
  return damaged_unless(count == meta.entries && bytes == meta.bytes, "an entry is missing");
}

Result<void> verify_ids(Store& store, const RoomId& room, const RoomMeta& meta) {
  for (std::optional<EntryId> after;;) {
    MAGPIE_TRY(const auto page, store.list_ids(room, after, kPage));
    for (const auto& [id, record] : page) {
      MAGPIE_TRY_VOID(damaged_unless(record.sequence <= meta.head, "an id beyond its room's end"));
      after = id;
    }
    if (page.size() < kPage) return {};
  }
}

Result<void> verify_due(Store& store, DueKind kind) {
  for (std::optional<Due> after;;) {
    MAGPIE_TRY(const auto page, store.list_due(kind, Day::max(), after, kPage));
    if (page.size() < kPage) return {};
    after = page.back();
  }
}

Result<void> verify_room(Store& store, const RoomId& room) {
  MAGPIE_TRY(const auto state, store.load_room(room));
  MAGPIE_TRY_VOID(damaged_unless(state.has_value(), "a room is missing"));
  MAGPIE_TRY_VOID(
      damaged_unless(state->meta.last_control <= state->meta.head, "a room's last control entry"));
  MAGPIE_TRY_VOID(verify_slots(*state));
  MAGPIE_TRY_VOID(verify_entries(store, room, state->meta));
  return verify_ids(store, room, state->meta);
}

}  // namespace

Result<void> verify(RocksdbStore& store) {
  MAGPIE_TRY_VOID(store.verify_files());
  return verify(static_cast<Store&>(store));
}

Result<void> verify(Store& store) {
  for (std::optional<RoomId> after;;) {
    MAGPIE_TRY(const auto page, store.list_rooms(after, kPage));
    for (const auto& room : page) MAGPIE_TRY_VOID(verify_room(store, room));
    if (page.size() < kPage) break;
    after = page.back();
  }
  for (const auto kind : {DueKind::kEntries, DueKind::kIds}) {
    MAGPIE_TRY_VOID(verify_due(store, kind));
  }
  MAGPIE_TRY_VOID(store.list_token_keys());
  return {};
}

}  // namespace magpie::server
