// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/rocksdb_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/file_system.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/system_clock.h>
#include <rocksdb/table.h>

namespace magpie::server {

namespace {

class DayClock final : public rocksdb::SystemClockWrapper {
 public:
  explicit DayClock(const std::shared_ptr<rocksdb::SystemClock>& target)
      : SystemClockWrapper(target) {}
  const char* Name() const override { return "DayClock"; }
  rocksdb::Status GetCurrentTime(std::int64_t* unix_time) override {
    auto status = SystemClockWrapper::GetCurrentTime(unix_time);
    *unix_time -= *unix_time % 86'400;
    return status;
  }
};

class Environment final : public rocksdb::EnvWrapper {
 public:
  explicit Environment(std::shared_ptr<rocksdb::FileSystem> files)
      : EnvWrapper(rocksdb::Env::Default()) {
    if (files) file_system_ = std::move(files);
    system_clock_ = std::make_shared<DayClock>(rocksdb::Env::Default()->GetSystemClock());
  }
  rocksdb::Status GetCurrentTime(std::int64_t* unix_time) override {
    return GetSystemClock()->GetCurrentTime(unix_time);
  }
};

/// RocksDB's own log has times to the microsecond, and keys in some of its lines.
class NoLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

}  // namespace

std::unique_ptr<rocksdb::Env> make_environment(std::shared_ptr<rocksdb::FileSystem> files) {
  return std::make_unique<Environment>(std::move(files));
}

rocksdb::DBOptions database_options(rocksdb::Env* environment) {
  rocksdb::DBOptions options;
  options.env = environment;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.paranoid_checks = true;
  options.db_write_buffer_size = 64 << 20;
  // A start replays the logs: as little as this, whatever is kept.
  options.max_total_wal_size = 32 << 20;
  options.max_open_files = 512;
  // What is read at the start does not grow with what is kept.
  options.max_file_opening_threads = 1;
  options.skip_stats_update_on_db_open = true;
  options.info_log = std::make_shared<NoLog>();
  options.db_host_id = "";
  // The manifest names the first and last key of each file that it ever knew. Begun anew at each
  // change it forgets those that are gone, so that a closed room's id does not stay behind there.
  options.max_manifest_file_size = 1;
  return options;
}

rocksdb::ColumnFamilyOptions family_options(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  // Filters and indexes count against the cache, so that memory does not grow with the queue.
  table.cache_index_and_filter_blocks = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.compression = rocksdb::kNoCompression;  // ciphertext and random ids
  options.write_buffer_size = 32 << 20;
  return options;
}

}  // namespace magpie::server
