// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/postgres_store.h"

#include <array>
#include <map>
#include <pqxx/nontransaction>
#include <pqxx/result>
#include <pqxx/transaction>

#include "crypto/base/random.h"
#include "server/store/postgres_link.h"
#include "server/store/postgres_listener.h"
#include "server/store/postgres_payments.h"
#include "server/store/postgres_purge.h"
#include "server/store/postgres_rows.h"
#include "server/store/postgres_schema.h"
#include "server/store/postgres_values.h"
#include "server/store/records.h"

namespace magpie::server {

namespace {

using postgres::bytes_of;
using postgres::number;
using postgres::parameter;

constexpr std::size_t kPage = 1000;

Result<RoomId> room_of(const pqxx::field& field) {
  const auto room = RoomId::from(as_bytes(bytes_of(field)));
  if (!room) return fail(Errc::kDamaged, "room record: key");
  return *room;
}

std::int64_t number(Day day) { return std::max<Day::rep>(0, day.time_since_epoch().count()); }

void prepare(pqxx::connection& connection) {
  postgres::prepare_rows(connection);
  postgres::prepare_payments(connection);
  // One statement, so that a room and its slots are of one instant.
  connection.prepare("load_room",
                     "SELECT rooms.revision, rooms.record, slots.record FROM rooms "
                     "LEFT JOIN slots ON slots.room = rooms.room WHERE rooms.room = $1::bytea");
  connection.prepare("lock_rooms",
                     "SELECT room, revision FROM rooms WHERE room = ANY($1::bytea[]) "
                     "ORDER BY room FOR UPDATE");
  connection.prepare("see_rooms", "SELECT room, revision FROM rooms WHERE room = ANY($1::bytea[])");
  connection.prepare("claim_rooms",
                     "INSERT INTO rooms (room, revision, record) "
                     "SELECT room, 1, ''::bytea FROM unnest($1::bytea[]) AS new(room) "
                     "ON CONFLICT DO NOTHING RETURNING room");
  connection.prepare("notify", "SELECT pg_notify($1, $2)");
  // Payload bytes are the record's but for its head; a reader asks for so many.
  connection.prepare(
      "read_entries",
      "SELECT sequence, record FROM (SELECT sequence, record, sum(octet_length(record) - $5) "
      "OVER (ORDER BY sequence) - (octet_length(record) - $5) AS before FROM (SELECT sequence, "
      "record FROM entries WHERE room = $1::bytea AND sequence > $2 AND sequence <= $3 "
      "ORDER BY sequence LIMIT $4) AS found) AS summed WHERE before <= $6 ORDER BY sequence");
  connection.prepare("list_entries",
                     "SELECT sequence, substring(record FROM 1 FOR $5::integer), "
                     "octet_length(record) FROM entries WHERE room = $1::bytea AND sequence > $2 "
                     "AND sequence <= $3 ORDER BY sequence LIMIT $4");
  connection.prepare("find_id", "SELECT record FROM ids WHERE room = $1::bytea AND id = $2::bytea");
  connection.prepare("list_ids",
                     "SELECT id, record FROM ids WHERE room = $1::bytea AND id > $2::bytea "
                     "ORDER BY id LIMIT $3");
  connection.prepare("list_due",
                     "SELECT day, room FROM due WHERE kind = $1 AND day < $2 "
                     "AND (day, room) > ($3, $4::bytea) ORDER BY day, room LIMIT $5");
  connection.prepare("list_token_keys", "SELECT key, record FROM token_keys ORDER BY key");
  connection.prepare("find_spent", "SELECT record FROM spent WHERE key = $1 AND id = $2::bytea");
  connection.prepare("find_code", "SELECT record FROM codes WHERE code = $1::bytea");
  connection.prepare(
      "list_rooms", "SELECT room, record FROM rooms WHERE room > $1::bytea ORDER BY room LIMIT $2");
}

/// Everything that batches depend on: rooms to be changed, and rooms only looked at.
struct Expectations {
  explicit Expectations(std::span<const WriteBatch> batches) {
    for (const auto& batch : batches) {
      for (const auto& revision : batch.revisions) {
        of.emplace(revision.room, revision);
        changes = changes || revision.changes();
      }
      changes = changes || !batch.writes.empty();
      durable = durable || batch.durable;
    }
  }
  postgres::Array rooms(bool changed, const std::set<RoomId>& left_out) const {
    auto out = postgres::Array::of_bytes();
    for (const auto& [room, revision] : of) {
      if (revision.changes() == changed && !left_out.contains(room)) out.add(room.bytes());
    }
    return out;
  }

