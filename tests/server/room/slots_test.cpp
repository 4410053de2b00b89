// SPDX-License-Identifier: GPL-3.0-or-later
// Rule 7, attaching, and making and closing rooms: who may open what, and for how long.
#include "tests/server/support/relay_fixture.h"

namespace magpie::server::test {

using Numbers = std::vector<Sequence>;

TEST_P(HubTest, greets_each_session_with_its_own_nonce) {
  const SessionId first{1001};
  const SessionId second{1002};
  const auto nonce = hub_->open(first);
  hub_->open(second);
  const auto greeting = only<Greeting>(sink_.take(first)).at(0);
  EXPECT_EQ(greeting.version, 1u);
  EXPECT_EQ(greeting.nonce, nonce);
  EXPECT_EQ(greeting.relay_identity, identity_);
  EXPECT_EQ(greeting.limits, limits_);
  EXPECT_NE(only<Greeting>(sink_.take(second)).at(0).nonce, nonce);
}

TEST_P(HubTest, making_the_same_room_again_is_answered_as_the_first_time) {
  const auto session = open();
  const auto create = creation({{key().public_key(), kAllRights}});
  for (int i = 0; i < 2; ++i) {
    const auto [correlation, frames] = exchange(session, create);
    answer<Created>(frames, correlation);
  }
  auto other = create;
  other.payload.push_back(1);
  auto [correlation, frames] = exchange(session, other);
  EXPECT_EQ(refusal(frames, correlation), Errc::kRoomExists);
  other = create;
  other.slots[0].rights = kRead;
  std::tie(correlation, frames) = exchange(session, other);
  EXPECT_EQ(refusal(frames, correlation), Errc::kRoomExists);
  EXPECT_EQ(stored(create.room), Numbers{1});
}

TEST_P(HubTest, the_same_room_twice_in_one_batch_is_made_once) {
  const auto session = open();
  const auto create = creation({{key().public_key(), kAllRights}});
  const auto first = ask(session, create);
  const auto second = ask(session, create);
  commit();
  const auto frames = sink_.take(session);
  answer<Created>(frames, first);
  answer<Created>(frames, second);
  EXPECT_EQ(store().counts()->rooms, 1u);
}

TEST_P(HubTest, a_room_beyond_the_limits_is_refused) {
  limits_.slots_per_room_max = 1;
  restart();
  const auto session = open();
  const auto [correlation, frames] =
      exchange(session, creation({{key().public_key(), 1}, {key().public_key(), 1}}));
  EXPECT_EQ(broken_limit(frames, correlation), LimitKind::kSlots);
  EXPECT_EQ(store().counts()->rooms, 0u);
}

TEST_P(PairTest, attaching_asks_for_what_follows_and_says_when_that_is_all) {
  append(guest_, entry(room_, 1));
  append(guest_, entry(room_, 1));
  const auto session = open();
  const auto frames = attach(session, room_, manager_key_, 1);
  ASSERT_EQ(frames.size(), 4u);
  const auto attached = std::get<Attached>(std::get<Answer>(frames[0]).result);
  EXPECT_EQ(attached.head, 3u);
  EXPECT_EQ(attached.last_control, 1u);
  EXPECT_EQ(attached.rights, kAllRights);
  EXPECT_EQ(sequences(frames), (Numbers{2, 3}));
  EXPECT_EQ(std::get<CaughtUp>(frames[3]).through, 3u);
}

TEST_P(PairTest, attaching_again_on_the_same_stream_starts_over) {
  append(guest_, entry(room_, 1));
  const auto frames = attach(guest_, room_, guest_key_, 0);
  EXPECT_EQ(sequences(frames), (Numbers{1, 2}));
  append(manager_, entry(room_, 1));
  EXPECT_EQ(sequences(sink_.take(guest_)), (Numbers{3}));
}

TEST_P(PairTest, a_signature_opens_only_what_it_was_made_for) {
  const auto session = open();
  const auto expect_refused = [&](Attach frame, Errc code) {
    const auto [correlation, frames] = exchange(session, frame);
    EXPECT_EQ(refusal(frames, correlation), code);
    EXPECT_EQ(sequences(frames), Numbers{});
  };
  auto frame = attach_frame(session, room_, guest_key_, 0);
  frame.after = 1;
  expect_refused(frame, Errc::kBadSignature);
  expect_refused(attach_frame(guest_, room_, guest_key_, 0), Errc::kBadSignature);  // its nonce
  frame = attach_frame(session, room_, guest_key_, 0);
  frame.slot_key = manager_key_.public_key();
  expect_refused(frame, Errc::kBadSignature);
  frame = attach_frame(session, random_.id<RoomId>(), guest_key_, 0);
  expect_refused(frame, Errc::kNoSuchSlot);
  frame.room = room_;
  expect_refused(frame, Errc::kBadSignature);
  expect_refused(attach_frame(session, room_, key(), 0), Errc::kNoSuchSlot);
  const auto other = make_room({{key().public_key(), kAllRights}});
  expect_refused(attach_frame(session, other, guest_key_, 0), Errc::kNoSuchSlot);
  const auto [correlation, frames] = exchange(session, entry(room_, 1));
  EXPECT_EQ(refusal(frames, correlation), Errc::kNotAttached);
}

TEST_P(PairTest, guesses_at_a_key_that_nobody_used_yet_are_few) {
  const auto guest = key();
  const auto room =
      make_room({{manager_key_.public_key(), kAllRights}, {guest.public_key(), kRead | kWrite}});
  const auto session = open();
  const auto code = [&](const Attach& frame) {
    const auto [correlation, frames] = exchange(session, frame);
    return refusal(frames, correlation);
  };
  const auto manager = open();
  attach(manager, room, manager_key_);
  acknowledge(manager, room, 1);
  for (std::uint32_t i = 0; i < kGuessesPerHourMax; ++i) {
    EXPECT_EQ(code(attach_frame(session, room, key(), 0)), Errc::kNoSuchSlot);
  }
  auto unsigned_frame = attach_frame(session, room, guest, 0);
  unsigned_frame.after = 1;
  EXPECT_EQ(code(unsigned_frame), Errc::kLimit);
  EXPECT_EQ(code(attach_frame(session, room, key(), 0)), Errc::kLimit);
  EXPECT_EQ(code(attach_frame(session, room, guest, 0)), Errc::kLimit);
  attach(open(), room, manager_key_);  // who has read before is not kept out
  attach(open(), room_, guest_key_);   // nor anybody in another room
  now_ += std::chrono::hours(1);
  attach(session, room, guest);
}

TEST_P(PairTest, rights_are_kept) {
  const auto reader_key = key();
  const auto writer_key = key();
  auto add = entry(room_, 1, true);
  add.slot_changes = {Slot{reader_key.public_key(), kRead}, Slot{writer_key.public_key(), kWrite}};
  append(manager_, add);
  const auto reader = open();
  EXPECT_EQ(sequences(attach(reader, room_, reader_key, 1)), (Numbers{2}));
  auto [correlation, frames] = exchange(reader, entry(room_, 2));
  EXPECT_EQ(refusal(frames, correlation), Errc::kNoRight);
  const auto writer = open();
  frames = attach(writer, room_, writer_key);
  EXPECT_EQ(sequences(frames), Numbers{});
  EXPECT_EQ(only<CaughtUp>(frames).size(), 1u);
  EXPECT_EQ(append(writer, entry(room_, 2)), 3u);
  EXPECT_EQ(sequences(sink_.take(reader)), (Numbers{3}));
  auto change = entry(room_, 2, true);
  change.slot_changes = {RemoveSlot{reader_key.public_key()}};
  std::tie(correlation, frames) = exchange(guest_, change);
  EXPECT_EQ(refusal(frames, correlation), Errc::kNoRight);
  std::tie(correlation, frames) = exchange(guest_, CloseRoom{room_});
  EXPECT_EQ(refusal(frames, correlation), Errc::kNoRight);
}

TEST_P(PairTest, slot_changes_are_all_applied_or_none) {
  const auto third = key();
  auto change = entry(room_, 1, true);
  change.slot_changes = {Slot{third.public_key(), kRead}, RemoveSlot{key().public_key()}};
  auto [correlation, frames] = exchange(manager_, change);
  EXPECT_EQ(refusal(frames, correlation), Errc::kNoSuchSlot);
  change.slot_changes = {Slot{third.public_key(), kRead}, Slot{third.public_key(), kRead}};
  std::tie(correlation, frames) = exchange(manager_, change);
  EXPECT_EQ(refusal(frames, correlation), Errc::kIdReused);
  change.slot_changes = {Slot{guest_key_.public_key(), kRead}};
  std::tie(correlation, frames) = exchange(manager_, change);
  EXPECT_EQ(refusal(frames, correlation), Errc::kIdReused);
  const auto session = open();
  std::tie(correlation, frames) = exchange(session, attach_frame(session, room_, third, 0));
  EXPECT_EQ(refusal(frames, correlation), Errc::kNoSuchSlot);
  EXPECT_EQ(stored(room_), Numbers{1});
}

TEST_P(PairTest, slots_are_limited) {
  limits_.slots_per_room_max = 3;
  restart();
  manager_ = open();
  attach(manager_, room_, manager_key_);
  auto change = entry(room_, 1, true);
  change.slot_changes = {Slot{key().public_key(), kRead}, Slot{key().public_key(), kRead}};
  const auto [correlation, frames] = exchange(manager_, change);
  EXPECT_EQ(broken_limit(frames, correlation), LimitKind::kSlots);
  change.slot_changes.emplace(change.slot_changes.begin(), RemoveSlot{guest_key_.public_key()});
  EXPECT_EQ(append(manager_, change), 2u);
}

TEST_P(PairTest, a_removed_slot_reads_up_to_that_entry_and_no_further) {
  append(guest_, entry(room_, 1));
  auto change = entry(room_, 1, true);
  change.slot_changes = {RemoveSlot{guest_key_.public_key()}};
  sink_.take(guest_);
  EXPECT_EQ(append(manager_, change), 3u);
  EXPECT_EQ(append(manager_, entry(room_, 3)), 4u);
  auto frames = sink_.take(guest_);
  EXPECT_EQ(sequences(frames), (Numbers{3}));
  ASSERT_EQ(only<Notice>(frames).size(), 1u);
  EXPECT_EQ(only<Notice>(frames)[0].kind, Notice::Kind::kSlotRemoved);
  const auto [correlation, refused] = exchange(guest_, entry(room_, 3));
  EXPECT_EQ(refusal(refused, correlation), Errc::kNoRight);

  // Whoever was away reads as far, and learns nothing of what followed.
  restart();
  const auto again = open();
  frames = attach(again, room_, guest_key_, 1);
  EXPECT_EQ(sequences(frames), (Numbers{2, 3}));
  const auto attached = only<Answer>(frames).at(0);
  EXPECT_EQ(std::get<Attached>(attached.result).head, 3u);
  EXPECT_EQ(std::get<Attached>(attached.result).last_control, 3u);
  EXPECT_EQ(std::get<Attached>(attached.result).rights, kRead);
  EXPECT_EQ(only<CaughtUp>(frames).at(0).through, 3u);
  EXPECT_EQ(only<Notice>(frames).size(), 1u);
  manager_ = open();
  attach(manager_, room_, manager_key_, 4);
  EXPECT_EQ(append(manager_, entry(room_, 3)), 5u);
  EXPECT_TRUE(sink_.take(again).empty());
}

TEST_P(PairTest, a_key_is_exchanged_and_the_old_one_is_told_apart) {
  const auto fresh = key();
  auto exchange_entry = entry(room_, 1, true);
  exchange_entry.new_slot_key = fresh.public_key();
  EXPECT_EQ(append(guest_, exchange_entry), 2u);
  // The stream goes on as the same slot.
  EXPECT_EQ(append(guest_, entry(room_, 2)), 3u);

  sink_.take(manager_);
  const auto stranger = open();
  auto bad = attach_frame(stranger, room_, guest_key_, 0);
  bad.after = 7;
  auto [correlation, frames] = exchange(stranger, bad);
  EXPECT_EQ(refusal(frames, correlation), Errc::kBadSignature);
  EXPECT_TRUE(sink_.take(manager_).empty());
  std::tie(correlation, frames) = exchange(stranger, attach_frame(stranger, room_, guest_key_, 0));
  EXPECT_EQ(refusal(frames, correlation), Errc::kSlotExchanged);
  const auto told = only<Notice>(sink_.take(manager_));
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind, Notice::Kind::kExchangedKeyAttempt);
  EXPECT_TRUE(only<Notice>(sink_.take(guest_)).empty());

