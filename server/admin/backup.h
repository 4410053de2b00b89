// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "server/store/rocksdb_store.h"

namespace magpie::server {

/// A running relay's part of a backup: puts everything that a backup holds, as it is now, into the
/// folder `checkpoint` of its own directory, in place of an earlier one. Rooms share their files
/// with the store, so it is quick and takes little; what the relay deletes stays there meanwhile.
/// Errors: kStorage, kDiskFull.
Result<void> make_checkpoint(RocksdbStore& store, const std::filesystem::path& directory);
/// Removes that folder where it is older than an hour; with `any_age`, whenever it is there.
void remove_checkpoint(const std::filesystem::path& directory, bool any_age);

/// Copies a relay's directory, beside the running relay or without it, as it was at one instant.
/// `to` is there whole or not at all. Errors: kNotFound where there is no relay; kExists where `to`
/// is there and not empty; kStorage, kDiskFull, kDamaged.
Result<void> backup(const std::filesystem::path& directory, const std::filesystem::path& to);
/// Makes `directory` what the backup holds, after verifying it. Errors: kNotFound where `from` is
/// no backup; kExists where `directory` is there and not empty; kDamaged; kStorage, kDiskFull.
Result<void> restore(const std::filesystem::path& from, const std::filesystem::path& directory);

/// Moves a stopped relay, key and all, to where it goes on: `to` is there whole or not at all, and
/// verified. The old directory keeps its files and never starts again, from before `to` is there
/// on. Broken off before that it is as it was; after that the same call again ends it. Errors:
/// kNotFound where there is no relay; kInUse where it runs; kExists where `to` is there and not
/// empty; kUsage where it was moved already; kDamaged; kStorage, kDiskFull.
Result<void> move(const std::filesystem::path& directory, const std::filesystem::path& to);
/// Errors: kUsage, its site "moved", or "moving" where that was broken off.
Result<void> must_not_be_moved(const std::filesystem::path& directory);

}  // namespace magpie::server
