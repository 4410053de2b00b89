// SPDX-License-Identifier: GPL-3.0-or-later
// Reading: order, own entries, slow readers, deletion when read, expiry.
#include "tests/server/support/relay_fixture.h"

namespace magpie::server::test {

using Numbers = std::vector<Sequence>;

TEST_P(PairTest, own_entries_come_back_in_order_without_their_payload) {
  const auto second = open();
  attach(second, room_, guest_key_, 1);
  auto frame = entry(room_, 1);
  const auto [correlation, frames] = exchange(guest_, frame);
  // The answer first, then the entry.
  ASSERT_EQ(frames.size(), 2u);
  answer<Appended>({frames[0]}, correlation);
  for (const auto& list : {frames, sink_.take(second)}) {
    const auto echoed = only<Entry>(list).at(0);
    EXPECT_TRUE(echoed.own);
    EXPECT_TRUE(echoed.payload->empty());
    EXPECT_EQ(echoed.entry_id, frame.entry_id);
  }
  const auto read = only<Entry>(sink_.take(manager_)).at(0);
  EXPECT_FALSE(read.own);
  EXPECT_EQ(*read.payload, frame.payload);
  EXPECT_FALSE(read.control);
}

TEST_P(PairTest, a_slow_reader_stops_its_own_stream_and_nobody_elses) {
  const auto fast = open();
  attach(fast, room_, manager_key_, 1);
  sink_.take(manager_);
  sink_.slow_down(manager_, 3);
  for (int i = 0; i < 10; ++i) append(guest_, entry(room_, 1));
  EXPECT_EQ(sequences(sink_.take(fast)).size(), 10u);
  EXPECT_EQ(sequences(sink_.take(manager_)), (Numbers{2, 3, 4}));
  hub_->writable(manager_);
  EXPECT_EQ(sequences(sink_.take(manager_)), (Numbers{5, 6, 7}));
  append(guest_, entry(room_, 1));  // a new entry does not overtake
  EXPECT_EQ(sequences(sink_.take(manager_)), (Numbers{8, 9, 10}));
  hub_->writable(manager_);
  EXPECT_EQ(sequences(sink_.take(manager_)), (Numbers{11, 12}));
}

TEST_P(PairTest, a_backlog_is_read_as_the_reader_takes_it) {
  for (int i = 0; i < 300; ++i) ask(guest_, entry(room_, 1)), commit();
  hub_->close(manager_);
  manager_ = open();
  sink_.slow_down(manager_, 50);
  auto frames = attach(manager_, room_, manager_key_, 1);
  auto got = sequences(frames);
  while (only<CaughtUp>(frames).empty()) {
    EXPECT_LE(frames.size(), 50u);
    ASSERT_FALSE(frames.empty());
    hub_->writable(manager_);
    frames = sink_.take(manager_);
    const auto more = sequences(frames);
    got.insert(got.end(), more.begin(), more.end());
  }
  ASSERT_EQ(got.size(), 300u);
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i], i + 2);
}

TEST_P(PairTest, answers_come_to_a_slow_reader_too) {
  sink_.take(guest_);
  sink_.slow_down(guest_, 0);
  const auto [correlation, frames] = exchange(guest_, entry(room_, 1));
  answer<Appended>(frames, correlation);
  EXPECT_EQ(frames.size(), 1u);
}

TEST_P(PairTest, an_entry_is_deleted_when_every_reader_has_acknowledged_it) {
  append(guest_, entry(room_, 1));
  append(guest_, entry(room_, 1));
  acknowledge(manager_, room_, 3);
  EXPECT_EQ(stored(room_), (Numbers{1, 2, 3}));
  acknowledge(guest_, room_, 2);
  EXPECT_EQ(stored(room_), (Numbers{3}));
  acknowledge(guest_, room_, 1);  // never back
  acknowledge(guest_, room_, 3);
  EXPECT_EQ(stored(room_), Numbers{});
  EXPECT_EQ(store().counts()->entries, 0u);
  EXPECT_EQ(store().counts()->payload_bytes, 0u);
  EXPECT_EQ(append(guest_, entry(room_, 1)), 4u);
}

TEST_P(PairTest, what_was_not_sent_cannot_be_acknowledged) {
  acknowledge(manager_, room_, 1000);
  acknowledge(guest_, room_, 1000);
  append(guest_, entry(room_, 1));
  EXPECT_EQ(stored(room_), (Numbers{2}));
  ask(guest_, entry(room_, 1));
  exchange(manager_, Acknowledge{room_, 3});
  exchange(guest_, Acknowledge{room_, 3});  // pending when the first of the two came
  EXPECT_EQ(stored(room_), (Numbers{3}));
}

TEST_P(PairTest, acknowledgements_alone_need_no_sync_and_no_answer) {
  append(guest_, entry(room_, 1));
  sink_.take(manager_);
  hub_->receive(manager_, ClientFrame{0, Acknowledge{room_, 2}}, now_);
  const auto batch = hub_->take_batch();
  EXPECT_FALSE(batch.empty());
  EXPECT_FALSE(batch.durable);
  hub_->committed(store().write({&batch, 1}));
  EXPECT_TRUE(sink_.take(manager_).empty());
}

