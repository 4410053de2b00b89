// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/store/rocksdb_store.h"

namespace magpie::server {

/// Reads everything in the store and holds it against each other: checksums, records, and what a
/// room's record says of its slots and entries. For a store to which nobody writes. Errors:
/// kDamaged, its site saying what was found; kStorage.
Result<void> verify(RocksdbStore& store);
/// The records alone, of any store.
Result<void> verify(Store& store);

}  // namespace magpie::server
