// SPDX-License-Identifier: GPL-3.0-or-later
// Rules 1 to 4 and 6: order, compare and append, idempotence, durability, limits.
#include "tests/server/support/relay_fixture.h"

namespace magpie::server::test {

using Numbers = std::vector<Sequence>;

TEST_P(PairTest, numbers_are_gapless_across_writers_and_batches) {
  std::vector<std::uint64_t> asked;
  for (int i = 0; i < 6; ++i) asked.push_back(ask(i % 2 == 0 ? manager_ : guest_, entry(room_, 1)));
  commit();
  EXPECT_EQ(append(guest_, entry(room_, 1)), 8u);
  EXPECT_EQ(sequences(sink_.take(manager_)), (Numbers{2, 3, 4, 5, 6, 7, 8}));
}

TEST_P(PairTest, an_append_behind_a_control_entry_is_stale_and_writes_nothing) {
  EXPECT_EQ(append(manager_, entry(room_, 1, true)), 2u);
  const auto [correlation, frames] = exchange(guest_, entry(room_, 1));
  const auto refused = answer<Refusal>(frames, correlation);
  EXPECT_EQ(refused.code, Errc::kStale);
  EXPECT_EQ(refused.last_control, 2u);
  EXPECT_EQ(stored(room_), (Numbers{1, 2}));
  EXPECT_EQ(append(guest_, entry(room_, 2)), 3u);
}

TEST_P(PairTest, of_two_control_entries_in_one_batch_the_second_is_stale) {
  const auto first = ask(manager_, entry(room_, 1, true));
  const auto second = ask(guest_, entry(room_, 1, true));
  commit();
  EXPECT_EQ(answer<Appended>(sink_.take(manager_), first).sequence, 2u);
  EXPECT_EQ(refusal(sink_.take(guest_), second), Errc::kStale);
}

TEST_P(PairTest, the_same_id_again_answers_with_the_first_number) {
  auto frame = entry(room_, 1);
  EXPECT_EQ(append(guest_, frame), 2u);
  append(manager_, entry(room_, 1, true));
  // Also where it would be stale by now, on another stream, and after a crash.
  EXPECT_EQ(append(guest_, frame), 2u);
  restart();
  const auto again = open();
  attach(again, room_, guest_key_);
  EXPECT_EQ(append(again, frame), 2u);
  EXPECT_EQ(stored(room_), (Numbers{1, 2, 3}));
}

TEST_P(PairTest, the_same_id_twice_in_one_batch_is_written_once) {
  const auto frame = entry(room_, 1);
  const auto first = ask(guest_, frame);
  const auto second = ask(guest_, frame);
  commit();
  const auto frames = sink_.take(guest_);
  EXPECT_EQ(answer<Appended>(frames, first).sequence, 2u);
  EXPECT_EQ(answer<Appended>(frames, second).sequence, 2u);
  EXPECT_EQ(sequences(frames), (Numbers{2}));
}

TEST_P(PairTest, the_id_of_another_slot_is_refused) {
  auto frame = entry(room_, 1);
  append(guest_, frame);
  const auto [correlation, frames] = exchange(manager_, frame);
  EXPECT_EQ(refusal(frames, correlation), Errc::kIdReused);
}

TEST_P(PairTest, an_id_is_known_after_its_entry_was_deleted_and_for_thirty_days) {
  const auto frame = entry(room_, 1);
  EXPECT_EQ(append(guest_, frame), 2u);
  acknowledge(guest_, room_, 2);
  acknowledge(manager_, room_, 2);
  ASSERT_EQ(stored(room_), Numbers{});
  now_ += kIdsKept - std::chrono::hours(1);
  hub_->expire(now_);
  commit();
  EXPECT_EQ(append(guest_, frame), 2u);
  now_ += std::chrono::hours(48);
  while (hub_->expire(now_)) commit();
  commit();
  EXPECT_EQ(append(guest_, frame), 3u);
}

TEST_P(PairTest, nothing_is_said_before_it_is_written) {
  sink_.take(manager_);
  sink_.take(guest_);
  const auto correlation = ask(guest_, entry(room_, 1));
  EXPECT_TRUE(sink_.take(guest_).empty());
  auto batch = hub_->take_batch();
  EXPECT_TRUE(batch.durable);
  // What is asked meanwhile waits for its own batch.
  const auto later = ask(guest_, entry(room_, 1));
  EXPECT_TRUE(hub_->take_batch().empty());
  EXPECT_TRUE(sink_.take(manager_).empty());
  hub_->committed(store().write({&batch, 1}));
  const auto frames = sink_.take(guest_);
  EXPECT_EQ(answer<Appended>(frames, correlation).sequence, 2u);
  EXPECT_EQ(sequences(frames), (Numbers{2}));
  EXPECT_EQ(sequences(sink_.take(manager_)), (Numbers{2}));
  commit();
  EXPECT_EQ(answer<Appended>(sink_.take(guest_), later).sequence, 3u);
}

TEST_P(PairTest, a_refusal_that_names_a_pending_entry_waits_for_it) {
  ask(manager_, entry(room_, 1, true));
  const auto stale = ask(guest_, entry(room_, 1));
  EXPECT_TRUE(sink_.take(guest_).empty());
  commit();
  EXPECT_EQ(answer<Refusal>(sink_.take(guest_), stale).last_control, 2u);
}

TEST_P(PairTest, what_was_not_written_is_gone_after_a_crash_and_its_number_is_used_again) {
  ask(guest_, entry(room_, 1));
  (void)hub_->take_batch();
  restart();
  const auto again = open();
  attach(again, room_, guest_key_);
  EXPECT_EQ(append(again, entry(room_, 1)), 2u);
}

TEST_P(PairTest, after_a_failed_write_nothing_is_acknowledged_any_more) {
  sink_.take(manager_);
  const auto first = ask(guest_, entry(room_, 1));
  ASSERT_FALSE(hub_->take_batch().empty());
  const auto second = ask(guest_, entry(room_, 1));
  hub_->committed(fail(Errc::kStorage, "test"));
  const auto frames = sink_.take(guest_);
  EXPECT_EQ(refusal(frames, first), Errc::kRelayStorage);
  EXPECT_EQ(refusal(frames, second), Errc::kRelayStorage);
  EXPECT_TRUE(sink_.take(manager_).empty());
  EXPECT_TRUE(hub_->failed());
  EXPECT_TRUE(hub_->take_batch().empty());
  const auto third = ask(guest_, entry(room_, 1));
  EXPECT_EQ(refusal(sink_.take(guest_), third), Errc::kRelayStorage);
  EXPECT_EQ(stored(room_), (Numbers{1}));
}

TEST_P(PairTest, limits_on_size_are_a_clear_answer_and_the_room_goes_on) {
  limits_.entry_bytes_max = 100;
  limits_.control_entry_bytes_max = 200;
  restart();
  guest_ = open();
  attach(guest_, room_, guest_key_);
  auto frame = entry(room_, 1);
  frame.payload.resize(101);
  auto [correlation, frames] = exchange(guest_, frame);
  EXPECT_EQ(broken_limit(frames, correlation), LimitKind::kEntrySize);
  frame.payload.resize(100);
  EXPECT_EQ(append(guest_, frame), 2u);
  auto control = entry(room_, 1, true);
  control.payload.resize(200);
  EXPECT_EQ(append(guest_, control), 3u);
}

TEST_P(PairTest, limits_on_a_rooms_entries_and_bytes_end_when_readers_have_read) {
  limits_.entries_per_room_max = 3;
  restart();
  manager_ = open();
  guest_ = open();
  attach(manager_, room_, manager_key_);
  attach(guest_, room_, guest_key_);
  append(guest_, entry(room_, 1));
  append(guest_, entry(room_, 1));
  const auto [correlation, frames] = exchange(guest_, entry(room_, 1));
  EXPECT_EQ(broken_limit(frames, correlation), LimitKind::kRoomFull);
  acknowledge(manager_, room_, 3);
  acknowledge(guest_, room_, 2);
  EXPECT_EQ(append(guest_, entry(room_, 1)), 4u);
}

TEST_P(PairTest, control_entries_are_limited_for_each_slot_and_hour) {
  limits_.control_entries_per_slot_hour_max = 2;
  restart();
  manager_ = open();
  guest_ = open();
  attach(manager_, room_, manager_key_);
  attach(guest_, room_, guest_key_);
  append(guest_, entry(room_, 1, true));
  append(guest_, entry(room_, 2, true));
  auto [correlation, frames] = exchange(guest_, entry(room_, 3, true));
  EXPECT_EQ(broken_limit(frames, correlation), LimitKind::kControlEntries);
  EXPECT_EQ(append(guest_, entry(room_, 3)), 4u);
  EXPECT_EQ(append(manager_, entry(room_, 3, true)), 5u);
  now_ += std::chrono::hours(1);
  EXPECT_EQ(append(guest_, entry(room_, 5, true)), 6u);
}

TEST_P(PairTest, requests_in_flight_are_limited) {
  limits_.frames_in_flight_max = 2;
  restart();
  guest_ = open();
  attach(guest_, room_, guest_key_);
  const auto first = ask(guest_, entry(room_, 1));
  const auto second = ask(guest_, entry(room_, 1));
  const auto third = ask(guest_, entry(room_, 1));
  commit();
  auto frames = sink_.take(guest_);
  answer<Appended>(frames, first);
  answer<Appended>(frames, second);
  EXPECT_EQ(broken_limit(frames, third), LimitKind::kInFlight);
  EXPECT_EQ(append(guest_, entry(room_, 1)), 4u);
}

TEST_P(PairTest, days_do_not_go_back_within_a_room) {
  append(guest_, entry(room_, 1));
  now_ -= std::chrono::hours(50);
  append(guest_, entry(room_, 1));
  const auto headers = store().list_entries(room_, 0, 10, 10);
  EXPECT_EQ(headers->back().day, day_of(kStart));
}

TEST_P(PairTest, bad_frames_end_their_own_stream_and_no_other) {
  const auto expect_end = [&](auto body, Errc code) {
    const auto session = open();
    ask(session, std::move(body));
    ASSERT_TRUE(sink_.ended().contains(session));
    EXPECT_EQ(sink_.ended().at(session), code);
  };
  auto empty = entry(room_, 1);
  empty.payload.clear();
  expect_end(empty, Errc::kMalformed);
  auto large = entry(room_, 1);
  large.payload.resize(kEntryBytesBound + 1);
  expect_end(large, Errc::kTooLarge);
  auto changes = entry(room_, 1);
  changes.slot_changes.push_back(RemoveSlot{guest_key_.public_key()});
  expect_end(changes, Errc::kMalformed);
  auto many = entry(room_, 1, true);
  many.slot_changes.assign(65, RemoveSlot{guest_key_.public_key()});
  expect_end(many, Errc::kTooLarge);
  expect_end(creation({}), Errc::kMalformed);
  expect_end(creation({{guest_key_.public_key(), 0}}), Errc::kMalformed);
  expect_end(creation({{guest_key_.public_key(), 8}}), Errc::kMalformed);
  expect_end(creation({{guest_key_.public_key(), 1}, {guest_key_.public_key(), 2}}),
             Errc::kMalformed);
  const auto unanswered = open();
  hub_->receive(unanswered, ClientFrame{0, entry(room_, 1)}, now_);
  EXPECT_EQ(sink_.ended().at(unanswered), Errc::kMalformed);
  EXPECT_EQ(append(guest_, entry(room_, 1)), 2u);
}

}  // namespace magpie::server::test
