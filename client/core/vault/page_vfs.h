// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include "client/core/vault/files.h"
#include "crypto/base/secret.h"

namespace magpie::client {

/// A file system for SQLite (sqlite.org/vfs.html) under which a database and its write-ahead log
/// are sealed; it opens nothing else. No lock is taken: the profile's lock is above. Made for one
/// connection, and outlives it. One thread uses it.
///
/// A write or sync that failed ends all writing, so that the disk stays as the failure left it;
/// only a full disk under the database, which its log still covers, is forgiven.
class PageVfs {
 public:
  /// Keys of kVaultKeySize bytes. `files` outlives this.
  PageVfs(Files& files, const Secret& page_key, const Secret& log_key);
  ~PageVfs();
  PageVfs(const PageVfs&) = delete;
  PageVfs& operator=(const PageVfs&) = delete;

  /// For sqlite3_open_v2.
  const char* name() const;
  /// The first thing that went wrong since the last call, in more words than SQLite has.
  std::optional<Error> take_fault();
  /// Whether writing has ended.
  bool stopped() const;
  /// Frames now in the log; 0 where none is open.
  std::uint64_t log_frames() const;

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace magpie::client