  // It is remembered for a manager who was away, and told to nobody else.
  restart();
  const auto manager = open();
  frames = attach(manager, room_, manager_key_, 3);
  EXPECT_EQ(std::get<Attached>(only<Answer>(frames).at(0).result).exchanged_key_attempts, 1u);
  const auto guest = open();
  frames = attach(guest, room_, fresh, 3);
  EXPECT_EQ(std::get<Attached>(only<Answer>(frames).at(0).result).exchanged_key_attempts, 0u);
  // A retry, its answer lost, is found by the new key: the slot is the same.
  EXPECT_EQ(append(guest, exchange_entry), 2u);
}

TEST_P(PairTest, a_key_that_was_ever_used_opens_no_other_slot) {
  const auto fresh = key();
  auto change = entry(room_, 1);
  change.new_slot_key = fresh.public_key();
  EXPECT_EQ(append(guest_, change), 2u);
  for (const auto& used :
       {guest_key_.public_key(), fresh.public_key(), manager_key_.public_key()}) {
    auto again = entry(room_, 1);
    again.new_slot_key = used;
    const auto [correlation, frames] = exchange(guest_, again);
    EXPECT_EQ(refusal(frames, correlation), Errc::kIdReused);
  }
}

TEST_P(PairTest, exchanges_of_a_slot_are_bounded_and_hurt_only_itself) {
  for (std::size_t i = 0; i < kFormerKeysPerSlotMax; ++i) {
    auto change = entry(room_, 1);
    change.new_slot_key = key().public_key();
    append(guest_, change);
  }
  auto change = entry(room_, 1);
  change.new_slot_key = key().public_key();
  const auto [correlation, frames] = exchange(guest_, change);
  EXPECT_EQ(broken_limit(frames, correlation), LimitKind::kSlots);
  append(guest_, entry(room_, 1));
  change.entry_id = random_.id<EntryId>();
  append(manager_, change);
}

