// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/options.h>

namespace magpie::server {

/// The system under a database: `files`, or the system's own where null, and a clock that knows
/// the day alone, for RocksDB writes into its files when it made them. Must outlive the database.
std::unique_ptr<rocksdb::Env> make_environment(std::shared_ptr<rocksdb::FileSystem> files);

/// `environment` must outlive the database.
rocksdb::DBOptions database_options(rocksdb::Env* environment);
rocksdb::ColumnFamilyOptions family_options(const std::shared_ptr<rocksdb::Cache>& cache);

}  // namespace magpie::server
