// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/vault/tables.h"

namespace magpie::client::tables {
namespace {

Result<IntroductionRecord> read_introduction(Query& row) {
  using State = IntroductionRecord::State;
  IntroductionRecord record;
  record.room = row.id<RoomId>();
  record.state = row.choice(State::kWaiting, State::kEnded);
  record.label = row.text();
  record.link = row.text();
  if (!row.is_null()) record.key_package = row.secret();
  record.guest_slot = row.id<crypto::SignPublicKey>();
  record.created = row.time();
  record.expires = row.time();
  if (!row.is_null()) record.used = row.time();
  record.attempts = static_cast<std::uint32_t>(row.integer());
  MAGPIE_TRY_VOID(row.finish_row());
  return record;
}

}  // namespace

Result<void> make(Database& database, const ProfileRecord& record) {
  Query query(database,
              "INSERT OR REPLACE INTO profile (id, name, root_seed, relay_host, relay_port,"
              " relay_identity) VALUES (1, ?, ?, ?, ?, ?)");
  query.bind(record.name).bind(record.root_seed);
  if (record.relay) {
    query.bind(record.relay->host)
        .bind(std::int64_t{record.relay->port})
        .bind(record.relay->identity.bytes());
  } else {
    query.bind_null().bind_null().bind_null();
  }
  return query.run();
}

Result<std::optional<ProfileRecord>> profile(Database& database) {
  Query row(database,
            "SELECT name, root_seed, relay_host, relay_port, relay_identity FROM profile");
  MAGPIE_TRY(const bool found, row.next());
  if (!found) return std::optional<ProfileRecord>{};
  ProfileRecord record;
  record.name = row.text();
  record.root_seed = row.secret();
  if (!row.is_null()) {
    RelayAddress& relay = record.relay.emplace();
    relay.host = row.text();
    relay.port = static_cast<std::uint16_t>(row.integer());
    relay.identity = row.id<RelayIdentity>();
  }
  MAGPIE_TRY_VOID(row.finish_row());
  return record;
}

Result<void> make(Database& database, const PersonRecord& record) {
  return Query(database,
               "INSERT OR REPLACE INTO people (root_key, name, introduced, numbers_compared)"
               " VALUES (?, ?, ?, ?)")
      .bind(record.root_key.bytes())
      .bind(record.name)
      .bind(std::int64_t{record.introduced})
      .bind(std::int64_t{record.numbers_compared})
      .run();
}

Result<std::vector<PersonRecord>> people(Database& database) {
  std::vector<PersonRecord> found;
  Query row(database,
            "SELECT root_key, name, introduced, numbers_compared FROM people ORDER BY root_key");
  for (;;) {
    MAGPIE_TRY(const bool more, row.next());
    if (!more) return found;
    PersonRecord& record = found.emplace_back();
    record.root_key = row.id<crypto::SignPublicKey>();
    record.name = row.text();
    record.introduced = row.flag();
    record.numbers_compared = row.flag();
    MAGPIE_TRY_VOID(row.finish_row());
  }
}

Result<void> make(Database& database, const IntroductionRecord& record) {
  return Query(database,
               "INSERT OR REPLACE INTO introductions (room, state, label, link, key_package,"
               " guest_slot, created, expires, used, attempts)"
               " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(record.room.bytes())
      .bind(static_cast<std::int64_t>(record.state))
      .bind(record.label)
      .bind(record.link)
      .bind(record.key_package)
      .bind(record.guest_slot.bytes())
      .bind(record.created)
      .bind(record.expires)
      .bind(record.used)
      .bind(std::int64_t{record.attempts})
      .run();
}

Result<void> make(Database& database, const DropIntroduction& drop) {
  return Query(database, "DELETE FROM introductions WHERE room = ?").bind(drop.room.bytes()).run();
}

Result<std::vector<IntroductionRecord>> introductions(Database& database) {
  std::vector<IntroductionRecord> found;
  Query row(database,
            "SELECT room, state, label, link, key_package, guest_slot, created, expires, used,"
            " attempts FROM introductions ORDER BY room");
  for (;;) {
    MAGPIE_TRY(const bool more, row.next());
    if (!more) return found;
    MAGPIE_TRY(auto record, read_introduction(row));
    found.push_back(std::move(record));
  }
}

}  // namespace magpie::client::tables
