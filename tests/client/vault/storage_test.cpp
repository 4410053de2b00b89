// SPDX-License-Identifier: GPL-3.0-or-later
// What every Storage promises, by the same tests.
#include "client/core/vault/storage.h"

#include <gtest/gtest.h>

#include <map>

#include "client/core/vault/memory_storage.h"
#include "client/core/vault/records.h"
#include "client/core/vault/vault.h"
#include "tests/client/vault/record_text.h"
#include "tests/client/vault/sample_records.h"
#include "tests/support/temporary_folder.h"

namespace magpie::client {
namespace {

using test::changes;
using test::SampleRecords;
using test::text_of;

/// A MemoryStorage; it has no second life to reopen.
struct InMemory {
  MemoryStorage memory;
  Storage& storage() { return memory; }
  void reopen() {}
};

/// A vault in a folder, under a passphrase that costs next to nothing.
class OnDisk {
 public:
  OnDisk() : vault_(std::move(*Vault::create(folder_.path(), passphrase_, test::kCheap))) {}
  Storage& storage() { return *vault_; }
  void reopen() {
    vault_.reset();
    vault_ = std::move(*Vault::open(folder_.path(), passphrase_));
  }

 private:
  magpie::test::TemporaryFolder folder_;
  Secret passphrase_ = Secret::copy_of(as_bytes("correct horse"));
  std::unique_ptr<Vault> vault_;
};

template <class Kept>
class StorageTest : public testing::Test {
 protected:
  Storage& storage() { return kept_.storage(); }
  void apply(const Changes& made) {
    const auto applied = storage().apply(made);
    ASSERT_TRUE(applied.has_value()) << name(applied.error().code) << applied.error().site;
  }
  /// Reads again after the storage was closed and opened, where it can be.
  void reopen() { kept_.reopen(); }

  RoomId add_room() {
    RoomRecord record = sample_.room();
    const RoomId room = record.room;
    apply(changes(std::move(record)));
    return room;
  }
  StoredRoom only_room() {
    auto rooms = storage().rooms();
    EXPECT_TRUE(rooms.has_value() && rooms->size() == 1);
    return std::move(rooms->front());
  }
  std::vector<EntryId> ids(const RoomId& room, std::size_t before = 0,
                           std::size_t limit = SIZE_MAX) {
    std::vector<EntryId> found;
    const auto lines = storage().messages(room, before, limit);
    EXPECT_TRUE(lines.has_value());
    for (const auto& line : *lines) found.push_back(line.id);
    return found;
  }

