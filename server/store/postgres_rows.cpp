// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/postgres_rows.h"

#include <pqxx/connection>
#include <pqxx/result>

#include "server/store/postgres_values.h"
#include "server/store/records.h"

namespace magpie::server::postgres {

namespace {

template <class Table>
void erase_room(Table& table, const RoomId& room) {
  auto from = table.lower_bound({room, {}});
  while (from != table.end() && from->first.first == room) from = table.erase(from);
}

void add_key(Array& array, std::uint64_t number) { array.add(number); }
void add_key(Array& array, const EntryId& id) { array.add(id.bytes()); }
Array keys_of(std::uint64_t) { return Array::of_numbers(); }
Array keys_of(const EntryId&) { return Array::of_bytes(); }

/// `put` and `drop` name statements over a table whose key is a room and another.
template <class Key>
void write_table(pqxx::transaction_base& work,
                 const std::map<std::pair<RoomId, Key>, std::string>& table, const char* put,
                 const char* drop) {
  auto rooms = Array::of_bytes();
  auto keys = keys_of(Key{});
  auto records = Array::of_bytes();
  auto dropped_rooms = Array::of_bytes();
  auto dropped_keys = keys_of(Key{});
  for (const auto& [key, record] : table) {
    if (record.empty()) {
      dropped_rooms.add(key.first.bytes());
      add_key(dropped_keys, key.second);
    } else {
      rooms.add(key.first.bytes());
      add_key(keys, key.second);
      records.add(record);
    }
  }
  if (!rooms.empty()) {
    work.exec_prepared0(put, rooms.parameter(), keys.parameter(), records.parameter());
  }
  if (!dropped_rooms.empty()) {
    work.exec_prepared0(drop, dropped_rooms.parameter(), dropped_keys.parameter());
  }
}

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const auto part : parts) out += part;
  return out;
}

}  // namespace

void Rows::add(const WriteBatch& batch, const std::set<RoomId>& left_out) {
  for (const auto& write : batch.writes) {
    const auto* const room = room_of(write);
    if (room == nullptr || left_out.contains(*room)) continue;
    std::visit(
        [this](const auto& change) {
          if constexpr (requires { this->add(change); }) this->add(change);
        },
        write);
  }
  for (const auto& revision : batch.revisions) {
    if (left_out.contains(revision.room) || !revision.changes()) continue;
    revisions_[revision.room] = revision.next;
    rooms_[revision.room];
  }
}

void Rows::add(const PutRoom& write) { rooms_[write.room] = records::encode(write.meta); }

void Rows::add(const DropRoom& write) {
  dropped_.insert(write.room);
  rooms_.erase(write.room);
  erase_room(slots_, write.room);
  erase_room(entries_, write.room);
  erase_room(ids_, write.room);
}

void Rows::add(const PutSlot& write) {
  slots_[{write.room, write.slot.id.value()}] = records::encode(write.slot);
}

void Rows::add(const PutEntry& write) {
  const auto& entry = write.entry;
  entries_[{write.room, entry.sequence}] = records::encode(entry);
  ids_[{write.room, entry.id}] = records::encode(IdRecord{entry.sequence, entry.slot, entry.day});
}

void Rows::add(const DropEntry& write) { entries_[{write.room, write.sequence}].clear(); }
void Rows::add(const DropId& write) { ids_[{write.room, write.id}].clear(); }

