// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/postgres_schema.h"

#include <array>
#include <pqxx/nontransaction>
#include <pqxx/transaction>

namespace magpie::server::postgres {

namespace {

/// One step each, never changed once released. The record columns hold what store/records.h
/// encodes, so that both stores keep the same. No statistics: they would keep ids of rooms that are
/// gone. Ciphertext is not compressed.
constexpr std::array kMigrations{R"(
  CREATE TABLE rooms (
    room bytea PRIMARY KEY, revision bigint NOT NULL, record bytea NOT NULL
  ) WITH (fillfactor = 60);
  CREATE TABLE slots (
    room bytea, slot bigint, record bytea NOT NULL, PRIMARY KEY (room, slot)
  ) WITH (fillfactor = 60);
  CREATE TABLE entries (
    room bytea, sequence bigint, record bytea NOT NULL, PRIMARY KEY (room, sequence));
  CREATE TABLE ids (
    room bytea, id bytea, record bytea NOT NULL, PRIMARY KEY (room, id));
  CREATE TABLE due (
    kind bigint, day bigint, room bytea, PRIMARY KEY (kind, day, room));
  CREATE TABLE token_keys (key bigint PRIMARY KEY, record bytea NOT NULL);
  CREATE TABLE spent (
    key bigint, id bytea, record bytea NOT NULL, PRIMARY KEY (key, id));
  CREATE TABLE codes (code bytea PRIMARY KEY, record bytea NOT NULL);
  ALTER TABLE entries ALTER COLUMN record SET STORAGE EXTERNAL;
  ALTER TABLE rooms ALTER COLUMN room SET STATISTICS 0,
    ALTER COLUMN revision SET STATISTICS 0, ALTER COLUMN record SET STATISTICS 0;
  ALTER TABLE slots ALTER COLUMN room SET STATISTICS 0,
    ALTER COLUMN slot SET STATISTICS 0, ALTER COLUMN record SET STATISTICS 0;
  ALTER TABLE entries ALTER COLUMN room SET STATISTICS 0,
    ALTER COLUMN sequence SET STATISTICS 0, ALTER COLUMN record SET STATISTICS 0;
  ALTER TABLE ids ALTER COLUMN room SET STATISTICS 0,
    ALTER COLUMN id SET STATISTICS 0, ALTER COLUMN record SET STATISTICS 0;
  ALTER TABLE due ALTER COLUMN kind SET STATISTICS 0,
    ALTER COLUMN day SET STATISTICS 0, ALTER COLUMN room SET STATISTICS 0;
  ALTER TABLE token_keys ALTER COLUMN key SET STATISTICS 0,
    ALTER COLUMN record SET STATISTICS 0;
  ALTER TABLE spent ALTER COLUMN key SET STATISTICS 0,
    ALTER COLUMN id SET STATISTICS 0, ALTER COLUMN record SET STATISTICS 0;
  ALTER TABLE codes ALTER COLUMN code SET STATISTICS 0,
    ALTER COLUMN record SET STATISTICS 0;
)"};

// "magpie" in ASCII: nobody else's lock.
constexpr const char* kLock = "SELECT pg_advisory_xact_lock(120265296161125)";

}  // namespace

Result<void> check_settings(pqxx::connection& connection) {
  pqxx::nontransaction query(connection);
  const auto setting = [&](const char* name) {
    return query.exec1("SELECT current_setting('" + std::string(name) + "')")[0].as<std::string>();
  };
  const auto commits = setting("synchronous_commit");
  if (commits != "on" && commits != "remote_apply") {
    return fail(Errc::kUnsupported,
                "postgresql: synchronous_commit must be on or remote_apply, or what was "
                "acknowledged could be lost");
  }
  if (setting("fsync") != "on" || setting("full_page_writes") != "on") {
    return fail(Errc::kUnsupported,
                "postgresql: fsync and full_page_writes must be on, or what was acknowledged could "
                "be lost");
  }
  if (connection.server_version() < 150000) {
    return fail(Errc::kUnsupported, "postgresql: version 15 or later is needed");
  }
  return {};
}

Result<void> migrate(pqxx::connection& connection) {
  pqxx::work work(connection);
  work.exec1(kLock);
  work.exec0("CREATE TABLE IF NOT EXISTS schema_version (version bigint NOT NULL)");
  const auto rows = work.exec("SELECT version FROM schema_version");
  const auto version = rows.empty() ? 0 : rows[0][0].as<std::size_t>();
  if (version > kMigrations.size()) {
    return fail(Errc::kUnsupported, "postgresql: its tables were made by a newer relay");
  }
  if (version == kMigrations.size()) return {};
  for (auto step = version; step < kMigrations.size(); ++step) work.exec0(kMigrations[step]);
  work.exec0("DELETE FROM schema_version");
  work.exec_params0("INSERT INTO schema_version VALUES ($1)", kMigrations.size());
  work.commit();
  return {};
}

std::vector<std::string> warnings(pqxx::connection& connection) {
  pqxx::nontransaction query(connection);
  std::vector<std::string> out;
  const auto holds = [&](const char* condition) {
    return query.exec1("SELECT " + std::string(condition))[0].as<bool>();
  };
  if (!holds("current_setting('wal_recycle') = 'off'")) {
    out.emplace_back(
        "PostgreSQL's wal_recycle is on: what was deleted stays in its log files until they are "
        "written over; set it to off.");
  }
  if (!holds("pg_has_role('pg_checkpoint', 'USAGE') AND "
             "has_function_privilege('pg_switch_wal()', 'EXECUTE')")) {
    out.emplace_back(
        "PostgreSQL does not let the relay clear its log: what was deleted may stay there for "
        "longer than a day; grant it pg_checkpoint and pg_switch_wal().");
  }
  return out;
}

}  // namespace magpie::server::postgres
