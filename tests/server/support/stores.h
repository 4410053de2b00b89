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
enum class StoreKind { kMemory, kRocksdb };
inline constexpr std::array kEveryStore{StoreKind::kMemory, StoreKind::kRocksdb};
std::string name_of(const ::testing::TestParamInfo<StoreKind>& info);

/// A store of one kind in a folder of its own.
class StoreHolder {
 public:
  explicit StoreHolder(StoreKind kind) : kind_(kind) { reopen(); }

  Store& get() { return *store_; }
  /// As a new process finds it. What is in memory alone stays as it is.
  void reopen();
  std::filesystem::path path() const { return dir_.path() / "rooms"; }

 private:
  StoreKind kind_;
  TempDir dir_;
  std::unique_ptr<Store> store_;
};

/// How many files under the directory hold these bytes.
int files_with(const std::filesystem::path& directory, std::string_view needle);

}  // namespace magpie::server::test
