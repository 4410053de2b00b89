// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/postgres_purge.h"

#include <map>
#include <pqxx/nontransaction>
#include <pqxx/result>
#include <pqxx/transaction>

namespace magpie::server::postgres {

namespace {

/// Every table with its key, in whose order its rows are put down.
const std::map<std::string, std::string> kTables{
    {"rooms", "room"},    {"slots", "room, slot"},    {"entries", "room, sequence"},
    {"ids", "room, id"},  {"due", "kind, day, room"}, {"token_keys", "key"},
    {"spent", "key, id"}, {"codes", "code"}};

/// Puts the rows down anew, in the order of their keys and all by one transaction: what is in the
/// file tells neither what was deleted nor what was written together.
void rewrite(pqxx::connection& connection, const std::string& table) {
  pqxx::work work(connection);
  // Whoever else uses the table goes first, and nobody waits behind this for longer.
  work.exec0("SET LOCAL lock_timeout = '1s'");
  work.exec0("LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
  work.exec0("CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT * FROM " + table);
  work.exec0("TRUNCATE " + table);
  work.exec0("INSERT INTO " + table + " SELECT * FROM kept ORDER BY " + kTables.at(table));
  work.commit();
}

/// What the relay may not do is told at its start (`warnings`).
void try_to(pqxx::nontransaction& query, const char* statement) {
  try {
    query.exec(statement);
  } catch (const pqxx::insufficient_privilege&) {
    return;
  }
}

/// False where another process is at it.
bool clear(const PostgresLink& link, const std::set<std::string>& tables) {
  const auto session = link.connect();
  auto& connection = session->get();
  const auto free = pqxx::nontransaction(connection)
                        .exec1("SELECT pg_try_advisory_lock(120265296161126)")[0]
                        .as<bool>();
  if (!free) return false;
  for (const auto& table : tables) rewrite(connection, table);
  pqxx::nontransaction query(connection);
  try_to(query, "SELECT pg_switch_wal()");
  try_to(query, "CHECKPOINT");
  return true;
}

const char* table_of(const PutRoom&) { return "rooms"; }
const char* table_of(const PutSlot&) { return "slots"; }
const char* table_of(const DropEntry&) { return "entries"; }
const char* table_of(const DropId&) { return "ids"; }
const char* table_of(const PutDue&) { return "due"; }
const char* table_of(const DropDue&) { return "due"; }
const char* table_of(const PutTokenKey&) { return "token_keys"; }
const char* table_of(const PutSpent&) { return "spent"; }
const char* table_of(const PutCode&) { return "codes"; }
const char* table_of(const UseCode&) { return "codes"; }

}  // namespace

Written::Written() {
  for (const auto& [table, key] : kTables) tables_.insert(table);
}

void Written::add(std::span<const WriteBatch> batches) {
  std::set<std::string> tables;
  for (const auto& batch : batches) {
    for (const auto& write : batch.writes) {
      if (std::holds_alternative<DropRoom>(write)) {
        tables.insert({"rooms", "slots", "entries", "ids"});
      } else if (std::holds_alternative<PutEntry>(write)) {
        tables.insert({"entries", "ids"});
      } else if (std::holds_alternative<DropTokenKey>(write)) {
        tables.insert({"token_keys", "spent"});
      } else {
        std::visit(
            [&](const auto& one) {
              if constexpr (requires { table_of(one); }) tables.insert(table_of(one));
            },
            write);
      }
    }
  }
  add(tables);
}

void Written::add(const std::set<std::string>& tables) {
  std::lock_guard lock(mutex_);
  tables_.insert(tables.begin(), tables.end());
}

std::set<std::string> Written::take() {
  std::lock_guard lock(mutex_);
  return std::exchange(tables_, {});
}

Result<void> purge(PostgresLink& link, Written& written) {
  const auto tables = written.take();
  if (tables.empty()) return {};
  const auto done = link.once([&](pqxx::connection&) { return clear(link, tables); });
  if (done && *done) return {};
  written.add(tables);
  if (done || done.error().code == Errc::kUnreachable) return {};
  return tl::unexpected<Error>(done.error());
}

}  // namespace magpie::server::postgres
