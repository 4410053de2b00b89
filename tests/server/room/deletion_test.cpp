// SPDX-License-Identifier: GPL-3.0-or-later
// Rule 5 to the end: what was deleted is found in no file any more. Over each store that has files.
#include "tests/server/support/relay_fixture.h"

namespace magpie::server::test {
namespace {

class DeletionTest : public PairTest {
 protected:
  Append entry_of(const std::string& text) {
    auto frame = entry(room_, 1);
    frame.payload = to_buffer(as_bytes(text));
    return frame;
  }
  int files_holding(const std::string& needle) const { return files_with(holder_.path(), needle); }
  template <class Id>
  int files_holding(const Id& id) const {
    return files_with(holder_.path(), as_text(id.bytes()));
  }
  void expire() {
    while (hub_->expire(now_)) commit();
    commit();
  }
  void purge() { ASSERT_TRUE(store().purge()); }

  const std::string read_ = "a text that everybody has read";
  const std::string unread_ = "a text that somebody has not read";
};
INSTANTIATE_TEST_SUITE_P(Files, DeletionTest,
                         ::testing::Values(StoreKind::kRocksdb, StoreKind::kPostgres), name_of);

TEST_P(DeletionTest, what_everybody_has_read_is_in_no_file) {
  const auto frame = entry_of(read_);
  append(guest_, frame);
  append(guest_, entry_of(unread_));
  purge();  // what is purged may be in a table already, and what is not, in the log
  ASSERT_GT(files_holding(read_), 0);
  acknowledge(manager_, room_, 3);
  acknowledge(guest_, room_, 2);
  ASSERT_GT(files_holding(read_), 0);
  purge();
  EXPECT_EQ(files_holding(read_), 0);
  EXPECT_GT(files_holding(unread_), 0);
  // Its id stays, so that a repetition is known.
  EXPECT_GT(files_holding(frame.entry_id), 0);
  restart();
  guest_ = open();
  EXPECT_EQ(sequences(attach(guest_, room_, guest_key_, 2)), (std::vector<Sequence>{3}));
  EXPECT_EQ(append(guest_, frame), 2u);
}

TEST_P(DeletionTest, what_is_out_of_its_time_is_in_no_file_and_later_nor_is_its_id) {
  const auto frame = entry_of(unread_);
  append(guest_, frame);
  now_ += std::chrono::hours(limits_.retention_hours + 24);
  expire();
  purge();
  EXPECT_EQ(files_holding(unread_), 0);
  now_ += std::chrono::hours(48);
  expire();
  purge();
  EXPECT_EQ(files_holding(frame.entry_id), 0);
  EXPECT_GT(files_holding(room_), 0);  // the room itself goes on
}

TEST_P(DeletionTest, of_a_closed_room_nothing_is_in_any_file) {
  const auto kept = make_room({{key().public_key(), kAllRights}});
  auto exchange_entry = entry_of(unread_);
  const auto fresh = key();
  exchange_entry.new_slot_key = fresh.public_key();
  append(guest_, exchange_entry);
  purge();
  now_ += std::chrono::hours(50);
  ask(guest_, entry_of(read_));  // pending while the room is closed
  const auto [correlation, frames] = exchange(manager_, CloseRoom{room_});
  answer<Closed>(frames, correlation);
  purge();
  EXPECT_EQ(files_holding(unread_), 0);
  EXPECT_EQ(files_holding(read_), 0);
  EXPECT_EQ(files_holding(exchange_entry.entry_id), 0);
  EXPECT_EQ(files_holding(guest_key_.public_key()), 0);
  EXPECT_EQ(files_holding(fresh.public_key()), 0);
  EXPECT_EQ(files_holding(room_), 0);
  EXPECT_GT(files_holding(kept), 0);
}

TEST_P(DeletionTest, a_purge_with_nothing_written_leaves_the_files_alone) {
  append(guest_, entry_of(unread_));
  purge();
  const auto files = [&] {
    std::set<std::filesystem::path> out;
    for (const auto& file : std::filesystem::directory_iterator(holder_.path())) {
      out.insert(file.path());
    }
    return out;
  };
  const auto before = files();
  purge();
  EXPECT_EQ(files(), before);
}

}  // namespace
}  // namespace magpie::server::test
