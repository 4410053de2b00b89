// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/records.h"

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"

namespace magpie::server::records {

namespace {

constexpr std::uint8_t kVersion = 1;

std::string take(const Writer& writer) { return std::string(as_text(writer.view())); }

std::uint64_t count(Day day) {
  return static_cast<std::uint64_t>(std::max<Day::rep>(0, day.time_since_epoch().count()));
}

template <class T>
Result<T> damaged(const Result<T>& result) {
  if (result) return result;
  return fail(Errc::kDamaged, result.error().site);
}

Result<Day> read_day(Reader& reader) {
  MAGPIE_TRY(const auto days, reader.u64());
  if (days > 100'000'000) return fail(Errc::kDamaged, "record: day");
  return Day(std::chrono::days(static_cast<Day::rep>(days)));
}

template <class Id>
Result<Id> read_id(Reader& reader) {
  MAGPIE_TRY(const auto bytes, reader.fixed(Id::kSize));
  return *Id::from(bytes);
}

Result<Reader> begin(std::string_view value) {
  Reader reader(as_bytes(value));
  MAGPIE_TRY(const auto version, reader.u8());
  if (version != kVersion) return fail(Errc::kDamaged, "record: version");
  return reader;
}

Result<RoomMeta> read_room(std::string_view value) {
  MAGPIE_TRY(auto reader, begin(value));
  RoomMeta meta;
  MAGPIE_TRY(meta.head, reader.u64());
  MAGPIE_TRY(meta.last_control, reader.u64());
  MAGPIE_TRY(meta.entries, reader.u64());
  MAGPIE_TRY(meta.bytes, reader.u64());
  MAGPIE_TRY(meta.slots_ever, reader.u32());
  MAGPIE_TRY(meta.exchanged_key_attempts, reader.u32());
  MAGPIE_TRY(meta.last_day, read_day(reader));
  MAGPIE_TRY(meta.expired_through, reader.u64());
  MAGPIE_TRY(const auto creation, reader.fixed(meta.creation.size()));
  std::ranges::copy(creation, meta.creation.begin());
  MAGPIE_TRY_VOID(reader.finish());
  return meta;
}

Result<SlotRecord> read_slot(std::string_view value) {
  MAGPIE_TRY(auto reader, begin(value));
  SlotRecord slot;
  MAGPIE_TRY(const auto id, reader.u32());
  slot.id = SlotId{id};
  MAGPIE_TRY(slot.key, read_id<SlotKey>(reader));
  MAGPIE_TRY(slot.rights, reader.u32());
  MAGPIE_TRY(slot.removed_at, reader.u64());
  MAGPIE_TRY(slot.acknowledged, reader.u64());
  while (!reader.at_end()) {
    MAGPIE_TRY(auto key, read_id<SlotKey>(reader));
    slot.former_keys.push_back(key);
  }
  return slot;
}

/// The fixed part of an entry; the payload is the reader's rest.
struct EntryHead {
  EntryId id;
  SlotId slot;
  bool control = false;
  Day day{};
  Bytes payload;
};

Result<EntryHead> read_entry(std::string_view value) {
  MAGPIE_TRY(auto reader, begin(value));
  EntryHead head;
  MAGPIE_TRY(head.id, read_id<EntryId>(reader));
  MAGPIE_TRY(const auto slot, reader.u32());
  head.slot = SlotId{slot};
  MAGPIE_TRY(head.control, reader.presence());
  MAGPIE_TRY(head.day, read_day(reader));
  head.payload = reader.rest();
  if (head.payload.empty()) return fail(Errc::kDamaged, "entry record: payload");
  return head;
}

Result<IdRecord> read_id_record(std::string_view value) {
  MAGPIE_TRY(auto reader, begin(value));
  IdRecord id;
  MAGPIE_TRY(id.sequence, reader.u64());
  MAGPIE_TRY(const auto slot, reader.u32());
  id.slot = SlotId{slot};
  MAGPIE_TRY(id.day, read_day(reader));
  MAGPIE_TRY_VOID(reader.finish());
  return id;
}

Result<Due> read_due(std::string_view key) {
  Reader reader(as_bytes(key));
  Due due;
  MAGPIE_TRY(const auto kind, reader.u8());
  due.kind = static_cast<DueKind>(kind);
  if (due.kind != DueKind::kEntries && due.kind != DueKind::kIds) {
    return fail(Errc::kDamaged, "due record: kind");
  }
  MAGPIE_TRY(due.day, read_day(reader));
  MAGPIE_TRY(due.room, read_id<RoomId>(reader));
  MAGPIE_TRY_VOID(reader.finish());
  return due;
}

Result<TokenKeyRecord> read_token_key(std::string_view key, std::string_view value) {
  TokenKeyRecord record;
  Reader number(as_bytes(key));
  MAGPIE_TRY(record.id, number.u32());
  MAGPIE_TRY_VOID(number.finish());
  MAGPIE_TRY(auto reader, begin(value));
  MAGPIE_TRY(const auto scalar, reader.fixed(record.scalar.size()));
  std::ranges::copy(scalar, record.scalar.begin());
  MAGPIE_TRY(record.since, read_day(reader));
  MAGPIE_TRY_VOID(reader.finish());
  return record;
}

Result<CodeRecord> read_code(std::string_view value) {
  MAGPIE_TRY(auto reader, begin(value));
  CodeRecord code;
  MAGPIE_TRY(code.rooms, reader.u32());
  MAGPIE_TRY(code.uses, reader.u32());
  MAGPIE_TRY_VOID(reader.finish());
  if (code.rooms == 0 || code.uses == 0) return fail(Errc::kDamaged, "code record: number");
  return code;
}

Result<std::uint32_t> read_spent(std::string_view value) {
  MAGPIE_TRY(auto reader, begin(value));
  MAGPIE_TRY(const auto granted, reader.u32());
  MAGPIE_TRY_VOID(reader.finish());
  return granted;
}

}  // namespace

std::string room_key(const RoomId& room) { return std::string(as_text(room.bytes())); }

std::string slot_key(const RoomId& room, SlotId slot) {
  return take(Writer().fixed(room.bytes()).u32(slot.value()));
}

std::string entry_key(const RoomId& room, Sequence sequence) {
  return take(Writer().fixed(room.bytes()).u64(sequence));
}

std::string id_key(const RoomId& room, const EntryId& id) {
  return take(Writer().fixed(room.bytes()).fixed(id.bytes()));
}

std::string room_end(const RoomId& room) {
  auto key = room_key(room);
  while (!key.empty() && static_cast<std::uint8_t>(key.back()) == 0xff) key.pop_back();
  if (key.empty()) return std::string(64, '\xff');  // the last room: behind every key of it
  ++key.back();
  return key;
}

std::string due_key(const Due& due) {
  return take(
      Writer().u8(static_cast<std::uint8_t>(due.kind)).u64(count(due.day)).fixed(due.room.bytes()));
}

Result<Sequence> sequence_of_key(std::string_view entry_key) {
  Reader reader(as_bytes(entry_key));
  const auto read = [&]() -> Result<Sequence> {
    MAGPIE_TRY_VOID(reader.fixed(RoomId::kSize));
    return reader.u64();
  };
  return damaged(read());
}

Result<EntryId> id_of_key(std::string_view id_key) {
  Reader reader(as_bytes(id_key));
  const auto read = [&]() -> Result<EntryId> {
    MAGPIE_TRY_VOID(reader.fixed(RoomId::kSize));
    return read_id<EntryId>(reader);
  };
  return damaged(read());
}

Result<Due> due_of_key(std::string_view due_key) { return damaged(read_due(due_key)); }

std::string encode(const RoomMeta& meta) {
  return take(Writer(128)
                  .u8(kVersion)
                  .u64(meta.head)
                  .u64(meta.last_control)
                  .u64(meta.entries)
                  .u64(meta.bytes)
                  .u32(meta.slots_ever)
                  .u32(meta.exchanged_key_attempts)
                  .u64(count(meta.last_day))
                  .u64(meta.expired_through)
                  .fixed(meta.creation));
}

std::string encode(const SlotRecord& slot) {
  Writer writer(128 + 32 * slot.former_keys.size());
  writer.u8(kVersion)
      .u32(slot.id.value())
      .fixed(slot.key.bytes())
      .u32(slot.rights)
      .u64(slot.removed_at)
      .u64(slot.acknowledged);
  for (const auto& key : slot.former_keys) writer.fixed(key.bytes());
  return take(writer);
}

std::string encode(const EntryRecord& entry) {
  return take(Writer(64 + entry.payload->size())
                  .u8(kVersion)
                  .fixed(entry.id.bytes())
                  .u32(entry.slot.value())
                  .presence(entry.control)
                  .u64(count(entry.day))
                  .fixed(*entry.payload));
}

std::string encode(const IdRecord& id) {
  return take(Writer(32).u8(kVersion).u64(id.sequence).u32(id.slot.value()).u64(count(id.day)));
}

std::string token_key_key(TokenKeyId key) { return take(Writer(4).u32(key)); }
std::string spent_key(TokenKeyId key, const SpentId& id) {
  return take(Writer(4 + SpentId::kSize).u32(key).fixed(id.bytes()));
}
std::string code_key(const CodeId& code) { return std::string(as_text(code.bytes())); }

std::string encode(const TokenKeyRecord& key) {
  return take(Writer(48).u8(kVersion).fixed(key.scalar).u64(count(key.since)));
}

std::string encode(const CodeRecord& code) {
  return take(Writer(16).u8(kVersion).u32(code.rooms).u32(code.uses));
}

std::string encode_spent(std::uint32_t granted) {
  return take(Writer(8).u8(kVersion).u32(granted));
}

Result<RoomMeta> decode_room(std::string_view value) { return damaged(read_room(value)); }
Result<SlotRecord> decode_slot(std::string_view value) { return damaged(read_slot(value)); }
Result<IdRecord> decode_id(std::string_view value) { return damaged(read_id_record(value)); }
Result<TokenKeyRecord> decode_token_key(std::string_view key, std::string_view value) {
  return damaged(read_token_key(key, value));
}
Result<CodeRecord> decode_code(std::string_view value) { return damaged(read_code(value)); }
Result<std::uint32_t> decode_spent(std::string_view value) { return damaged(read_spent(value)); }

Result<EntryRecord> decode_entry(Sequence sequence, std::string_view value) {
  MAGPIE_TRY(const auto head, damaged(read_entry(value)));
  return EntryRecord{sequence,  head.id,
                     head.slot, head.control,
                     head.day,  std::make_shared<const Buffer>(to_buffer(head.payload))};
}

Result<EntryHeader> decode_entry_header(Sequence sequence, std::string_view value) {
  MAGPIE_TRY(const auto head, damaged(read_entry(value)));
  return EntryHeader{sequence, head.day, head.payload.size()};
}

}  // namespace magpie::server::records
