// SPDX-License-Identifier: GPL-3.0-or-later
// What a power cut may leave is opened; what was promised and is gone is told.
#include <gtest/gtest.h>

#include <fstream>

#include "server/store/rocksdb_store.h"
#include "tests/server/support/temp_dir.h"
#include "tests/support/seeded_random.h"

namespace magpie::server::test {
namespace {

namespace fs = std::filesystem;

class TornLog : public ::testing::Test {
 protected:
  TornLog() { reopen(); }

  Result<void> open(RocksdbStore::Mode mode = RocksdbStore::Mode::kReadWrite) {
    store_.reset();
    auto opened = RocksdbStore::open(path_, mode);
    if (!opened) return tl::unexpected<Error>(opened.error());
    store_ = std::move(*opened);
    return {};
  }
  void reopen() { ASSERT_TRUE(open()); }
  void close() { store_.reset(); }

  void put(Sequence sequence, bool durable) {
    WriteBatch batch;
    batch.durable = durable;
    batch.writes.push_back(
        PutEntry{room_, EntryRecord{.sequence = sequence,
                                    .id = random_.id<EntryId>(),
                                    .payload = std::make_shared<const Buffer>(500, 7)}});
    ASSERT_TRUE(store_->write({&batch, 1}));
  }
  std::vector<Sequence> kept() {
    std::vector<Sequence> out;
    const auto entries = store_->list_entries(room_, 0, ~Sequence{0}, 100);
    for (const auto& entry : *entries) out.push_back(entry.sequence);
    return out;
  }
  /// The newest log, with the store closed.
  fs::path log() const {
    fs::path newest;
    for (const auto& file : fs::directory_iterator(path_)) {
      if (file.path().extension() == ".log") newest = std::max(newest, file.path());
    }
    return newest;
  }
  /// The last bytes become zeros, as pages are that never reached the disk.
  void blank_end(std::size_t count) const {
    std::fstream file(log(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(fs::file_size(log()) - count));
    file << std::string(count, '\0');
  }

  TempDir dir_;
  fs::path path_ = dir_.path() / "rooms";
  magpie::test::SeededRandom random_{5};
  RoomId room_ = random_.id<RoomId>();
  std::unique_ptr<RocksdbStore> store_;
};

using Numbers = std::vector<Sequence>;

TEST_F(TornLog, what_was_not_promised_may_be_torn) {
  put(1, true);
  put(2, false);
  close();
  blank_end(100);
  ASSERT_TRUE(open(RocksdbStore::Mode::kReadOnly));
  EXPECT_EQ(kept(), Numbers({1}));
  reopen();
  EXPECT_EQ(kept(), Numbers({1}));
  put(3, true);
  reopen();
  EXPECT_EQ(kept(), Numbers({1, 3}));
}

TEST_F(TornLog, what_was_promised_and_is_torn_is_told_and_left_alone) {
  put(1, true);
  put(2, true);
  close();
  const auto log_before = log();
  blank_end(100);
  const auto bytes_before = read_file(log_before);
  for (const auto mode : {RocksdbStore::Mode::kReadOnly, RocksdbStore::Mode::kReadWrite,
                          RocksdbStore::Mode::kReadWrite}) {
    const auto opened = open(mode);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::kDamaged);
  }
  EXPECT_EQ(read_file(log_before), bytes_before);
}

TEST_F(TornLog, what_was_promised_and_is_cut_off_at_the_end_of_a_record_is_told) {
  put(1, true);
  close();
  reopen();
  put(2, true);
  close();
  fs::resize_file(log(), 0);
  const auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::kDamaged);
}

TEST_F(TornLog, a_mark_that_is_torn_or_gone_stops_nothing) {
  put(1, true);
  close();
  fs::resize_file(path_ / "synced", 9);
  reopen();
  EXPECT_EQ(kept(), Numbers({1}));
  close();
  fs::remove(path_ / "synced");
  reopen();
  EXPECT_EQ(kept(), Numbers({1}));
}

}  // namespace
}  // namespace magpie::server::test