  std::map<RoomId, RoomRevision> of;
  bool changes = false;
  bool durable = false;
};

}  // namespace

struct PostgresStore::Impl {
  explicit Impl(const std::string& connection) : link(connection, prepare) {}

  /// A query that only reads, again where the server was gone meanwhile.
  template <class Act>
  auto read(Act act) -> std::invoke_result_t<Act, pqxx::transaction_base&> {
    if (snapshot) {
      try {
        return act(*snapshot);
      } catch (const std::exception&) {
        return fail(Errc::kUnreachable, "postgresql: the connection broke");
      }
    }
    auto result = link.run([&](pqxx::connection& connection) {
      pqxx::nontransaction query(connection);
      return act(query);
    });
    if (!result) return tl::unexpected<Error>(result.error());
    return std::move(*result);
  }

  std::set<RoomId> lock(pqxx::transaction_base& work, const Expectations& expected,
                        const std::set<RoomId>& left_out) const;
  std::set<RoomId> write_all(pqxx::work& work, std::span<const WriteBatch> batches,
                             const Expectations& expected, std::set<RoomId>& left_out) const;
  std::set<RoomId> write(pqxx::connection& connection, std::span<const WriteBatch> batches);
  void notify(pqxx::transaction_base& work, const Expectations& expected,
              const std::set<RoomId>& conflicts) const;
  Result<void> take_snapshot();

