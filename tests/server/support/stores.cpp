// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/server/support/stores.h"

#include <cstring>
#include <limits>

#include "server/store/memory_store.h"
#include "server/store/postgres_store.h"
#include "server/store/rocksdb_store.h"
#include "tests/server/support/postgres_cluster.h"

namespace magpie::server::test {

std::string name_of(const ::testing::TestParamInfo<StoreKind>& info) {
  switch (info.param) {
    case StoreKind::kMemory:
      return "memory";
    case StoreKind::kRocksdb:
      return "rocksdb";
    case StoreKind::kPostgres:
      return "postgresql";
  }
  return {};
}

namespace {

std::unique_ptr<Store> open_postgres() {
  auto opened =
      PostgresStore::open(PostgresCluster::shared().connection(), PostgresStore::Mode::kReadWrite);
  if (!opened) ADD_FAILURE() << opened.error().site;
  return std::move(*opened);
}

/// Drops everything that an earlier test left.
void empty(Store& store) {
  WriteBatch batch;
  const auto rooms = store.list_rooms({}, 100'000);
  for (const auto& room : *rooms) batch.writes.emplace_back(DropRoom{room});
  for (const auto kind : {DueKind::kEntries, DueKind::kIds}) {
    const auto dues = store.list_due(kind, Day::max(), {}, 100'000);
    for (const auto& due : *dues) batch.writes.emplace_back(DropDue{due});
  }
  const auto keys = store.list_token_keys();
  for (const auto& key : *keys) batch.writes.emplace_back(DropTokenKey{key.id});
  batch.writes.emplace_back(DropTokenKey{std::numeric_limits<TokenKeyId>::max()});
  EXPECT_TRUE(store.write({&batch, 1}));
}

}  // namespace

StoreHolder::StoreHolder(StoreKind kind) : kind_(kind) {
  reopen();
  if (kind == StoreKind::kPostgres) empty(*store_);
}

SharedStores::SharedStores(StoreKind kind) {
  if (kind == StoreKind::kMemory) {
    first_ = second_ = std::make_shared<MemoryStore>(true);
  } else {
    first_ = open_postgres();
    second_ = open_postgres();
    empty(*first_);
  }
}

std::filesystem::path StoreHolder::path() const {
  return kind_ == StoreKind::kPostgres ? PostgresCluster::shared().data() : dir_.path() / "rooms";
}

void StoreHolder::reopen() {
  if (kind_ == StoreKind::kMemory) {
    if (!store_) store_ = std::make_unique<MemoryStore>();
    return;
  }
  store_.reset();
  if (kind_ == StoreKind::kPostgres) {
    store_ = open_postgres();
    return;
  }
  auto opened = RocksdbStore::open(path(), RocksdbStore::Mode::kReadWrite);
  if (!opened) ADD_FAILURE() << name(opened.error().code);
  store_ = std::move(*opened);
}

int files_with(const std::filesystem::path& directory, std::string_view needle) {
  int count = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory)) {
    if (!file.is_regular_file()) continue;
    const auto bytes = read_file(file.path());
    count += ::memmem(bytes.data(), bytes.size(), needle.data(), needle.size()) != nullptr ? 1 : 0;
  }
  return count;
}

}  // namespace magpie::server::test