TEST_P(PairTest, a_newcomer_needs_nothing_from_before_and_everything_since) {
  acknowledge(guest_, room_, 1);
  append(guest_, entry(room_, 1));
  const auto third_key = key();
  auto add = entry(room_, 1, true);
  add.slot_changes = {Slot{third_key.public_key(), kRead | kWrite}};
  append(manager_, add);
  acknowledge(manager_, room_, 3);
  acknowledge(guest_, room_, 3);
  // The sender of the change had processed entry 1; whatever followed is the newcomer's to read.
  EXPECT_EQ(stored(room_), (Numbers{2, 3}));
  const auto third = open();
  EXPECT_EQ(sequences(attach(third, room_, third_key, 2)), (Numbers{3}));
  acknowledge(third, room_, 3);
  EXPECT_EQ(stored(room_), Numbers{});
}

TEST_P(PairTest, a_removed_reader_holds_back_only_what_it_may_read) {
  acknowledge(guest_, room_, 1);
  append(manager_, entry(room_, 1));
  auto change = entry(room_, 1, true);
  change.slot_changes = {RemoveSlot{guest_key_.public_key()}};
  append(manager_, change);
  append(manager_, entry(room_, 3));
  acknowledge(manager_, room_, 4);
  EXPECT_EQ(stored(room_), (Numbers{2, 3}));
  acknowledge(guest_, room_, 4);
  EXPECT_EQ(stored(room_), Numbers{});
}

TEST_P(PairTest, entries_expire_and_leave_a_gap_that_the_reader_can_see) {
  hub_->close(manager_);
  append(guest_, entry(room_, 1));
  now_ += std::chrono::hours(limits_.retention_hours);
  append(guest_, entry(room_, 1));
  EXPECT_FALSE(hub_->expire(now_));
  commit();
  EXPECT_EQ(stored(room_), (Numbers{1, 2, 3}));
  now_ += std::chrono::hours(24);
  hub_->expire(now_);
  commit();
  EXPECT_EQ(stored(room_), (Numbers{3}));
  EXPECT_EQ(store().counts()->entries, 1u);
  manager_ = open();
  auto frames = attach(manager_, room_, manager_key_, 1);
  EXPECT_EQ(sequences(frames), (Numbers{3}));
  EXPECT_EQ(only<CaughtUp>(frames).at(0).through, 3u);

  hub_->close(manager_);
  now_ += std::chrono::hours(limits_.retention_hours + 24);
  hub_->expire(now_);
  commit();
  manager_ = open();
  frames = attach(manager_, room_, manager_key_, 1);
  EXPECT_EQ(sequences(frames), Numbers{});
  EXPECT_EQ(only<CaughtUp>(frames).at(0).through, 3u);
}

TEST_P(PairTest, a_live_reader_too_slow_for_the_expiry_is_told_where_the_log_stands) {
  sink_.take(manager_);
  sink_.slow_down(manager_, 0);
  append(guest_, entry(room_, 1));
  now_ += std::chrono::hours(limits_.retention_hours + 24);
  hub_->expire(now_);
  commit();
  sink_.slow_down(manager_, 100);
  hub_->writable(manager_);
  const auto frames = sink_.take(manager_);
  EXPECT_EQ(sequences(frames), Numbers{});
  EXPECT_EQ(only<CaughtUp>(frames).at(0).through, 2u);
}

TEST_P(PairTest, expiry_waits_for_what_is_pending) {
  ask(guest_, entry(room_, 1));
  const auto batch = hub_->take_batch();
  now_ += std::chrono::hours(limits_.retention_hours + 24);
  EXPECT_TRUE(hub_->expire(now_));
  hub_->committed(store().write({&batch, 1}));
  while (hub_->expire(now_)) commit();
  commit();
  EXPECT_EQ(stored(room_), Numbers{});
  EXPECT_TRUE(store().list_due(DueKind::kEntries, Day::max(), {}, 10)->empty());
}

TEST_P(HubTest, expiry_goes_in_bounded_steps_and_ends) {
  std::vector<RoomId> rooms;
  for (int i = 0; i < 40; ++i) rooms.push_back(make_room({{key().public_key(), kAllRights}}));
  now_ += kIdsKept + std::chrono::hours(48);
  int steps = 0;
  for (; hub_->expire(now_); ++steps) commit();
  commit();
  EXPECT_GE(steps, 2);
  EXPECT_EQ(store().counts()->entries, 0u);
  EXPECT_TRUE(store().list_due(DueKind::kEntries, Day::max(), {}, 100)->empty());
  EXPECT_TRUE(store().list_due(DueKind::kIds, Day::max(), {}, 100)->empty());
  for (const auto& room : rooms) EXPECT_TRUE(store().list_ids(room, {}, 10)->empty());
  EXPECT_EQ(hub_->cached_room_count(), 0u);
}

TEST(Shards, rooms_spread_over_all_of_them) {
  magpie::test::SeededRandom random{11};
  std::vector<int> counts(4);
  for (int i = 0; i < 4000; ++i) ++counts.at(shard_of(random.id<RoomId>(), 4));
  for (const auto count : counts) EXPECT_GT(count, 800);
  EXPECT_EQ(shard_of(random.id<RoomId>(), 1), 0u);
}

}  // namespace magpie::server::test