  Kept kept_;
  SampleRecords sample_{20240101};
};

using Kinds = testing::Types<InMemory, OnDisk>;
TYPED_TEST_SUITE(StorageTest, Kinds);

TYPED_TEST(StorageTest, a_new_storage_holds_nothing) {
  EXPECT_EQ(text_of(this->storage()), "no profile\n");
  EXPECT_EQ(this->storage().message_count(RoomId{}).value(), 0U);
}

TYPED_TEST(StorageTest, every_kind_of_record_comes_back_as_it_was) {
  auto& sample = this->sample_;
  const ProfileRecord profile = sample.profile();
  const PersonRecord person = sample.person();
  const IntroductionRecord introduction = sample.introduction();
  const RoomRecord room = sample.room();
  const GroupRecord group = sample.group(room.room);
  const PendingControlRecord pending = sample.pending(room.room);
  OutboxRecord outbox = sample.outbox(room.room);
  MessageRecord message = sample.message(room.room, 7);
  const LogPointRecord point = {
      .room = room.room, .sequence = 7, .hash = sample.template id<LogHash>()};
  const UnconfirmedRecord unconfirmed = {
      .room = room.room, .ids = {sample.template id<EntryId>(), sample.template id<EntryId>()}};
  const DraftRecord draft = sample.draft(room.room);
  this->apply(changes(clone(profile), person, clone(introduction), clone(room), clone(group),
                      clone(pending), outbox, message, point, unconfirmed, draft));
  this->reopen();

  outbox.order = 1;
  message.order = 1;
  EXPECT_EQ(text_of(this->storage()), text_of(profile) + text_of(person) + text_of(introduction) +
                                          text_of(room) + text_of(group) + text_of(pending) +
                                          text_of(outbox) + text_of(point) + text_of(unconfirmed) +
                                          text_of(message) + text_of(draft));
}

TYPED_TEST(StorageTest, what_is_optional_or_empty_comes_back_as_that) {
  auto& sample = this->sample_;
  ProfileRecord profile = sample.profile();
  profile.relay.reset();
  IntroductionRecord introduction = sample.introduction();
  introduction.key_package.reset();
  introduction.used.reset();
  introduction.link.clear();
  RoomRecord room = sample.room();
  room.next_slot_seed.reset();
  room.updated_at = Time{};
  PendingControlRecord pending = sample.pending(room.room);
  pending.next_epoch = {};
  pending.next_ratchets = {};
  MessageRecord message = sample.message(room.room, UINT64_MAX);
  message.order = UINT64_MAX / 2;
  message.text = std::string("nul \0 inside", 12);
  message.at = Time(std::chrono::milliseconds(-1));
  const std::string expected =
      text_of(profile) + text_of(introduction) + text_of(room) + "no group\n" + text_of(pending) +
      text_of(UnconfirmedRecord{.room = room.room, .ids = {}}) + text_of(message);
  this->apply(changes(std::move(profile), std::move(introduction), std::move(room),
                      std::move(pending), message));
  this->reopen();
  EXPECT_EQ(text_of(this->storage()), expected);
}

TYPED_TEST(StorageTest, a_record_replaces_the_one_with_its_key) {
  auto& sample = this->sample_;
  this->apply(changes(sample.profile()));
  PersonRecord person = sample.person();
  IntroductionRecord introduction = sample.introduction();
  const RoomId introduced = introduction.room;
  RoomRecord room = sample.room();
  const RoomId id = room.room;
  this->apply(changes(person, std::move(introduction), std::move(room), sample.group(id),
                      sample.pending(id),
                      UnconfirmedRecord{.room = id, .ids = {sample.template id<EntryId>()}}));

  const ProfileRecord profile = sample.profile();
  person.name = "Another";
  person.numbers_compared = false;
  IntroductionRecord ended = sample.introduction();
  ended.room = introduced;
  ended.state = IntroductionRecord::State::kEnded;
  ended.key_package.reset();
  RoomRecord moved = sample.room();
  moved.room = id;
  moved.next_slot_seed.reset();
  const GroupRecord group = sample.group(id);
  const PendingControlRecord pending = sample.pending(id);
  const UnconfirmedRecord none = {.room = id, .ids = {}};
  this->apply(changes(clone(profile), person, clone(ended), clone(moved), clone(group),
                      clone(pending), none));
  this->reopen();
  EXPECT_EQ(text_of(this->storage()), text_of(profile) + text_of(person) + text_of(ended) +
                                          text_of(moved) + text_of(group) + text_of(pending) +
                                          text_of(none));
}

TYPED_TEST(StorageTest, a_draft_is_replaced_ended_by_an_empty_one_and_goes_with_its_room) {
  const RoomId one = this->sample_.template id<RoomId>();
  const RoomId two = this->sample_.template id<RoomId>();
  const auto texts = [&] {
    std::map<RoomId, std::string> found;
    const auto drafts = this->storage().drafts().value();
    for (const DraftRecord& draft : drafts) found[draft.room] = draft.text;
    return found;
  };
  this->apply(changes(DraftRecord{.room = one, .text = "half"}, DraftRecord{two, "반쯤 쓴 글"}));
  this->apply(changes(DraftRecord{.room = one, .text = "half a sentence"}));
  this->reopen();
  EXPECT_EQ(texts(),
            (std::map<RoomId, std::string>{{one, "half a sentence"}, {two, "반쯤 쓴 글"}}));
  this->apply(changes(DraftRecord{.room = one, .text = ""}, DropRoom{two}));
  this->reopen();
  EXPECT_TRUE(texts().empty());
}

TYPED_TEST(StorageTest, ratchets_alone_leave_the_epoch_as_it_is) {
  const RoomId room = this->add_room();
  const GroupRecord group = this->sample_.group(room);
  this->apply(changes(clone(group)));
  GroupRecord ratchets = {
      .room = room, .epoch = {}, .tree = {}, .ratchets = this->sample_.secret(600)};
  GroupRecord expected = clone(group);
  expected.ratchets = ratchets.ratchets.clone();
  this->apply(changes(std::move(ratchets)));
  this->reopen();
  EXPECT_EQ(text_of(*this->only_room().group), text_of(expected));
}

TYPED_TEST(StorageTest, the_changed_nodes_of_a_tree_are_laid_over_those_that_are_stored) {
  const RoomId elsewhere = this->add_room();
  this->apply(changes(this->sample_.group(elsewhere)));
  const std::string untouched = text_of(this->only_room());
  const RoomId room = this->add_room();
  GroupRecord group = this->sample_.group(room);
  this->apply(changes(clone(group)));
  GroupRecord next = this->sample_.group(room);
  const mls::NodeIndex far(131'070);
  next.tree = {{mls::NodeIndex(1), this->sample_.bytes(1300)},
               {mls::NodeIndex(2), {}},
               {mls::NodeIndex(9), {}},  // is not there
               {far, this->sample_.bytes(1500)}};
  this->apply(changes(clone(next)));
  this->reopen();
  next.tree = {group.tree[0], next.tree[0], next.tree[3]};
  const auto stored = this->storage().rooms().value();
  const bool first = stored.at(0).room.room == room;
  EXPECT_EQ(text_of(*stored.at(first ? 0 : 1).group), text_of(next));
  EXPECT_EQ(text_of(stored.at(first ? 1 : 0)), untouched);
}

TYPED_TEST(StorageTest, ratchets_without_a_group_are_refused_whole_and_for_good) {
  const RoomId room = this->add_room();
  const auto refused = this->storage().apply(changes(
      this->sample_.profile(),
      GroupRecord{.room = room, .epoch = {}, .tree = {}, .ratchets = this->sample_.secret(600)}));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::kUsage);
  EXPECT_FALSE(this->storage().profile().has_value());
  EXPECT_FALSE(this->storage().apply(changes(this->sample_.profile())).has_value());
  EXPECT_FALSE(this->storage().rooms().has_value());
}

TYPED_TEST(StorageTest, a_pending_control_entry_that_is_done_is_gone) {
  const RoomId room = this->add_room();
  this->apply(changes(this->sample_.pending(room)));
  this->apply(changes(PendingControlDone{room}));
  this->reopen();
  EXPECT_FALSE(this->only_room().pending.has_value());
}

TYPED_TEST(StorageTest, messages_stand_in_log_order_and_waiting_ones_last_as_they_were_written) {
  const RoomId room = this->add_room();
  auto& sample = this->sample_;
  const MessageRecord waiting_1 = sample.message(room, 0);
  const MessageRecord third = sample.message(room, 3);
  const MessageRecord waiting_2 = sample.message(room, 0);
  const MessageRecord beyond = sample.message(room, (std::uint64_t{1} << 63) + 5);
  const MessageRecord first = sample.message(room, 1);
  this->apply(changes(waiting_1, third, waiting_2));
  this->apply(changes(beyond, first));
  this->apply(changes(sample.message(sample.template id<RoomId>(), 2)));
  this->reopen();
  const std::vector<EntryId> all = {first.id, third.id, beyond.id, waiting_1.id, waiting_2.id};
  EXPECT_EQ(this->ids(room), all);
  EXPECT_EQ(this->storage().message_count(room).value(), 5U);

  EXPECT_EQ(this->ids(room, 0, 2), (std::vector<EntryId>{waiting_1.id, waiting_2.id}));
  EXPECT_EQ(this->ids(room, 2, 2), (std::vector<EntryId>{third.id, beyond.id}));
  EXPECT_EQ(this->ids(room, 4, 2), (std::vector<EntryId>{first.id}));
  EXPECT_EQ(this->ids(room, 5, 2), std::vector<EntryId>{});
  EXPECT_EQ(this->ids(room, 0, 0), std::vector<EntryId>{});
}

TYPED_TEST(StorageTest, a_message_that_reaches_the_log_moves_and_keeps_its_order) {
  const RoomId room = this->add_room();
  MessageRecord early = this->sample_.message(room, 0);
  const MessageRecord late = this->sample_.message(room, 0);
  this->apply(changes(early, late));
  MessageRecord again = late;
  again.sequence = 9;
  again.state = MessageRecord::State::kRelay;
  this->apply(changes(again));
  this->reopen();
  EXPECT_EQ(this->ids(room), (std::vector<EntryId>{late.id, early.id}));
  const auto lines = this->storage().messages(room, 0, SIZE_MAX).value();
  EXPECT_EQ(lines[0].order, 2U);
  EXPECT_EQ(lines[1].order, 1U);
  EXPECT_EQ(lines[0].state, MessageRecord::State::kRelay);
}

TYPED_TEST(StorageTest, delivery_marks_own_messages_on_the_relay_and_no_others) {
  using State = MessageRecord::State;
  const RoomId room = this->add_room();
  auto& sample = this->sample_;
  MessageRecord sent = sample.message(room, 2);
  MessageRecord read = sample.message(room, 3);
  read.state = State::kRead;
  MessageRecord received = sample.message(room, 4);
  received.self = false;
  received.state = State::kReceived;
  MessageRecord untold = sample.message(room, 5);
  MessageRecord waiting = sample.message(room, 0);
  waiting.state = State::kWaiting;
  MessageRecord elsewhere = sample.message(sample.template id<RoomId>(), 3);
  this->apply(changes(sent, read, received, untold, waiting, elsewhere));
  for (const MessageRecord& line : {sent, read, received, waiting}) {
    this->apply(changes(Delivered{room, line.id}));
  }
  this->apply(
      changes(Delivered{room, elsewhere.id}, Delivered{room, sample.template id<EntryId>()}));
  this->reopen();
  std::vector<State> states;
  const auto lines = this->storage().messages(room, 0, SIZE_MAX).value();
  for (const auto& line : lines) {
    states.push_back(line.state);
  }
  EXPECT_EQ(states, (std::vector<State>{State::kDelivered, State::kRead, State::kReceived,
                                        State::kRelay, State::kWaiting}));
  EXPECT_EQ(this->storage().message(elsewhere.room, elsewhere.id).value()->state, State::kRelay);
}

TYPED_TEST(StorageTest, a_line_is_found_by_its_room_and_id) {
  const RoomId room = this->add_room();
  MessageRecord line = this->sample_.message(room, 7);
  this->apply(changes(line));
  this->reopen();
  line.order = 1;
  EXPECT_EQ(text_of(this->storage().message(room, line.id).value().value()), text_of(line));
  EXPECT_FALSE(this->storage().message(room, this->sample_.template id<EntryId>()).value());
  EXPECT_FALSE(this->storage().message(this->sample_.template id<RoomId>(), line.id).value());
}

TYPED_TEST(StorageTest, marking_read_clears_the_count_of_that_room) {
  const RoomId room = this->add_room();
  EXPECT_EQ(this->only_room().room.unread, 4U);
  this->apply(changes(MarkRead{this->sample_.template id<RoomId>()}));
  EXPECT_EQ(this->only_room().room.unread, 4U);
  this->apply(changes(MarkRead{room}));
  this->reopen();
  EXPECT_EQ(this->only_room().room.unread, 0U);
}

TYPED_TEST(StorageTest, the_outbox_keeps_the_order_of_writing) {
  const RoomId room = this->add_room();
  const OutboxRecord first = this->sample_.outbox(room);
  const OutboxRecord second = this->sample_.outbox(room);
  const OutboxRecord third = this->sample_.outbox(room);
  this->apply(changes(first, second, third));
  OutboxRecord encrypted = first;
  encrypted.payload = this->sample_.bytes(50);
  this->apply(changes(encrypted, OutboxDone{.room = room, .id = second.id}));
  this->reopen();
  const StoredRoom stored = this->only_room();
  ASSERT_EQ(stored.outbox.size(), 2U);
  EXPECT_EQ(stored.outbox[0].id, first.id);
  EXPECT_EQ(stored.outbox[0].payload, encrypted.payload);
  EXPECT_EQ(stored.outbox[1].id, third.id);
}

TYPED_TEST(StorageTest, log_points_are_kept_for_the_last_entries) {
  const RoomId room = this->add_room();
  Changes made;
  for (std::uint64_t sequence = 1; sequence <= kLogPointsKept + 3; ++sequence) {
    made.emplace_back(LogPointRecord{
        .room = room, .sequence = sequence, .hash = this->sample_.template id<LogHash>()});
  }
  this->apply(made);
  this->reopen();
  const StoredRoom stored = this->only_room();
  ASSERT_EQ(stored.log_points.size(), kLogPointsKept);
  EXPECT_EQ(stored.log_points.front().sequence, 4U);
  EXPECT_EQ(stored.log_points.back().sequence, kLogPointsKept + 3);
  EXPECT_EQ(stored.log_points.back().hash, std::get<LogPointRecord>(made.back()).hash);
}

TYPED_TEST(StorageTest, a_dropped_room_is_forgotten_with_all_it_had_and_others_are_not) {
  auto& sample = this->sample_;
  const auto fill = [&](const RoomId& room) {
    this->apply(changes(sample.group(room), sample.pending(room), sample.outbox(room),
                        sample.message(room, 1), sample.message(room, 0),
                        LogPointRecord{.room = room, .sequence = 1, .hash = LogHash{}},
                        UnconfirmedRecord{.room = room, .ids = {sample.template id<EntryId>()}}));
  };
  const RoomId stays = this->add_room();
  fill(stays);
  const std::string before = text_of(this->storage());
  const RoomId goes = this->add_room();
  fill(goes);
  this->apply(changes(DropRoom{goes}));
  this->reopen();
  EXPECT_EQ(text_of(this->storage()), before);
  EXPECT_EQ(this->storage().message_count(goes).value(), 0U);

  RoomRecord anew = sample.room();
  anew.room = goes;
  this->apply(changes(std::move(anew), DropRoom{stays}));
  const StoredRoom empty = this->only_room();
  EXPECT_FALSE(empty.group.has_value() || empty.pending.has_value());
  GroupRecord small = sample.group(goes);
  small.tree.resize(1);
  this->apply(changes(clone(small)));
  EXPECT_EQ(text_of(*this->only_room().group), text_of(small)) << "no node of the one before";
  EXPECT_TRUE(empty.outbox.empty() && empty.log_points.empty() && empty.unconfirmed.ids.empty());
}

TYPED_TEST(StorageTest, invitations_and_tokens_come_back_and_are_gone_when_done) {
  auto& sample = this->sample_;
  InvitationRecord invitation = sample.invitation();
  const InvitationCode code = invitation.code;
  const std::string as_drawn = text_of(invitation);
  TokenRecord token = sample.token();
  this->apply(changes(std::move(invitation), token, sample.token()));
  token.room.reset();
  this->apply(changes(token));
  this->reopen();
  EXPECT_EQ(text_of(this->storage().invitations().value().at(0)), as_drawn);
  const auto tokens = this->storage().tokens().value();
  ASSERT_EQ(tokens.size(), 2U);
  const bool first = tokens[0].token.input == token.token.input;
  EXPECT_EQ(text_of(tokens[first ? 0 : 1]), text_of(token));

  this->apply(changes(InvitationDone{code}, TokenDone{token.token.input}));
  this->reopen();
  EXPECT_TRUE(this->storage().invitations().value().empty());
  EXPECT_EQ(this->storage().tokens().value().size(), 1U);
}

TYPED_TEST(StorageTest, a_dropped_introduction_is_gone) {
  IntroductionRecord introduction = this->sample_.introduction();
  const RoomId room = introduction.room;
  this->apply(changes(std::move(introduction)));
  this->apply(changes(DropIntroduction{room}));
  this->reopen();
  EXPECT_TRUE(this->storage().introductions().value().empty());
}

}  // namespace
}  // namespace magpie::client
