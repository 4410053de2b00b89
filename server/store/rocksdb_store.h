// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>

#include "server/store/store.h"

namespace rocksdb {
class FileSystem;
}

namespace magpie::server {

/// Rooms in RocksDB: a column family for each kind, keys as store/records.h has them. A durable
/// write is one synced write to its log.
class RocksdbStore final : public Store {
 public:
  enum class Mode { kReadWrite, kReadOnly };

  /// Opens the store in `directory`, or makes it (kReadWrite). One process at a time may write;
  /// kReadOnly sees the store as it is now. Errors: kInUse, kDamaged, kStorage, kUnsupported
  /// (made by a newer program), kNotFound (kReadOnly, and there is none). `files` stands in for
  /// the system's own files, in drills.
  static Result<std::unique_ptr<RocksdbStore>> open(
      const std::filesystem::path& directory, Mode mode,
      std::shared_ptr<rocksdb::FileSystem> files = nullptr);
  ~RocksdbStore() override;

  Result<std::optional<RoomState>> load_room(const RoomId& room) override;
  Result<std::vector<EntryRecord>> read_entries(const RoomId& room, Sequence after,
                                                Sequence through, std::size_t count_max,
                                                std::size_t bytes_max) override;
  Result<std::vector<EntryHeader>> list_entries(const RoomId& room, Sequence after,
                                                Sequence through, std::size_t count_max) override;
  Result<std::optional<IdRecord>> find_id(const RoomId& room, const EntryId& id) override;
  Result<std::vector<std::pair<EntryId, IdRecord>>> list_ids(const RoomId& room,
                                                             const std::optional<EntryId>& after,
                                                             std::size_t count_max) override;
  Result<std::vector<Due>> list_due(DueKind kind, Day before, const std::optional<Due>& after,
                                    std::size_t count_max) override;
  Result<std::vector<TokenKeyRecord>> list_token_keys() override;
  Result<std::optional<std::uint32_t>> find_spent(TokenKeyId key, const SpentId& id) override;
  Result<std::optional<CodeRecord>> find_code(const CodeId& code) override;
  Result<std::vector<RoomId>> list_rooms(const std::optional<RoomId>& after,
                                         std::size_t count_max) override;
  Result<void> write(std::span<const WriteBatch> batches) override;
  Result<void> purge() override;
  Result<StoreCounts> counts() override;

  /// Reads every file and compares it with its checksums. Slow.
  Result<void> verify_files();
  /// Makes `directory`, which must not exist, a store that holds what this one holds now; beside
  /// everything else. Files are shared with this one where the file system can.
  Result<void> checkpoint(const std::filesystem::path& directory);

 private:
  struct Impl;
  explicit RocksdbStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace magpie::server