TEST_P(PairTest, attempts_are_counted_up_to_their_bound) {
  auto change = entry(room_, 1);
  change.new_slot_key = key().public_key();
  append(guest_, change);
  const auto stranger = open();
  for (std::uint32_t i = 0; i < kExchangedKeyAttemptsMax + 5; ++i) {
    exchange(stranger, attach_frame(stranger, room_, guest_key_, 0));
  }
  const auto frames = attach(manager_, room_, manager_key_, 2);
  const auto answers = only<Answer>(frames);
  EXPECT_EQ(std::get<Attached>(answers.at(0).result).exchanged_key_attempts,
            kExchangedKeyAttemptsMax);
}

TEST_P(PairTest, a_closed_room_is_gone_with_everything_in_it) {
  append(guest_, entry(room_, 1));
  sink_.take(guest_);
  const auto pending = ask(manager_, entry(room_, 1));
  auto [correlation, frames] = exchange(manager_, CloseRoom{room_});
  answer<Appended>(frames, pending);
  answer<Closed>(frames, correlation);
  EXPECT_TRUE(only<Notice>(frames).empty());
  const auto told = only<Notice>(sink_.take(guest_));
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind, Notice::Kind::kRoomClosed);
  std::tie(correlation, frames) = exchange(guest_, entry(room_, 1));
  EXPECT_EQ(refusal(frames, correlation), Errc::kNotAttached);
  std::tie(correlation, frames) = exchange(guest_, attach_frame(guest_, room_, guest_key_, 0));
  EXPECT_EQ(refusal(frames, correlation), Errc::kNoSuchSlot);
  EXPECT_EQ(stored(room_), Numbers{});
  EXPECT_EQ(store().counts()->rooms, 0u);
  EXPECT_EQ(hub_->cached_room_count(), 0u);
}

