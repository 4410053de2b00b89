// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/wal_filter.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "crypto/base/result.h"

/// What a power cut leaves of RocksDB's log, told apart from damage. RocksDB can open a log whose
/// end is torn, by dropping everything from there on; it does not know whether what it drops was
/// promised to anybody.
namespace magpie::server {

/// The file that says how far the store was synced, as a sequence number of RocksDB. It is written
/// after a sync and not synced itself, so that it costs no second sync: what it says is always
/// true, and after a power cut it may be an earlier truth.
class SyncedMark {
 public:
  /// What the mark in this folder says; 0 where there is none, or none that is whole.
  static std::uint64_t read(rocksdb::Env& environment, const std::filesystem::path& folder);
  /// Opens the mark for writing, made where it is missing. Errors: kStorage, kDiskFull.
  static Result<SyncedMark> open(rocksdb::Env& environment, const std::filesystem::path& folder);

  /// Everything up to `sequence` is on the disk. Not thread-safe.
  rocksdb::Status set(std::uint64_t sequence);
  /// Makes an earlier truth the latest one. Thread-safe.
  rocksdb::Status sync();

 private:
  explicit SyncedMark(std::unique_ptr<rocksdb::FSRandomRWFile> file) : file_(std::move(file)) {}

  std::unique_ptr<rocksdb::FSRandomRWFile> file_;
};

/// Ends the replay of logs where a record is missing, which RocksDB does not notice at the end of
/// one log before another: what came later must not be there without what came before.
class NoGaps final : public rocksdb::WalFilter {
 public:
  const char* Name() const override { return "NoGaps"; }
  WalProcessingOption LogRecordFound(unsigned long long log, const std::string& name,
                                     const rocksdb::WriteBatch& batch, rocksdb::WriteBatch* changed,
                                     bool* is_changed) override;

 private:
  std::optional<std::uint64_t> next_;
};

}  // namespace magpie::server