  PostgresLink link;
  const std::string tag = [] {
    SystemRandom random;
    std::array<std::uint8_t, 8> bytes{};
    random.fill(bytes);
    return to_hex(bytes);
  }();
  postgres::Written written;
  std::unique_ptr<PostgresListener> listener;
  std::unique_ptr<PostgresSession> session;  ///< kSnapshot's, with its transaction
  std::unique_ptr<pqxx::nontransaction> snapshot;
};

PostgresStore::PostgresStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PostgresStore::~PostgresStore() { hurry(); }

Result<std::unique_ptr<PostgresStore>> PostgresStore::open(const std::string& connection,
                                                           Mode mode) {
  auto impl = std::make_unique<Impl>(connection);
  if (mode == Mode::kSnapshot) {
    MAGPIE_TRY_VOID(impl->take_snapshot());
  } else {
    MAGPIE_TRY(const auto ready, impl->link.once([](pqxx::connection& opened) -> Result<void> {
      MAGPIE_TRY_VOID(postgres::check_settings(opened));
      return postgres::migrate(opened);
    }));
    MAGPIE_TRY_VOID(ready);
  }
  return std::unique_ptr<PostgresStore>(new PostgresStore(std::move(impl)));
}

Result<void> PostgresStore::Impl::take_snapshot() {
  try {
    session = link.connect();
    snapshot = std::make_unique<pqxx::nontransaction>(session->get());
    const auto tables = snapshot->exec1("SELECT to_regclass('schema_version') IS NOT NULL");
    if (!tables[0].as<bool>()) return fail(Errc::kNotFound, "postgresql: no tables");
    // Locked before the first look, or a purge in between would leave tables that look empty.
    snapshot->exec0("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    snapshot->exec0(
        "LOCK TABLE rooms, slots, entries, ids, due, token_keys, spent, codes "
        "IN ACCESS SHARE MODE");
    return {};
  } catch (const std::exception&) {
    return fail(Errc::kUnreachable,
                "postgresql: it cannot be reached, or does not let this relay in");
  }
}

// ----------------------------------------------------------------------------------- reading

Result<std::optional<RoomState>> PostgresStore::load_room(const RoomId& room) {
  return impl_->read([&](pqxx::transaction_base& query) -> Result<std::optional<RoomState>> {
    const auto rows = query.exec_prepared("load_room", parameter(room.bytes()));
    if (rows.empty()) return std::nullopt;
    RoomState state;
    state.revision = rows[0][0].as<std::uint64_t>();
    MAGPIE_TRY(state.meta, records::decode_room(bytes_of(rows[0][1])));
    for (const auto& row : rows) {
      if (row[2].is_null()) continue;
      MAGPIE_TRY(auto slot, records::decode_slot(bytes_of(row[2])));
      state.slots.insert_or_assign(slot.id, std::move(slot));
    }
    return state;
  });
}

Result<std::vector<EntryRecord>> PostgresStore::read_entries(const RoomId& room, Sequence after,
                                                             Sequence through,
                                                             std::size_t count_max,
                                                             std::size_t bytes_max) {
  return impl_->read([&](pqxx::transaction_base& query) -> Result<std::vector<EntryRecord>> {
    std::vector<EntryRecord> out;
    const auto rows =
        query.exec_prepared("read_entries", parameter(room.bytes()), number(after), number(through),
                            number(count_max), records::kEntryHeadBytes, number(bytes_max));
    for (const auto& row : rows) {
      MAGPIE_TRY(auto entry, records::decode_entry(row[0].as<Sequence>(), bytes_of(row[1])));
      out.push_back(std::move(entry));
    }
    return out;
  });
}

Result<std::vector<EntryHeader>> PostgresStore::list_entries(const RoomId& room, Sequence after,
                                                             Sequence through,
                                                             std::size_t count_max) {
  return impl_->read([&](pqxx::transaction_base& query) -> Result<std::vector<EntryHeader>> {
    std::vector<EntryHeader> out;
    const auto rows =
        query.exec_prepared("list_entries", parameter(room.bytes()), number(after), number(through),
                            number(count_max), records::kEntryHeadBytes + 1);
    for (const auto& row : rows) {
      MAGPIE_TRY(auto header,
                 records::decode_entry_header(row[0].as<Sequence>(), bytes_of(row[1])));
      header.bytes = row[2].as<std::uint64_t>() - records::kEntryHeadBytes;
      out.push_back(header);
    }
    return out;
  });
}

Result<std::optional<IdRecord>> PostgresStore::find_id(const RoomId& room, const EntryId& id) {
  return impl_->read([&](pqxx::transaction_base& query) -> Result<std::optional<IdRecord>> {
    const auto rows =
        query.exec_prepared("find_id", parameter(room.bytes()), parameter(id.bytes()));
    if (rows.empty()) return std::nullopt;
    MAGPIE_TRY(const auto record, records::decode_id(bytes_of(rows[0][0])));
    return record;
  });
}

Result<std::vector<std::pair<EntryId, IdRecord>>> PostgresStore::list_ids(
    const RoomId& room, const std::optional<EntryId>& after, std::size_t count_max) {
  using Ids = std::vector<std::pair<EntryId, IdRecord>>;
  return impl_->read([&](pqxx::transaction_base& query) -> Result<Ids> {
    Ids out;
    const auto above = after ? Bytes(after->bytes()) : Bytes();
    const auto rows = query.exec_prepared("list_ids", parameter(room.bytes()), parameter(above),
                                          number(count_max));
    for (const auto& row : rows) {
      const auto id = EntryId::from(as_bytes(bytes_of(row[0])));
      if (!id) return fail(Errc::kDamaged, "id record: key");
      MAGPIE_TRY(const auto record, records::decode_id(bytes_of(row[1])));
      out.emplace_back(*id, record);
    }
    return out;
  });
}

Result<std::vector<Due>> PostgresStore::list_due(DueKind kind, Day before,
                                                 const std::optional<Due>& after,
                                                 std::size_t count_max) {
  return impl_->read([&](pqxx::transaction_base& query) -> Result<std::vector<Due>> {
    std::vector<Due> out;
    const auto above = after ? Bytes(after->room.bytes()) : Bytes();
    const auto rows = query.exec_prepared(
        "list_due", static_cast<std::int64_t>(kind), number(before),
        after ? number(after->day) : std::int64_t{-1}, parameter(above), number(count_max));
    for (const auto& row : rows) {
      MAGPIE_TRY(const auto room, room_of(row[1]));
      out.push_back({kind, Day(std::chrono::days(row[0].as<Day::rep>())), room});
    }
    return out;
  });
}

Result<std::vector<TokenKeyRecord>> PostgresStore::list_token_keys() {
  return impl_->read([&](pqxx::transaction_base& query) -> Result<std::vector<TokenKeyRecord>> {
    std::vector<TokenKeyRecord> out;
    for (const auto& row : query.exec_prepared("list_token_keys")) {
      const auto key = records::token_key_key(row[0].as<TokenKeyId>());
      MAGPIE_TRY(const auto record, records::decode_token_key(key, bytes_of(row[1])));
      out.push_back(record);
    }
    return out;
  });
}

Result<std::optional<std::uint32_t>> PostgresStore::find_spent(TokenKeyId key, const SpentId& id) {
  return impl_->read([&](pqxx::transaction_base& query) -> Result<std::optional<std::uint32_t>> {
    const auto rows = query.exec_prepared("find_spent", key, parameter(id.bytes()));
    if (rows.empty()) return std::nullopt;
    MAGPIE_TRY(const auto granted, records::decode_spent(bytes_of(rows[0][0])));
    return granted;
  });
}

Result<std::optional<CodeRecord>> PostgresStore::find_code(const CodeId& code) {
  return impl_->read([&](pqxx::transaction_base& query) -> Result<std::optional<CodeRecord>> {
    const auto rows = query.exec_prepared("find_code", parameter(code.bytes()));
    if (rows.empty()) return std::nullopt;
    MAGPIE_TRY(const auto record, records::decode_code(bytes_of(rows[0][0])));
    return record;
  });
}

Result<std::vector<RoomId>> PostgresStore::list_rooms(const std::optional<RoomId>& after,
                                                      std::size_t count_max) {
  return impl_->read([&](pqxx::transaction_base& query) -> Result<std::vector<RoomId>> {
    std::vector<RoomId> out;
    const auto above = after ? Bytes(after->bytes()) : Bytes();
    for (const auto& row : query.exec_prepared("list_rooms", parameter(above), number(count_max))) {
      MAGPIE_TRY(const auto room, room_of(row[0]));
      out.push_back(room);
    }
    return out;
  });
}

Result<StoreCounts> PostgresStore::counts() {
  StoreCounts counts;
  for (std::string after;;) {
    using Page = std::pair<std::size_t, std::string>;
    MAGPIE_TRY(const auto page, impl_->read([&](pqxx::transaction_base& query) -> Result<Page> {
      const auto rows =
          query.exec_prepared("list_rooms", parameter(as_bytes(after)), number(kPage));
      for (const auto& row : rows) {
        MAGPIE_TRY(const auto meta, records::decode_room(bytes_of(row[1])));
        ++counts.rooms;
        counts.entries += meta.entries;
        counts.payload_bytes += meta.bytes;
      }
      return Page{rows.size(), rows.empty() ? after : bytes_of(rows.back()[0])};
    }));
    if (page.first < kPage) break;
    after = page.second;
  }
  MAGPIE_TRY(
      counts.disk_bytes, impl_->read([](pqxx::transaction_base& query) -> Result<std::uint64_t> {
        return query.exec1("SELECT pg_database_size(current_database())")[0].as<std::uint64_t>();
      }));
  return counts;
}

// ----------------------------------------------------------------------------------- writing

Result<void> PostgresStore::write(std::span<const WriteBatch> batches) {
  MAGPIE_TRY(const auto conflicts, impl_->link.run([&](pqxx::connection& connection) {
    return impl_->write(connection, batches);
  }));
  if (!conflicts.empty()) return fail(Errc::kUsage, "postgresql: written with revisions");
  impl_->written.add(batches);
  return {};
}

Result<Conflicts> PostgresStore::commit(std::span<const WriteBatch> batches) {
  const auto done = impl_->link.once(
      [&](pqxx::connection& connection) { return impl_->write(connection, batches); });
  // Noted also where the outcome is not known.
  impl_->written.add(batches);
  if (done) return Conflicts(done->begin(), done->end());
  if (done.error().code != Errc::kUnreachable) return tl::unexpected<Error>(done.error());
  // Whether it was written is found out where each request is decided again. First the server must
  // be there, or that would be asked without end.
  MAGPIE_TRY_VOID(impl_->link.run([](pqxx::connection& connection) {
    return pqxx::nontransaction(connection).exec1("SELECT 1").size();
  }));
  std::set<RoomId> all;
  WriteBatch rest;
  for (const auto& batch : batches) {
    for (const auto& revision : batch.revisions) all.insert(revision.room);
    for (const auto& write : batch.writes) {
      if (const auto* const room = room_of(write)) {
        all.insert(*room);
      } else {
        rest.writes.push_back(write);
      }
    }
  }
  // What belongs to no room may be written twice.
  if (!rest.empty()) MAGPIE_TRY_VOID(write({&rest, 1}));
  return Conflicts(all.begin(), all.end());
}

std::set<RoomId> PostgresStore::Impl::write(pqxx::connection& connection,
                                            std::span<const WriteBatch> batches) {
  const Expectations expected(batches);
  if (!expected.changes) {
    pqxx::nontransaction query(connection);
    return lock(query, expected, {});
  }
  for (std::set<RoomId> conflicts;;) {
    pqxx::work work(connection);
    if (!expected.durable) work.exec0("SET LOCAL synchronous_commit = off");
    const auto refused = write_all(work, batches, expected, conflicts);
    if (refused.empty()) {
      work.commit();
      return conflicts;
    }
    // Another was faster to pay with the same: again, without those rooms.
    conflicts.insert(refused.begin(), refused.end());
    work.abort();
  }
}

/// Adds rooms that are not as expected to `left_out`. Gives those whose payment is refused.
std::set<RoomId> PostgresStore::Impl::write_all(pqxx::work& work,
                                                std::span<const WriteBatch> batches,
                                                const Expectations& expected,
                                                std::set<RoomId>& left_out) const {
  left_out.merge(lock(work, expected, left_out));
  postgres::Payments payments;
  for (const auto& batch : batches) payments.add(batch, left_out);
  auto refused = payments.write(work);
  if (!refused.empty()) return refused;
  postgres::Rows rows;
  for (const auto& batch : batches) rows.add(batch, left_out);
  rows.write(work);
  notify(work, expected, left_out);
  return refused;
}

/// Locks the rooms that are to be changed, in the order of their ids, and gives those that are not
/// as expected.
std::set<RoomId> PostgresStore::Impl::lock(pqxx::transaction_base& work,
                                           const Expectations& expected,
                                           const std::set<RoomId>& left_out) const {
  std::map<RoomId, std::uint64_t> found;
  const auto note = [&](const pqxx::result& rows) {
    for (const auto& row : rows) {
      if (const auto room = room_of(row[0])) found[*room] = row[1].as<std::uint64_t>();
    }
  };
  if (const auto changed = expected.rooms(true, left_out); !changed.empty()) {
    note(work.exec_prepared("lock_rooms", changed.parameter()));
  }
  if (const auto seen = expected.rooms(false, left_out); !seen.empty()) {
    note(work.exec_prepared("see_rooms", seen.parameter()));
  }
  std::set<RoomId> conflicts;
  auto made = postgres::Array::of_bytes();
  std::set<RoomId> unclaimed;
  for (const auto& [room, revision] : expected.of) {
    if (left_out.contains(room)) continue;
    const auto there = found.find(room);
    if ((there == found.end() ? 0 : there->second) != revision.expected) {
      conflicts.insert(room);
    } else if (revision.expected == 0 && revision.changes()) {
      made.add(room.bytes());
      unclaimed.insert(room);
    }
  }
  if (made.empty()) return conflicts;
  // Another process may be making the same room; who comes second waits here and gets nothing.
  for (const auto& row : work.exec_prepared("claim_rooms", made.parameter())) {
    if (const auto room = room_of(row[0])) unclaimed.erase(*room);
  }
  conflicts.insert(unclaimed.begin(), unclaimed.end());
  return conflicts;
}

void PostgresStore::Impl::notify(pqxx::transaction_base& work, const Expectations& expected,
                                 const std::set<RoomId>& conflicts) const {
  std::vector<RoomMark> woken;
  for (const auto& [room, revision] : expected.of) {
    if (revision.wake && !conflicts.contains(room)) woken.push_back(mark_of(room));
  }
  for (const auto& note : PostgresListener::notes(tag, woken)) {
    work.exec_prepared("notify", PostgresListener::kChannel, note);
  }
}

Result<void> PostgresStore::purge() { return postgres::purge(impl_->link, impl_->written); }

void PostgresStore::listen(Changed changed, std::function<void()> missed) {
  impl_->listener = std::make_unique<PostgresListener>(impl_->link, impl_->tag, std::move(changed),
                                                       std::move(missed));
}

void PostgresStore::stop_listening() { impl_->listener.reset(); }

bool PostgresStore::reachable() const { return impl_->link.reachable(); }

void PostgresStore::hurry() { impl_->link.hurry(); }

std::vector<std::string> PostgresStore::warnings() {
  auto found =
      impl_->link.once([](pqxx::connection& connection) { return postgres::warnings(connection); });
  return found ? std::move(*found) : std::vector<std::string>();
}

}  // namespace magpie::server
