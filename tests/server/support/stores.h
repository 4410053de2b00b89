// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>

#include "server/store/store.h"
#include "tests/server/support/temp_dir.h"

namespace magpie::server::test {

/// Every store there is. What one promises is tested over each of them, and so are the rules of
/// rooms: tests that take one of these as their parameter are the conformance suite.
enum class StoreKind { kMemory, kRocksdb, kPostgres };
inline constexpr std::array kEveryStore{StoreKind::kMemory, StoreKind::kRocksdb,
                                        StoreKind::kPostgres};
std::string name_of(const ::testing::TestParamInfo<StoreKind>& info);

/// A store of one kind in a folder of its own; PostgreSQL is one for all tests of a process,
/// emptied.
class StoreHolder {
 public:
  explicit StoreHolder(StoreKind kind);

  Store& get() { return *store_; }
  /// As a new process finds it. What is in memory alone stays as it is.
  void reopen();
  std::filesystem::path path() const;

 private:
  StoreKind kind_;
  TempDir dir_;
  std::unique_ptr<Store> store_;
};

/// Two relays' ways to one store that both write to: kMemory or kPostgres.
class SharedStores {
 public:
  explicit SharedStores(StoreKind kind);
  Store& first() { return *first_; }
  Store& second() { return *second_; }

 private:
  std::shared_ptr<Store> first_;
  std::shared_ptr<Store> second_;
};

/// How many files under the directory hold these bytes.
int files_with(const std::filesystem::path& directory, std::string_view needle);

}  // namespace magpie::server::test
