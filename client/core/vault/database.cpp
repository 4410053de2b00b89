// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/vault/database.h"

#include <sqlite3.h>

#include "client/core/vault/page_seal.h"

namespace magpie::client {
namespace {

/// Nothing but sealed pages reaches the disk, each transaction is on it before it returns, and
/// what was deleted is overwritten. The lock comes before anything is read, so that SQLite keeps
/// the log's index in memory; without spilling, each page is written to the log once.
constexpr auto kSettings = R"(
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA temp_store = MEMORY;
  PRAGMA cache_spill = OFF;
  PRAGMA cache_size = -8192;
  PRAGMA secure_delete = ON;
  PRAGMA synchronous = FULL;
  PRAGMA trusted_schema = OFF;
)";

/// A new file goes from a journal in memory to the log, so that no other file is made.
constexpr auto kNewFile = R"(
  PRAGMA page_size = 4096;
  PRAGMA auto_vacuum = NONE;
  PRAGMA journal_mode = MEMORY;
  PRAGMA journal_mode = WAL;
)";

}  // namespace

Result<std::unique_ptr<Database>> Database::open(Files& files, const std::filesystem::path& path,
                                                 const DatabaseKeys& keys, Mode mode) {
  std::unique_ptr<Database> database(new Database);
  database->vfs_ = std::make_unique<PageVfs>(files, keys.pages, keys.log);
  if (mode == Mode::kExisting) {
    // SQLite takes an empty file for a new database, and drops the log beside it.
    MAGPIE_TRY(auto file, files.open(path, Files::Mode::kExisting));
    MAGPIE_TRY(const std::uint64_t size, file->size());
    if (size == 0) return fail(Errc::kDamaged, "database: empty");
  }
  MAGPIE_TRY_VOID(database->connect(path, mode));
  return database;
}

Result<void> Database::connect(const std::filesystem::path& path, Mode mode) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (mode == Mode::kCreate ? SQLITE_OPEN_CREATE : 0);
  const int opened = sqlite3_open_v2(path.c_str(), &connection_, flags, vfs_->name());
  if (opened != SQLITE_OK) return failure(opened, "database: open");
  int reserve = kSealSize;
  sqlite3_file_control(connection_, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_wal_autocheckpoint(connection_, 0);
  MAGPIE_TRY_VOID(execute(kSettings));
  if (mode == Mode::kCreate) MAGPIE_TRY_VOID(execute(kNewFile));
  return set_up();
}

Result<void> Database::set_up() {
  {
    Query mode(*this, "PRAGMA main.journal_mode");
    MAGPIE_TRY(const bool row, mode.next());
    if (!row || mode.text() != "wal") return fail(Errc::kDamaged, "database: journal mode");
  }
  if (auto moved = checkpoint(); !moved && (moved.error().code != Errc::kDiskFull || stopped())) {
    return moved;
  }
  return {};
}

Database::~Database() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(connection_);
}

Result<void> Database::execute(const std::string& sql) {
  const int done = sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr);
  if (done != SQLITE_OK) return failure(done, "database: execute");
  return {};
}

Result<void> Database::begin() { return Query(*this, "BEGIN IMMEDIATE").run(); }
Result<void> Database::commit() { return Query(*this, "COMMIT").run(); }
void Database::roll_back() {
  if (sqlite3_get_autocommit(connection_) == 0) (void)execute("ROLLBACK");
}

Result<void> Database::checkpoint() {
  const int done =
      sqlite3_wal_checkpoint_v2(connection_, "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (done != SQLITE_OK) return failure(done, "database: checkpoint");
  return {};
}

Result<sqlite3_stmt*> Database::statement(std::string_view sql) {
  if (const auto known = statements_.find(sql); known != statements_.end()) return known->second;
  sqlite3_stmt* prepared = nullptr;
  const int done = sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  if (done != SQLITE_OK) return failure(done, "database: prepare");
  statements_.emplace(sql, prepared);
  return prepared;
}

tl::unexpected<Error> Database::failure(int code, std::string_view site) {
  if (const auto fault = vfs_->take_fault()) return tl::unexpected<Error>(*fault);
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_SCHEMA:
      return fail(Errc::kDamaged, site);
    case SQLITE_FULL:
      return fail(Errc::kDiskFull, site);
    case SQLITE_NOMEM:
      return fail(Errc::kNoMemory, site);
    default:
      return fail(Errc::kStorage, site);
  }
}

Query::Query(Database& database, std::string_view sql) : database_(database) {
  if (auto statement = database.statement(sql)) {
    statement_ = *statement;
  } else {
    prepared_ = tl::unexpected<Error>(statement.error());
  }
}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query& Query::check(int bound) {
  if (bound_ == SQLITE_OK) bound_ = bound;
  return *this;
}

Query& Query::bind(Bytes value) {
  // A null pointer would bind NULL.
  const void* data = value.empty() ? static_cast<const void*>("") : value.data();
  return check(sqlite3_bind_blob64(statement_, ++place_, data, value.size(), SQLITE_STATIC));
}

Query& Query::bind(std::string_view value) {
  return check(sqlite3_bind_text64(statement_, ++place_, value.empty() ? "" : value.data(),
                                   value.size(), SQLITE_STATIC, SQLITE_UTF8));
}

Query& Query::bind(std::int64_t value) {
  return check(sqlite3_bind_int64(statement_, ++place_, value));
}

Query& Query::bind_null() { return check(sqlite3_bind_null(statement_, ++place_)); }

Result<bool> Query::step() {
  MAGPIE_TRY_VOID(prepared_);
  if (bound_ != SQLITE_OK) return database_.failure(bound_, "database: bind");
  const int done = sqlite3_step(statement_);
  if (done == SQLITE_ROW || done == SQLITE_DONE) return done == SQLITE_ROW;
  return database_.failure(done, "database: step");
}

Result<void> Query::run() {
  MAGPIE_TRY_VOID(step());
  return {};
}

Result<bool> Query::next() {
  column_ = 0;
  return step();
}

std::int64_t Query::integer() {
  damaged_ = damaged_ || sqlite3_column_type(statement_, column_) != SQLITE_INTEGER;
  return sqlite3_column_int64(statement_, column_++);
}

Bytes Query::blob() {
  damaged_ = damaged_ || sqlite3_column_type(statement_, column_) != SQLITE_BLOB;
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column_));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column_++))};
}

std::string Query::text() {
  damaged_ = damaged_ || sqlite3_column_type(statement_, column_) != SQLITE_TEXT;
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column_));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column_++));
  return size == 0 ? std::string() : std::string(data, size);
}

bool Query::is_null() {
  if (sqlite3_column_type(statement_, column_) != SQLITE_NULL) return false;
  ++column_;
  return true;
}

Result<void> Query::finish_row() {
  if (damaged_) return fail(Errc::kDamaged, "database: a row of another form");
  return {};
}

}  // namespace magpie::client
