// SPDX-License-Identifier: GPL-3.0-or-later
// A member who lies: holds the keys of a room, and says with them what no honest program would.
#include "client/core/conversation/act.h"
#include "client/core/conversation/membership.h"
#include "client/core/conversation/padding.h"
#include "crypto/codec/writer.h"
#include "tests/client/engine_fixture.h"

namespace magpie::sim {
namespace {

namespace frames = client::frames;
using client::EntryId;

class LyingMember : public EngineTest {
 protected:
  LyingMember() {
    expect_doubt();
    room_ = meet();
    send(attorney_, room_, "first of the attorney");
    world_.run_until_settled();
    send(relative_, room_, "first of the relative");
    world_.run_until_settled();
  }

  /// The relative's group, under no rules.
  mls::Group keys() {
    const auto group = stored(relative_, room_).group;
    return std::move(
        *mls::Group::deserialize(group->epoch->expose(), group->tree, group->ratchets.expose(),
                                 {std::shared_ptr<void>(), &mls::permissive_policy()}));
  }

  /// An application message of the relative's, under the next key of the present epoch.
  Buffer say(const EntryId& id, const client::Act& act) {
    if (!group_ || group_->epoch() != keys().epoch()) group_.emplace(keys());
    return group_
        ->protect(client::encode_act(act), id.bytes(), client::application_padded_size,
                  world_.random())
        .value();
  }

  /// Appends an entry from the relative's slot, whose own program says nothing any more.
  void append(const EntryId& id, bool control, Buffer payload) {
    frames::Append frame;
    frame.room = room_;
    frame.entry_id = id;
    frame.control = control;
    frame.last_control = stored(attorney_, room_).room.last_control;
    frame.payload = std::move(payload);
    world_.tamper_up = [this](Device& device, const frames::ClientFrame& up) {
      const bool own = std::holds_alternative<frames::Append>(up.body) && up.correlation < kFirst;
      return &device != &relative_.device() || !own;
    };
    world_.send(relative_.device(), {kFirst + ++sent_, std::move(frame)});
    world_.run_for(5s);
  }

  /// The attorney's room goes on: what is said there reaches the relay.
  void expect_attorney_speaks() {
    const std::string text = "still here " + std::to_string(++said_);
    EXPECT_EQ(send(attorney_, room_, text), Errc{});
    world_.run_for(10s);
    EXPECT_EQ(attorney_.history(room_).back().text, text);
    EXPECT_NE(attorney_.history(room_).back().state, MessageState::kWaiting);
  }

  std::uint64_t attorneys_epoch() { return attorney_.device().engine().group_view(room_)->epoch; }

  EntryId fresh() { return world_.random().id<EntryId>(); }

