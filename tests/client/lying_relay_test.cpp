// SPDX-License-Identifier: GPL-3.0-or-later
// A relay that lies: each lie is harmless or shown as doubt, and nothing received is lost.
#include "tests/client/engine_fixture.h"

namespace magpie::sim {
namespace {

namespace frames = client::frames;

class LyingRelay : public EngineTest {
 protected:
  /// Two people who have both spoken, so that nobody commits of itself for a week.
  client::RoomId talking() {
    expect_doubt();
    const auto room = meet();
    send(attorney_, room, "first of the attorney");
    world_.run_until_settled();
    send(relative_, room, "first of the relative");
    world_.run_until_settled();
    return room;
  }

  /// Changes the next entry of somebody else on its way to this person.
  void change_next_entry(Person& person, std::function<void(frames::Entry&)> change) {
    world_.tamper = [this, &person, change](Device& device, frames::ServerFrame& frame) {
      auto* entry = std::get_if<frames::Entry>(&frame);
      if (changed_ || &device != &person.device() || entry == nullptr || entry->own) return true;
      change(*entry);
      return changed_ = true;
    };
  }

  void restart(Person& person) {
    person.device().switch_off();
    person.device().switch_on();
    world_.run_for(10s);
  }

  std::uint64_t cursor(Person& person, const client::RoomId& room) {
    const auto rooms = person.device().disk().rooms().value();
    for (const auto& stored : rooms) {
      if (stored.room.room == room) return stored.room.cursor;
    }
    ADD_FAILURE() << "no such room";
    return 0;
  }

  MessageState state_of(Person& person, const client::RoomId& room, const std::string& text) {
    for (const auto& message : person.history(room)) {
      if (message.text == text) return message.state;
    }
    ADD_FAILURE() << text << " is not there";
    return {};
  }

