// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "client/core/vault/page_vfs.h"
#include "crypto/base/bytes.h"
#include "crypto/base/secret.h"

struct sqlite3;
struct sqlite3_stmt;

namespace magpie::client {

/// The two keys under which a database is sealed, of kVaultKeySize bytes each.
struct DatabaseKeys {
  Secret pages;
  Secret log;
};

/// A connection to a sealed SQLite database, set up so that nothing of it is ever written but its
/// sealed pages and its sealed log. SQL is of literals; values are bound. Errors of every
/// function: kDamaged, kDiskFull, kNoMemory, kStorage. One thread uses it.
class Database {
 public:
  enum class Mode { kExisting, kCreate };

  /// Opens and recovers what a crash left. `files` outlives the database. Errors: also kNotFound.
  static Result<std::unique_ptr<Database>> open(Files& files, const std::filesystem::path& path,
                                                const DatabaseKeys& keys, Mode mode);
  /// Writes the log's contents to their places first, where nothing has failed yet.
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Statements without results.
  Result<void> execute(const std::string& sql);
  /// Runs `act` in one transaction that is on the disk when this returns; after an error of it
  /// nothing of it is stored.
  template <class Act>
  Result<void> transaction(Act&& act) {
    MAGPIE_TRY_VOID(begin());
    if (auto done = act(); !done) {
      roll_back();
      return done;
    }
    return commit();
  }
  /// Moves everything from the log to its place in the database and erases the log.
  Result<void> checkpoint();
  std::uint64_t log_frames() const { return vfs_->log_frames(); }
  /// Whether a write failed so that only opening anew helps.
  bool stopped() const { return vfs_->stopped(); }

 private:
  friend class Query;

  Database() = default;
  Result<void> connect(const std::filesystem::path& path, Mode mode);
  Result<void> set_up();
  Result<void> begin();
  Result<void> commit();
  void roll_back();
  Result<sqlite3_stmt*> statement(std::string_view sql);
  /// What `code`, or the file system's fault behind it, means.
  tl::unexpected<Error> failure(int code, std::string_view site);

  std::unique_ptr<PageVfs> vfs_;
  sqlite3* connection_ = nullptr;
  std::map<std::string_view, sqlite3_stmt*> statements_;  // by literals, which live for ever
};

/// One run of a statement, which the database keeps prepared. Values are bound in the order of
/// their places and borrowed until the query is dropped; columns are read in order too.
class Query {
 public:
  Query(Database& database, std::string_view sql);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& bind(Bytes value);
  Query& bind(const Secret& value) { return bind(value.expose()); }
  Query& bind(std::string_view value);
  Query& bind(std::int64_t value);
  /// All 64 bits; numbers from 2^63 are negative in the database.
  Query& bind(std::uint64_t value) { return bind(static_cast<std::int64_t>(value)); }
  Query& bind(std::chrono::sys_time<std::chrono::milliseconds> value) {
    return bind(std::int64_t{value.time_since_epoch().count()});
  }
  Query& bind_null();
  template <class T>
  Query& bind(const std::optional<T>& value) {
    return value ? bind(*value) : bind_null();
  }

  /// Runs a statement without results.
  Result<void> run();
  /// The next row; false where there is none.
  Result<bool> next();

  // The next column of the row. One of another type or size marks the row as damaged.
  std::int64_t integer();
  std::uint64_t number() { return static_cast<std::uint64_t>(integer()); }
  bool flag() { return integer() != 0; }
  std::chrono::sys_time<std::chrono::milliseconds> time() {
    return std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(integer()));
  }
  Bytes blob();
  std::string text();
  Secret secret() { return Secret::copy_of(blob()); }
  Buffer buffer() { return to_buffer(blob()); }
  template <class Id>
  Id id() {
    const auto id = Id::from(blob());
    damaged_ = damaged_ || !id;
    return id.value_or(Id{});
  }
  /// An integer from `first` to `last`.
  template <class Enum>
  Enum choice(Enum first, Enum last) {
    const std::int64_t value = integer();
    const bool known =
        value >= static_cast<std::int64_t>(first) && value <= static_cast<std::int64_t>(last);
    damaged_ = damaged_ || !known;
    return known ? static_cast<Enum>(value) : first;
  }
  /// Whether the next column is NULL; passes over it then.
  bool is_null();
  /// After a row's columns. Errors: kDamaged.
  Result<void> finish_row();

 private:
  Query& check(int bound);
  Result<bool> step();

  Database& database_;
  sqlite3_stmt* statement_ = nullptr;
  Result<void> prepared_;
  int bound_ = 0;  ///< SQLite's first refusal of a value
  int place_ = 0;
  int column_ = 0;
  bool damaged_ = false;
};

}  // namespace magpie::client
