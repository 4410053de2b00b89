// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "client/core/vault/tables.h"

namespace magpie::client::tables {
namespace {

/// The order of a row: its own, that of the row it replaces, or the next one. `known` and `last`
/// select those two.
Result<std::uint64_t> ordering(Database& database, std::uint64_t own, const RoomId& room,
                               const EntryId& entry, std::string_view known,
                               std::string_view last) {
  if (own != 0) return own;
  {
    Query row(database, known);
    MAGPIE_TRY(const bool found, row.bind(room.bytes()).bind(entry.bytes()).next());
    if (found) return row.number();
  }
  Query row(database, last);
  MAGPIE_TRY(const bool found, row.next());
  return found ? row.number() + 1 : 1;
}

Result<MessageRecord> read_message(Query& row, const RoomId& room) {
  using Kind = MessageRecord::Kind;
  using State = MessageRecord::State;
  MessageRecord record;
  record.room = room;
  record.id = row.id<EntryId>();
  record.kind = row.choice(Kind::kText, Kind::kNote);
  record.state = row.choice(State::kWaiting, State::kNotSent);
  record.sequence = row.number();
  record.order = row.number();
  record.self = row.flag();
  record.from = row.id<Fingerprint>();
  record.text = row.text();
  record.gap_count = row.number();
  record.at = row.time();
  record.utc_offset_minutes = static_cast<std::int32_t>(row.integer());
  record.received = row.time();
  MAGPIE_TRY_VOID(row.finish_row());
  return record;
}

/// SQLite's numbers have a sign, so a count over all of them is one too many.
std::int64_t count_of(std::size_t count) {
  return static_cast<std::int64_t>(std::min<std::size_t>(count, INT64_MAX));
}

}  // namespace

Result<void> make(Database& database, const MessageRecord& record) {
  MAGPIE_TRY(const std::uint64_t order,
             ordering(database, record.order, record.room, record.id,
                      "SELECT ordering FROM messages WHERE room = ? AND entry = ?",
                      "SELECT ordering FROM messages ORDER BY ordering DESC LIMIT 1"));
  return Query(database,
               "INSERT INTO messages (room, entry, kind, state, sequence, ordering, self, sender,"
               " text, gap_count, at, utc_offset_minutes, received)"
               " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
               " ON CONFLICT (room, entry) DO UPDATE SET kind = excluded.kind,"
               " state = excluded.state, sequence = excluded.sequence,"
               " ordering = excluded.ordering, self = excluded.self, sender = excluded.sender,"
               " text = excluded.text, gap_count = excluded.gap_count, at = excluded.at,"
               " utc_offset_minutes = excluded.utc_offset_minutes, received = excluded.received")
      .bind(record.room.bytes())
      .bind(record.id.bytes())
      .bind(static_cast<std::int64_t>(record.kind))
      .bind(static_cast<std::int64_t>(record.state))
      .bind(record.sequence)
      .bind(order)
      .bind(std::int64_t{record.self})
      .bind(record.from.bytes())
      .bind(record.text)
      .bind(record.gap_count)
      .bind(record.at)
      .bind(std::int64_t{record.utc_offset_minutes})
      .bind(record.received)
      .run();
}

Result<void> make(Database& database, const Delivered& delivered) {
  return Query(database,
               "UPDATE messages SET state = 3"
               " WHERE room = ? AND entry = ? AND self = 1 AND state = 2")
      .bind(delivered.room.bytes())
      .bind(delivered.id.bytes())
      .run();
}

Result<void> make(Database& database, const OutboxRecord& record) {
  MAGPIE_TRY(const std::uint64_t order,
             ordering(database, record.order, record.room, record.id,
                      "SELECT ordering FROM outbox WHERE room = ? AND entry = ?",
                      "SELECT ordering FROM outbox ORDER BY ordering DESC LIMIT 1"));
  return Query(database,
               "INSERT OR REPLACE INTO outbox (room, entry, content, payload, last_control,"
               " ordering) VALUES (?, ?, ?, ?, ?, ?)")
      .bind(record.room.bytes())
      .bind(record.id.bytes())
      .bind(record.content)
      .bind(record.payload)
      .bind(record.last_control)
      .bind(order)
      .run();
}

Result<void> make(Database& database, const OutboxDone& done) {
  return Query(database, "DELETE FROM outbox WHERE room = ? AND entry = ?")
      .bind(done.room.bytes())
      .bind(done.id.bytes())
      .run();
}

Result<void> make(Database& database, const DraftRecord& record) {
  if (record.text.empty()) {
    return Query(database, "DELETE FROM drafts WHERE room = ?").bind(record.room.bytes()).run();
  }
  return Query(database, "INSERT OR REPLACE INTO drafts (room, text) VALUES (?, ?)")
      .bind(record.room.bytes())
      .bind(record.text)
      .run();
}

Result<std::vector<DraftRecord>> drafts(Database& database) {
  std::vector<DraftRecord> found;
  Query row(database, "SELECT room, text FROM drafts ORDER BY room");
  for (;;) {
    MAGPIE_TRY(const bool more, row.next());
    if (!more) return found;
    DraftRecord& record = found.emplace_back();
    record.room = row.id<RoomId>();
    record.text = row.text();
    MAGPIE_TRY_VOID(row.finish_row());
  }
}

Result<std::vector<OutboxRecord>> outbox(Database& database, const RoomId& room) {
  std::vector<OutboxRecord> found;
  Query row(database,
            "SELECT entry, content, payload, last_control, ordering FROM outbox WHERE room = ?"
            " ORDER BY ordering");
  row.bind(room.bytes());
  for (;;) {
    MAGPIE_TRY(const bool more, row.next());
    if (!more) return found;
    OutboxRecord& record = found.emplace_back();
    record.room = room;
    record.id = row.id<EntryId>();
    record.content = row.buffer();
    record.payload = row.buffer();
    record.last_control = row.number();
    record.order = row.number();
    MAGPIE_TRY_VOID(row.finish_row());
  }
}

Result<std::vector<MessageRecord>> messages(Database& database, const RoomId& room,
                                            std::size_t before, std::size_t limit) {
  std::vector<MessageRecord> found;
  Query row(database,
            "SELECT entry, kind, state, sequence, ordering, self, sender, text, gap_count, at,"
            " utc_offset_minutes, received FROM messages WHERE room = ?"
            " ORDER BY tier DESC, sequence DESC, ordering DESC, entry DESC LIMIT ? OFFSET ?");
  row.bind(room.bytes()).bind(count_of(limit)).bind(count_of(before));
  for (;;) {
    MAGPIE_TRY(const bool more, row.next());
    if (!more) break;
    MAGPIE_TRY(auto record, read_message(row, room));
    found.push_back(std::move(record));
  }
  std::ranges::reverse(found);
  return found;
}

Result<std::optional<MessageRecord>> message(Database& database, const RoomId& room,
                                             const EntryId& id) {
  Query row(database,
            "SELECT entry, kind, state, sequence, ordering, self, sender, text, gap_count, at,"
            " utc_offset_minutes, received FROM messages WHERE room = ? AND entry = ?");
  MAGPIE_TRY(const bool found, row.bind(room.bytes()).bind(id.bytes()).next());
  if (!found) return std::optional<MessageRecord>{};
  MAGPIE_TRY(auto record, read_message(row, room));
  return std::optional(std::move(record));
}

Result<std::size_t> message_count(Database& database, const RoomId& room) {
  Query row(database, "SELECT count(*) FROM messages WHERE room = ?");
  MAGPIE_TRY(const bool found, row.bind(room.bytes()).next());
  return found ? static_cast<std::size_t>(row.integer()) : 0;
}

}  // namespace magpie::client::tables