  bool changed_ = false;
};

TEST_F(LyingRelay, numbers_without_a_successor_do_no_lasting_harm) {
  const auto room = talking();
  for (const std::uint64_t number : {UINT64_MAX, UINT64_MAX - 1, std::uint64_t{1} << 63}) {
    changed_ = false;
    change_next_entry(attorney_, [&](frames::Entry& entry) { entry.sequence = number; });
    send(relative_, room, "under a false number");
    world_.run_for(10s);
    ASSERT_TRUE(changed_);
    world_.invent(attorney_.device(), frames::CaughtUp{room, number});
    restart(attorney_);
    send(relative_, room, "after " + std::to_string(number));
    world_.run_for(10s);
    EXPECT_EQ(texts(attorney_, room).back(), "after " + std::to_string(number));
  }
}

TEST_F(LyingRelay, message_passed_off_as_a_control_entry_is_not_lost) {
  const auto room = talking();
  change_next_entry(attorney_, [](frames::Entry& entry) { entry.control = true; });
  send(relative_, room, "said once");
  world_.run_for(10s);
  ASSERT_TRUE(changed_);
  EXPECT_EQ(texts(attorney_, room).back(), "said once");
  send(relative_, room, "and again");
  world_.run_for(10s);
  EXPECT_EQ(texts(attorney_, room).back(), "and again");
  EXPECT_EQ(room_of(attorney_, room).state, RoomState::kFork);
}

TEST_F(LyingRelay, commit_passed_off_as_a_message_is_shown) {
  const auto room = talking();
  world_.run_for(24h * 8);
  change_next_entry(attorney_, [](frames::Entry& entry) { entry.control = false; });
  send(relative_, room, "a week later");
  world_.run_for(10s);
  ASSERT_TRUE(changed_);
  EXPECT_GE(count_events<event::Gap>(attorney_.device()), 1U);
}

TEST_F(LyingRelay, message_that_was_acknowledged_and_dropped_is_not_told_as_on_the_relay) {
  const auto room = talking();
  const std::uint64_t known = relative_.history(room).back().sequence;
  world_.tamper_up = [&](Device& device, frames::ClientFrame& frame) {
    const auto* append = std::get_if<frames::Append>(&frame.body);
    if (append == nullptr || &device != &relative_.device()) return true;
    world_.invent(device, frames::Answer{frame.correlation, frames::Appended{known}});
    return false;
  };
  send(relative_, room, "dropped");
  world_.run_for(10s);
  EXPECT_EQ(state_of(relative_, room, "dropped"), MessageState::kWaiting);
  EXPECT_EQ(room_of(relative_, room).state, RoomState::kFork);
}

TEST_F(LyingRelay, commit_that_was_acknowledged_and_dropped_leaves_nobody_alone) {
  const auto room = talking();
  const std::uint64_t known = relative_.history(room).back().sequence;
  const auto epoch = [&](Person& person) {
    return person.device().engine().group_view(room)->epoch;
  };
  world_.run_for(24h * 8);
  world_.tamper_up = [&](Device& device, frames::ClientFrame& frame) {
    const auto* append = std::get_if<frames::Append>(&frame.body);
    if (append == nullptr || !append->control || &device != &relative_.device()) return true;
    world_.invent(device, frames::Answer{frame.correlation, frames::Appended{known}});
    return false;
  };
  send(relative_, room, "a week later");
  world_.run_for(10s);
  EXPECT_EQ(epoch(relative_), epoch(attorney_));
  EXPECT_EQ(state_of(relative_, room, "a week later"), MessageState::kWaiting);
  EXPECT_EQ(room_of(relative_, room).state, RoomState::kFork);
}

TEST_F(LyingRelay, receipts_are_true_though_it_counts_differently_for_each) {
  const auto room = talking();
  const std::uint64_t last = relative_.history(room).back().sequence;
  // For the attorney every number is one higher, and of two messages the second never comes.
  int seen = 0;
  world_.tamper = [&](Device& device, frames::ServerFrame& frame) {
    auto* entry = std::get_if<frames::Entry>(&frame);
    if (&device != &attorney_.device() || entry == nullptr || entry->sequence <= last) return true;
    if (!entry->own && ++seen == 2) return false;
    entry->sequence += 1;
    return true;
  };
  send(relative_, room, "comes");
  send(relative_, room, "never comes");
  world_.run_for(60s);
  EXPECT_GE(seen, 2);
  EXPECT_EQ(state_of(relative_, room, "never comes"), MessageState::kRelay);
}

TEST_F(LyingRelay, histories_are_compared_again_after_both_missed_something) {
  const auto room = talking();
  bool hide_from_attorney = true;
  bool hide_from_relative = true;
  world_.tamper = [&](Device& device, frames::ServerFrame& frame) {
    const auto* entry = std::get_if<frames::Entry>(&frame);
    if (entry == nullptr || entry->own) return true;
    return !std::exchange(&device == &attorney_.device() ? hide_from_attorney : hide_from_relative,
                          false);
  };
  send(attorney_, room, "hidden from the relative");
  send(relative_, room, "hidden from the attorney");
  world_.run_for(1s);
  world_.tamper = nullptr;
  send(attorney_, room, "from here on");
  send(relative_, room, "all comes");
  ASSERT_TRUE(world_.run_until_settled());
  for (Person* person : {&attorney_, &relative_}) {
    EXPECT_GE(count_events<event::Gap>(person->device()), 1U);
    EXPECT_EQ(room_of(*person, room).state, RoomState::kOk);
  }
  change_next_entry(attorney_, [](frames::Entry& entry) { entry.payload.back() ^= 1; });
  send(relative_, room, "changed");
  send(relative_, room, "so that it shows");
  world_.run_for(10s);
  EXPECT_EQ(room_of(attorney_, room).state, RoomState::kFork);
}

TEST_F(LyingRelay, member_who_missed_entries_is_shown_to_the_other) {
  const auto room = talking();
  change_next_entry(attorney_, [](frames::Entry& entry) { ++entry.sequence; });
  send(relative_, room, "after a gap that never was");
  world_.run_for(10s);
  send(attorney_, room, "I missed something");
  world_.run_for(10s);
  const auto history = relative_.history(room);
  EXPECT_TRUE(std::ranges::any_of(history, [&](const auto& line) {
    return line.kind == MessageKind::kNote && line.text == "missed-entries" &&
           line.from == attorney_.device().engine().profile()->fingerprint;
  }));
}

TEST_F(LyingRelay, made_up_entry_before_a_true_one_is_found_at_once) {
  const auto room = talking();
  world_.invent(attorney_.device(),
                frames::Entry{room, cursor(attorney_, room) + 1,
                              world_.random().id<client::EntryId>(), true, false, Buffer(1024, 7)});
  world_.run_for(1s);
  send(relative_, room, "under the same number");
  world_.run_for(10s);
  EXPECT_EQ(room_of(attorney_, room).state, RoomState::kFork);
}

TEST_F(LyingRelay, log_that_was_set_back_goes_on_once_a_person_decides) {
  const auto room = talking();
  const std::size_t point = world_.relay().writes();
  send(relative_, room, "lost by the relay");
  send(relative_, room, "lost as well");
  ASSERT_TRUE(world_.run_until_settled());
  world_.relay().set_back(point);
  world_.crash_relay();
  world_.run_for(60s);
  EXPECT_EQ(texts(attorney_, room).back(), "lost as well");
  for (Person* person : {&attorney_, &relative_}) {
    EXPECT_EQ(room_of(*person, room).state, RoomState::kFork);
    EXPECT_EQ(send(*person, room, "not now"), Errc::kInDoubt);
    verify(*person, room, true);
  }
  world_.run_for(10s);
  EXPECT_EQ(send(relative_, room, "under an old number"), Errc{});
  EXPECT_EQ(send(attorney_, room, "and the answer"), Errc{});
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_EQ(state_of(relative_, room, "under an old number"), MessageState::kDelivered);
  EXPECT_EQ(state_of(attorney_, room, "and the answer"), MessageState::kDelivered);
  EXPECT_EQ(room_of(attorney_, room).state, RoomState::kOk);
}

TEST_F(LyingRelay, control_entry_that_was_made_up_stops_nobody_for_good) {
  const auto room = talking();
  change_next_entry(attorney_, [](frames::Entry& entry) { entry.control = true; });
  send(relative_, room, "is no control entry");
  world_.run_for(10s);
  world_.tamper = nullptr;
  EXPECT_EQ(room_of(attorney_, room).state, RoomState::kFork);
  verify(attorney_, room, true);
  EXPECT_EQ(send(attorney_, room, "goes on"), Errc{});
  world_.run_for(20s);
  EXPECT_EQ(state_of(attorney_, room, "goes on"), MessageState::kDelivered);
}

// ---- while somebody comes in

TEST_F(LyingRelay, guest_whose_welcome_was_changed_is_told) {
  expect_doubt();
  const auto introduction = introduce();
  world_.tamper_up = [&](Device& device, frames::ClientFrame& frame) {
    auto* append = std::get_if<frames::Append>(&frame.body);
    if (append != nullptr && append->control && &device == &relative_.device()) {
      append->payload[append->payload.size() / 4] ^= 1;
    }
    return true;
  };
  const auto joined = join(relative_, introduction->link);
  ASSERT_TRUE(joined);  // the relay's word
  world_.tamper_up = nullptr;
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_EQ(room_of(relative_, joined->room).state, RoomState::kClosed);
  EXPECT_EQ(attorney_.device().engine().introductions().front().state,
            client::IntroductionState::kEnded);
}

TEST_F(LyingRelay, guest_whose_welcome_is_passed_off_as_a_message_is_told) {
  expect_doubt();
  const auto introduction = introduce();
  change_next_entry(attorney_, [](frames::Entry& entry) { entry.control = false; });
  const auto joined = join(relative_, introduction->link);
  ASSERT_TRUE(joined && changed_);
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_EQ(room_of(relative_, joined->room).state, RoomState::kClosed);
}

TEST_F(LyingRelay, guest_whose_welcome_is_withheld_from_the_inviter_is_told) {
  expect_doubt();
  const auto introduction = introduce();
  world_.tamper = [&](Device& device, frames::ServerFrame& frame) {
    const auto* entry = std::get_if<frames::Entry>(&frame);
    return &device != &attorney_.device() || entry == nullptr || entry->sequence != 2;
  };
  const auto joined = join(relative_, introduction->link);
  ASSERT_TRUE(joined);
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_EQ(room_of(relative_, joined->room).state, RoomState::kClosed);
  EXPECT_EQ(attorney_.device().engine().introductions().front().state,
            client::IntroductionState::kEnded);
}

TEST_F(LyingRelay, welcome_that_was_acknowledged_and_dropped_is_sent_again) {
  const auto introduction = introduce();
  for (const std::uint64_t number : {1, 40}) {
    int dropped = 0;
    world_.tamper_up = [&](Device& device, frames::ClientFrame& frame) {
      const auto* append = std::get_if<frames::Append>(&frame.body);
      if (append == nullptr || &device != &relative_.device() || ++dropped > 1) return true;
      world_.invent(device, frames::Answer{frame.correlation, frames::Appended{number}});
      return false;
    };
    const auto link = number == 1 ? introduction->link : introduce()->link;
    Person& guest = number == 1 ? relative_ : other_;
    std::optional<Result<client::JoinedInfo>> joined;
    guest.device().run([&](Engine& engine) {
      engine.join({link, "", "name"}, world_.now(), [&](const auto& made) { joined = made; });
    });
    world_.run_for(10s);
    world_.break_connections(guest.device());
    world_.run_for(15s);
    ASSERT_TRUE(joined && *joined) << number;
    EXPECT_EQ(send(guest, (*joined)->room, "in"), Errc{});
    ASSERT_TRUE(world_.run_until_settled());
    EXPECT_EQ(texts(attorney_, (*joined)->room), (Texts{"in"}));
  }
}

TEST_F(LyingRelay, guest_who_was_denied_the_room_is_told_and_comes_in_later) {
  const auto introduction = introduce();
  // The Welcome is in the log, and its sender hears nothing of it for as long as somebody waits.
  bool silent = true;
  world_.tamper = [&](Device& device, frames::ServerFrame& frame) {
    if (&device != &relative_.device()) return true;
    auto* answer = std::get_if<frames::Answer>(&frame);
    const auto* entry = std::get_if<frames::Entry>(&frame);
    if (silent) {
      const bool appended =
          answer != nullptr && std::holds_alternative<frames::Appended>(answer->result);
      return !appended && (entry == nullptr || !entry->own);
    }
    if (answer != nullptr) answer->result = frames::Refusal{Errc::kNoSuchSlot, 0};
    return true;
  };
  EXPECT_EQ(join(relative_, introduction->link).error().code, Errc::kTimedOut);
  const auto room = relative_.rooms().front().id;
  EXPECT_EQ(room_of(relative_, room).state, RoomState::kWaiting);
  silent = false;
  world_.break_connections(relative_.device());
  world_.run_for(15s);
  EXPECT_EQ(room_of(relative_, room).state, RoomState::kClosed);
  EXPECT_EQ(send(relative_, room, "not now"), Errc::kNotFound);
  world_.tamper = nullptr;
  restart(relative_);
  EXPECT_EQ(room_of(relative_, room).state, RoomState::kOk);
  EXPECT_EQ(send(relative_, room, "in"), Errc{});
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_EQ(texts(attorney_, room), (Texts{"in"}));
}

TEST_F(LyingRelay, entries_that_were_made_up_before_the_welcome_keep_no_guest_out) {
  const auto introduction = introduce();
  bool first = true;
  world_.tamper = [&](Device& device, frames::ServerFrame& frame) {
    const auto* entry = std::get_if<frames::Entry>(&frame);
    if (entry == nullptr || &device != &relative_.device() || !entry->own) return true;
    if (!std::exchange(first, false)) return true;
    for (const std::uint64_t number : {2, 7}) {
      world_.invent(device,
                    frames::Entry{entry->room, number, world_.random().id<client::EntryId>(), false,
                                  false, Buffer(512, 7)});
    }
    world_.invent(device, *entry);
    return false;
  };
  const auto joined = join(relative_, introduction->link);
  ASSERT_TRUE(joined);
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_EQ(send(relative_, joined->room, "in"), Errc{});
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_EQ(texts(attorney_, joined->room), (Texts{"in"}));
  EXPECT_EQ(room_of(relative_, joined->room).state, RoomState::kOk);
}

TEST_F(LyingRelay, introduction_is_not_forgotten_before_the_relay_has_closed_it) {
  const auto introduction = introduce();
  world_.tamper_up = [&](Device& device, frames::ClientFrame& frame) {
    if (!std::holds_alternative<frames::CloseRoom>(frame.body)) return true;
    world_.invent(device,
                  frames::Answer{frame.correlation, frames::Refusal{Errc::kRelayStorage, 0}});
    return false;
  };
  attorney_.device().run([&](Engine& engine) {
    engine.cancel_introduction(introduction->room, world_.now(),
                               [](const auto& done) { EXPECT_TRUE(done); });
  });
  world_.run_for(5s);
  world_.tamper_up = nullptr;
  world_.run_for(120s);
  EXPECT_EQ(world_.relay().entries_kept(), 0U);
}

}  // namespace
}  // namespace magpie::sim