  static constexpr std::uint64_t kFirst = 1'000'000;
  client::RoomId room_;
  std::optional<mls::Group> group_;
  std::uint64_t sent_ = 0;
  int said_ = 0;
};

client::Act text_act(std::string text) {
  client::Act act;
  act.body = client::act::Text{std::move(text)};
  return act;
}

TEST_F(LyingMember, id_of_another_line_takes_nobodys_place) {
  const auto before = attorney_.history(room_);
  for (const auto& line : before) {
    const EntryId id = fresh();
    Buffer payload = say(line.id, text_act("forged"));
    // The relay helps: it refuses ids that are there for a month only.
    world_.tamper = [&](Device& device, frames::ServerFrame& frame) {
      auto* entry = std::get_if<frames::Entry>(&frame);
      if (&device == &attorney_.device() && entry != nullptr && entry->entry_id == id) {
        entry->entry_id = line.id;
      }
      return true;
    };
    append(id, false, std::move(payload));
    world_.tamper = nullptr;
  }
  const auto after = attorney_.history(room_);
  ASSERT_GT(after.size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(after[i].id, before[i].id);
    EXPECT_EQ(after[i].text, before[i].text);
    EXPECT_EQ(after[i].self, before[i].self);
  }
  EXPECT_TRUE(std::ranges::none_of(after, [](const auto& l) { return l.text == "forged"; }));
}

TEST_F(LyingMember, message_in_a_control_entry_is_read_and_the_room_goes_on) {
  const EntryId id = fresh();
  append(id, true, say(id, text_act("as a control entry")));
  EXPECT_EQ(texts(attorney_, room_).back(), "as a control entry");
  expect_attorney_speaks();
}

TEST_F(LyingMember, commit_that_is_no_control_entry_is_shown_and_not_applied) {
  auto group = keys();
  const auto epoch = attorneys_epoch();
  mls::CommitOptions options;
  options.force_path = true;
  const auto now = std::chrono::floor<std::chrono::seconds>(world_.now());
  append(fresh(), false, group.commit(options, now, world_.random()).value().commit);
  EXPECT_EQ(attorneys_epoch(), epoch);
  EXPECT_EQ(texts(attorney_, room_).back(), "gap of 1");
  expect_attorney_speaks();
}

TEST_F(LyingMember, garbage_that_names_a_later_epoch_does_not_stop_the_room) {
  for (const std::uint64_t ahead : {std::uint64_t{1}, std::uint64_t{1000}, UINT64_MAX / 2}) {
    for (const bool control : {true, false}) {
      Writer payload;
      payload.u16(1).u16(2).vector(room_.bytes()).u64(attorneys_epoch() + ahead);
      payload.u8(control ? 3 : 1).vector({}).vector(Buffer(28, 1)).vector(Buffer(600, 2));
      append(fresh(), control, payload.take());
    }
    expect_attorney_speaks();
  }
}

TEST_F(LyingMember, commits_against_the_roles_are_passed_over) {
  const auto self = relative_.device().disk().profile().value();
  const auto root = crypto::SignKeyPair::from_seed(self->root_seed.expose()).value().public_key();
  const auto epoch = attorneys_epoch();
  const auto now = std::chrono::floor<std::chrono::seconds>(world_.now());
  const auto commit = [&](const std::function<void(mls::CommitOptions&)>& choose) {
    auto group = keys();
    mls::CommitOptions options;
    options.force_path = true;
    choose(options);
    auto made = group.commit(options, now, world_.random());
    ASSERT_TRUE(made) << name(made.error().code);
    append(fresh(), true, std::move(made->commit));
  };
  commit([&](mls::CommitOptions& options) {
    auto roles = client::find_roles(keys().extensions()).value();
    roles[root] = client::Role::kManager;
    options.extensions = client::group_extensions(roles);
  });
  commit([&](mls::CommitOptions& options) {
    for (const auto& member : keys().members()) {
      if (member.index != keys().own_index()) options.remove.push_back(member.index);
    }
  });
  commit([&](mls::CommitOptions& options) { options.extensions = std::vector<mls::Extension>{}; });
  EXPECT_EQ(attorneys_epoch(), epoch);
  EXPECT_NE(room_of(attorney_, room_).state, RoomState::kClosed);
  EXPECT_EQ(room_of(attorney_, room_).members.size(), 2U);
  expect_attorney_speaks();
}

TEST_F(LyingMember, times_at_the_ends_of_the_scale_are_kept_within_it) {
  for (const std::int64_t at : {INT64_MIN, INT64_MAX, std::int64_t{-1}}) {
    auto act = text_act("when");
    act.sent_at = client::Time(std::chrono::milliseconds(at));
    const EntryId id = fresh();
    append(id, false, say(id, act));
    EXPECT_EQ(texts(attorney_, room_).back(), "when");
    EXPECT_GE(attorney_.history(room_).back().at, client::Time{});
  }
}

TEST_F(LyingMember, receipts_for_what_was_never_said_change_nothing) {
  const auto before = attorney_.history(room_);
  client::Act act;
  client::act::Receipt receipt;
  while (receipt.delivered.size() < client::kReceiptIdsMax) receipt.delivered.push_back(fresh());
  receipt.delivered[7] = before.back().id;  // the relative's own
  act.body = receipt;
  const EntryId id = fresh();
  append(id, false, say(id, act));
  const auto after = attorney_.history(room_);
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(after[i].state, before[i].state);
}

TEST_F(LyingMember, log_points_from_the_future_are_a_fork) {
  for (const std::uint64_t sequence : {UINT64_MAX, UINT64_MAX - 1, std::uint64_t{1} << 63}) {
    auto act = text_act("I have seen more");
    act.seen = client::LogPoint{sequence, {}};
    const EntryId id = fresh();
    append(id, false, say(id, act));
    EXPECT_EQ(room_of(attorney_, room_).state, RoomState::kFork);
    verify(attorney_, room_, true);
    world_.run_for(10s);
  }
}

}  // namespace
}  // namespace magpie::sim