TEST_P(PairTest, a_stream_opens_rooms_up_to_its_limit) {
  limits_.rooms_per_stream_max = 1;
  restart();
  const auto other_key = key();
  const auto other = make_room({{other_key.public_key(), kAllRights}});
  const auto session = open();
  attach(session, room_, manager_key_);
  auto [correlation, frames] = exchange(session, attach_frame(session, other, other_key, 0));
  EXPECT_EQ(broken_limit(frames, correlation), LimitKind::kRooms);
  attach(session, room_, manager_key_);  // again is no further one
  exchange(session, Detach{room_});
  attach(session, other, other_key);
}

TEST_P(PairTest, while_a_room_is_being_closed_nothing_opens_or_remakes_it) {
  ask(manager_, CloseRoom{room_});
  const auto append_late = ask(guest_, entry(room_, 1));
  const auto attach_late = ask(guest_, attach_frame(guest_, room_, guest_key_, 0));
  auto create = creation({{key().public_key(), kAllRights}});
  create.room = room_;
  const auto create_late = ask(guest_, create);
  commit();
  auto frames = sink_.take(guest_);
  EXPECT_EQ(refusal(frames, append_late), Errc::kNotAttached);
  EXPECT_EQ(refusal(frames, attach_late), Errc::kNoSuchSlot);
  EXPECT_EQ(refusal(frames, create_late), Errc::kRoomExists);
  EXPECT_EQ(store().counts()->rooms, 0u);
  // Once it is gone its id is free, and nothing of the old room is left.
  const auto [correlation, made] = exchange(guest_, create);
  answer<Created>(made, correlation);
  EXPECT_EQ(stored(room_), Numbers{1});
}

TEST_P(PairTest, rooms_are_held_in_memory_only_while_they_are_open) {
  EXPECT_EQ(hub_->cached_room_count(), 1u);
  exchange(guest_, Detach{room_});
  EXPECT_EQ(hub_->cached_room_count(), 1u);
  hub_->close(manager_);
  EXPECT_EQ(hub_->cached_room_count(), 0u);
  const auto stranger = open();
  exchange(stranger, attach_frame(stranger, room_, key(), 0));
  exchange(stranger, attach_frame(stranger, random_.id<RoomId>(), key(), 0));
  EXPECT_EQ(hub_->cached_room_count(), 0u);
}

}  // namespace magpie::server::test
