// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/server/support/stores.h"

#include "server/store/memory_store.h"
#include "server/store/rocksdb_store.h"

namespace magpie::server::test {

std::string name_of(const ::testing::TestParamInfo<StoreKind>& info) {
  return info.param == StoreKind::kMemory ? "memory" : "rocksdb";
}

void StoreHolder::reopen() {
  if (kind_ == StoreKind::kMemory) {
    if (!store_) store_ = std::make_unique<MemoryStore>();
    return;
  }
  store_.reset();
  auto opened = RocksdbStore::open(path(), RocksdbStore::Mode::kReadWrite);
  if (!opened) ADD_FAILURE() << name(opened.error().code);
  store_ = std::move(*opened);
}

int files_with(const std::filesystem::path& directory, std::string_view needle) {
  int count = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory)) {
    if (!file.is_regular_file()) continue;
    count += read_file(file.path()).find(needle) != std::string::npos ? 1 : 0;
  }
  return count;
}

}  // namespace magpie::server::test