void Rows::write(pqxx::transaction_base& work) const {
  if (!dropped_.empty()) {
    auto rooms = Array::of_bytes();
    for (const auto& room : dropped_) rooms.add(room.bytes());
    for (const auto* statement : {"wipe_rooms", "wipe_slots", "wipe_entries", "wipe_ids"}) {
      work.exec_prepared0(statement, rooms.parameter());
    }
  }
  auto put = std::array{Array::of_bytes(), Array::of_bytes()};
  auto put_revisions = Array::of_numbers();
  auto raised = Array::of_bytes();
  auto raised_revisions = Array::of_numbers();
  for (const auto& [room, record] : rooms_) {
    const auto found = revisions_.find(room);
    const auto revision = found == revisions_.end() ? 0 : found->second;
    if (record.empty() && revision == 0) continue;  // closed
    (record.empty() ? raised : put[0]).add(room.bytes());
    (record.empty() ? raised_revisions : put_revisions).add(revision);
    if (!record.empty()) put[1].add(record);
  }
  if (!put[0].empty()) {
    work.exec_prepared0("put_rooms", put[0].parameter(), put_revisions.parameter(),
                        put[1].parameter());
  }
  if (!raised.empty()) {
    work.exec_prepared0("raise_rooms", raised.parameter(), raised_revisions.parameter());
  }
  write_table(work, slots_, "put_slots", "drop_slots");
  write_table(work, entries_, "put_entries", "drop_entries");
  write_table(work, ids_, "put_ids", "drop_ids");
  for (const bool putting : {true, false}) {
    auto kinds = Array::of_numbers();
    auto days = Array::of_numbers();
    auto rooms = Array::of_bytes();
    for (const auto& [due, there] : due_) {
      if (there != putting) continue;
      kinds.add(static_cast<std::uint64_t>(due.kind));
      days.add(
          static_cast<std::uint64_t>(std::max<Day::rep>(0, due.day.time_since_epoch().count())));
      rooms.add(due.room.bytes());
    }
    if (rooms.empty()) continue;
    work.exec_prepared0(putting ? "put_due" : "drop_due", kinds.parameter(), days.parameter(),
                        rooms.parameter());
  }
}

void prepare_rows(pqxx::connection& connection) {
  for (const auto* table : {"rooms", "slots", "entries", "ids"}) {
    connection.prepare(joined({"wipe_", table}),
                       joined({"DELETE FROM ", table, " WHERE room = ANY($1::bytea[])"}));
  }
  // A room without a revision keeps the one it has: only tests write so.
  connection.prepare("put_rooms",
                     "INSERT INTO rooms (room, revision, record) "
                     "SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bytea[]) "
                     "ON CONFLICT (room) DO UPDATE SET record = excluded.record, "
                     "revision = CASE WHEN excluded.revision = 0 THEN rooms.revision "
                     "ELSE excluded.revision END");
  connection.prepare("raise_rooms",
                     "UPDATE rooms SET revision = new.revision "
                     "FROM unnest($1::bytea[], $2::bigint[]) AS new(room, revision) "
                     "WHERE rooms.room = new.room");
  for (const auto& [table, key, type] : {std::array{"slots", "slot", "bigint"},
                                         {"entries", "sequence", "bigint"},
                                         {"ids", "id", "bytea"}}) {
    connection.prepare(joined({"put_", table}),
                       joined({"INSERT INTO ", table, " (room, ", key,
                               ", record) SELECT * FROM unnest($1::bytea[], $2::", type,
                               "[], $3::bytea[]) ON CONFLICT (room, ", key,
                               ") DO UPDATE SET record = excluded.record"}));
    connection.prepare(joined({"drop_", table}),
                       joined({"DELETE FROM ", table, " USING unnest($1::bytea[], $2::", type,
                               "[]) AS old(room, key) WHERE ", table, ".room = old.room AND ",
                               table, ".", key, " = old.key"}));
  }
  connection.prepare("put_due",
                     "INSERT INTO due (kind, day, room) "
                     "SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) "
                     "ON CONFLICT DO NOTHING");
  connection.prepare("drop_due",
                     "DELETE FROM due USING unnest($1::bigint[], $2::bigint[], $3::bytea[]) "
                     "AS old(kind, day, room) WHERE due.kind = old.kind "
                     "AND due.day = old.day AND due.room = old.room");
}

}  // namespace magpie::server::postgres
