// SPDX-License-Identifier: GPL-3.0-or-later
// Engines against the real hub, on a network that only fails where a test says so.
#include "client/core/introduction/guest.h"
#include "tests/client/engine_fixture.h"

namespace magpie::sim {
namespace {

TEST_F(EngineTest, two_people_are_introduced_and_talk) {
  const auto introduction = introduce();
  ASSERT_TRUE(introduction) << name(introduction.error().code);
  const auto offer = preview(relative_, introduction->link);
  ASSERT_TRUE(offer) << name(offer.error().code);
  EXPECT_EQ(offer->inviter, "Attorney");
  EXPECT_EQ(offer->greeting, "Write to me.");
  const auto joined = join(relative_, introduction->link);
  ASSERT_TRUE(joined) << name(joined.error().code);
  EXPECT_EQ(joined->inviter, "Attorney");
  EXPECT_EQ(joined->fingerprint, attorney_.device().engine().profile()->fingerprint);

  const auto room = joined->room;
  EXPECT_EQ(send(relative_, room, "hello"), Errc{});
  EXPECT_EQ(send(relative_, room, "안녕하세요"), Errc{});
  EXPECT_EQ(send(attorney_, room, "I am here"), Errc{});
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_EQ(texts(attorney_, room).size(), 3U);
  EXPECT_EQ(texts(attorney_, room), texts(relative_, room));
  for (Person* person : {&attorney_, &relative_}) {
    for (const auto& message : person->history(room)) {
      EXPECT_EQ(message.state, message.self ? MessageState::kDelivered : MessageState::kReceived);
    }
  }
  EXPECT_EQ(count_events<event::IntroductionUsed>(attorney_.device()), 1U);
  EXPECT_EQ(attorney_.device().engine().introductions().at(0).state,
            client::IntroductionState::kUsed);
  EXPECT_EQ(attorney_.device().engine().introductions().at(0).link, "");
}

TEST_F(EngineTest, send_names_its_message_when_a_receipt_goes_along) {
  const auto room = meet();
  EXPECT_EQ(send(attorney_, room, "hello"), Errc{});
  // Until it is there, and its receipt is due but not yet made.
  for (int i = 0; i < 100 && texts(relative_, room).empty(); ++i) world_.run_for(100ms);
  ASSERT_EQ(texts(relative_, room), Texts{"hello"});
  std::optional<client::EntryId> named;
  relative_.device().run([&](Engine& engine) {
    engine.send(room, "I am here", 0, world_.now() + 3s,
                [&](const auto& sent) { named = sent.value(); });
  });
  EXPECT_EQ(named, relative_.history(room).back().id);
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_EQ(named, relative_.history(room).back().id);
  EXPECT_EQ(texts(attorney_, room), (Texts{"hello", "I am here"}));
}

TEST_F(EngineTest, both_know_each_other_verified_and_with_one_safety_number) {
  const auto room = meet();
  const auto at_attorney = room_of(attorney_, room);
  const auto at_relative = room_of(relative_, room);
  EXPECT_EQ(at_attorney.title, "Lee");
  EXPECT_EQ(at_relative.title, "Attorney");
  ASSERT_EQ(at_attorney.members.size(), 2U);
  ASSERT_EQ(at_relative.members.size(), 2U);
  EXPECT_EQ(at_attorney.members[1].name, "Relative");
  EXPECT_TRUE(at_attorney.members[1].introduced);
  EXPECT_TRUE(at_relative.members[1].introduced);
  EXPECT_FALSE(at_relative.members[1].numbers_compared);
  EXPECT_EQ(at_attorney.members[0].role, client::Role::kManager);
  EXPECT_EQ(at_relative.members[0].role, client::Role::kMember);
  const auto one =
      attorney_.device().engine().safety_number(room, at_attorney.members[1].fingerprint);
  const auto two =
      relative_.device().engine().safety_number(room, at_relative.members[1].fingerprint);
  EXPECT_EQ(one.value(), two.value());
  verify(relative_, room, true);
  EXPECT_TRUE(room_of(relative_, room).members[1].numbers_compared);
}

TEST_F(EngineTest, guest_may_write_as_soon_as_joining_is_done) {
  const auto introduction = introduce();
  client::JoinRequest request{introduction.value().link, "", "name"};
  std::optional<Errc> outcome;
  relative_.device().run([&](Engine& engine) {
    engine.join(request, world_.now(), [&](const auto& joined) {
      relative_.device().engine().send(
          joined.value().room, "first", 0, world_.now(),
          [&](const auto& sent) { outcome = sent ? Errc{} : sent.error().code; });
    });
  });
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_EQ(outcome, Errc{});
  EXPECT_EQ(texts(attorney_, introduction->room), Texts{"first"});
}

TEST_F(EngineTest, inviter_may_be_asleep) {
  const auto introduction = introduce();
  attorney_.device().switch_off();
  const auto joined = join(relative_, introduction->link);
  ASSERT_TRUE(joined);
  EXPECT_EQ(send(relative_, joined->room, "one"), Errc{});
  EXPECT_EQ(send(relative_, joined->room, "two"), Errc{});
  world_.run_for(24h);
  attorney_.device().switch_on();
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_EQ(texts(attorney_, joined->room), (Texts{"one", "two"}));
  EXPECT_EQ(room_of(attorney_, joined->room).unread, 2U);
}

TEST_F(EngineTest, second_use_of_a_link_is_told_to_both) {
  const auto introduction = introduce();
  ASSERT_TRUE(join(relative_, introduction->link));
  EXPECT_EQ(join(other_, introduction->link).error().code, Errc::kIntroductionUsed);
  EXPECT_TRUE(other_.rooms().empty());
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_EQ(count_events<event::IntroductionTriedAgain>(attorney_.device()), 1U);
  EXPECT_EQ(attorney_.device().engine().introductions().at(0).attempts, 1U);
}

TEST_F(EngineTest, link_alone_opens_nothing_where_a_pin_is_needed) {
  const auto introduction = introduce("4711");
  ASSERT_TRUE(introduction);
  EXPECT_EQ(preview(relative_, introduction->link).error().code, Errc::kDecryptFailed);
  EXPECT_EQ(preview(relative_, introduction->link, "4712").error().code, Errc::kDecryptFailed);
  EXPECT_TRUE(preview(relative_, introduction->link, "4711"));
  EXPECT_TRUE(join(relative_, introduction->link, " 47 11 "));
}

TEST_F(EngineTest, own_and_joined_links_are_recognised) {
  const auto introduction = introduce();
  EXPECT_EQ(join(attorney_, introduction->link).error().code, Errc::kExists);
  ASSERT_TRUE(join(relative_, introduction->link));
  EXPECT_EQ(join(relative_, introduction->link).error().code, Errc::kExists);
  EXPECT_EQ(join(relative_, "nonsense").error().code, Errc::kBadLink);
}

TEST_F(EngineTest, expired_introduction_ends_on_both_sides) {
  const auto introduction = introduce("", 2h);
  world_.run_for(3h);
  EXPECT_EQ(attorney_.device().engine().introductions().at(0).state,
            client::IntroductionState::kEnded);
  EXPECT_TRUE(attorney_.rooms().empty());
  EXPECT_EQ(join(relative_, introduction->link).error().code, Errc::kIntroductionEnded);
  EXPECT_EQ(world_.relay().entries_kept(), 0U);
}

TEST_F(EngineTest, cancelled_introduction_is_closed_at_the_relay) {
  const auto introduction = introduce();
  attorney_.device().run([&](Engine& engine) {
    engine.cancel_introduction(introduction->room, world_.now(),
                               [](const auto& done) { EXPECT_TRUE(done); });
  });
  world_.run_for(10s);
  EXPECT_EQ(join(relative_, introduction->link).error().code, Errc::kIntroductionEnded);
  EXPECT_EQ(world_.relay().entries_kept(), 0U);
}

TEST_F(EngineTest, introduction_without_a_relay_leaves_nothing) {
  world_.relay().stop();
  EXPECT_EQ(introduce().error().code, Errc::kUnreachable);
  EXPECT_TRUE(attorney_.device().engine().introductions().empty());
  EXPECT_TRUE(attorney_.rooms().empty());
  world_.relay().start();
  EXPECT_TRUE(introduce());
}

TEST_F(EngineTest, link_is_not_shown_before_the_relay_has_its_room) {
  bool answers = false;
  world_.tamper = [&](Device&, client::frames::ServerFrame& frame) {
    return answers || std::holds_alternative<client::frames::Greeting>(frame);
  };
  std::string link;
  attorney_.device().run([&](Engine& engine) {
    engine.introduce({"Lee", "", "", 168h}, world_.now(), [&](const auto& made) {
      if (made) link = made->link;
    });
  });
  world_.run_for(10s);
  ASSERT_EQ(attorney_.device().engine().introductions().size(), 1U);
  EXPECT_EQ(attorney_.device().engine().introductions().front().link, "");
  answers = true;
  world_.break_connections(attorney_.device());
  world_.run_for(15s);
  EXPECT_NE(link, "");
  EXPECT_EQ(attorney_.device().engine().introductions().front().link, link);
  EXPECT_GE(count_events<event::IntroductionChanged>(attorney_.device()), 1U);
}

TEST_F(EngineTest, nothing_is_written_into_a_room_that_is_still_being_joined) {
  const auto introduction = introduce();
  // The Welcome arrives, and nothing tells so.
  world_.tamper = [&](Device& device, client::frames::ServerFrame& frame) {
    const auto* entry = std::get_if<client::frames::Entry>(&frame);
    const auto* answer = std::get_if<client::frames::Answer>(&frame);
    const bool appended =
        answer != nullptr && std::holds_alternative<client::frames::Appended>(answer->result);
    return &device != &relative_.device() || !(appended || (entry != nullptr && entry->own));
  };
  std::optional<Result<client::JoinedInfo>> joined;
  relative_.device().run([&](Engine& engine) {
    engine.join({introduction->link, "", "name"}, world_.now(),
                [&](const auto& result) { joined = result; });
  });
  world_.run_for(10s);
  ASSERT_EQ(relative_.rooms().size(), 1U);
  const auto room = relative_.rooms().front().id;
  EXPECT_EQ(send(relative_, room, "too early"), Errc::kNotFound);
  EXPECT_FALSE(joined);
  world_.tamper = nullptr;
  world_.break_connections(relative_.device());
  world_.run_for(15s);
  ASSERT_TRUE(joined && *joined);
  EXPECT_EQ(send(relative_, room, "now"), Errc{});
}

TEST_F(EngineTest, messages_wait_for_the_relay_and_go_once) {
  const auto room = meet();
  world_.crash_relay();
  world_.relay().stop();
  EXPECT_EQ(send(relative_, room, "one"), Errc{});
  EXPECT_EQ(send(relative_, room, "two"), Errc{});
  EXPECT_EQ(relative_.history(room).at(0).state, MessageState::kWaiting);
  relative_.device().switch_off();
  relative_.device().switch_on();
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_EQ(texts(attorney_, room), (Texts{"one", "two"}));
}

TEST_F(EngineTest, devices_update_their_keys_when_they_first_speak_and_after_a_week) {
  const auto room = meet();
  const auto epoch = [&] { return attorney_.device().engine().group_view(room)->epoch; };
  const auto joined_epoch = epoch();
  send(attorney_, room, "first words");
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_EQ(epoch(), joined_epoch + 1);
  send(attorney_, room, "more words");
  send(relative_, room, "words of one who made the group");
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_EQ(epoch(), joined_epoch + 1);
  world_.run_for(24h * 7);
  send(relative_, room, "a week later");
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_GE(epoch(), joined_epoch + 2);
}

TEST_F(EngineTest, expired_entries_are_shown_as_a_gap_and_the_room_goes_on) {
  expect_doubt();
  const auto room = meet();
  send(attorney_, room, "before");
  ASSERT_TRUE(world_.run_until_settled());
  relative_.device().switch_off();
  send(attorney_, room, "lost one");
  send(attorney_, room, "lost two");
  world_.run_for(24h * 32);
  world_.relay().expire();
  relative_.device().switch_on();
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_EQ(texts(relative_, room), (Texts{"before", "gap of 2"}));
  EXPECT_EQ(count_events<event::Gap>(relative_.device()), 1U);
  EXPECT_EQ(room_of(relative_, room).state, RoomState::kGap);
}

TEST_F(EngineTest, changed_payload_is_found_and_stops_sending_until_a_person_decides) {
  expect_doubt();
  const auto room = meet();
  send(relative_, room, "one");
  ASSERT_TRUE(world_.run_until_settled());
  bool changed = false;
  world_.tamper = [&](Device& device, client::frames::ServerFrame& frame) {
    auto* entry = std::get_if<client::frames::Entry>(&frame);
    if (changed || &device != &attorney_.device() || entry == nullptr || entry->own) return true;
    entry->payload.back() ^= 1;
    return changed = true;
  };
  send(relative_, room, "two");
  world_.run_for(10s);
  ASSERT_TRUE(changed);
  EXPECT_EQ(texts(attorney_, room), (Texts{"one", "gap of 1"}));
  send(relative_, room, "three");
  world_.run_for(10s);
  EXPECT_EQ(texts(attorney_, room), (Texts{"one", "gap of 1", "three"}));
  EXPECT_EQ(count_events<event::Fork>(attorney_.device()), 1U);
  EXPECT_EQ(room_of(attorney_, room).state, RoomState::kFork);
  EXPECT_EQ(send(attorney_, room, "not now"), Errc::kInDoubt);
  attorney_.device().switch_off();
  attorney_.device().switch_on();
  EXPECT_EQ(send(attorney_, room, "nor after a restart"), Errc::kInDoubt);

  verify(attorney_, room, true);
  EXPECT_EQ(send(attorney_, room, "they say it is well"), Errc{});
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_EQ(texts(relative_, room).back(), "they say it is well");
}

TEST_F(EngineTest, relay_that_was_set_back_is_found) {
  expect_doubt();
  const auto room = meet();
  send(relative_, room, "one");
  ASSERT_TRUE(world_.run_until_settled());
  world_.tamper = [&](Device& device, client::frames::ServerFrame& frame) {
    auto* answer = std::get_if<client::frames::Answer>(&frame);
    auto* attached =
        answer == nullptr ? nullptr : std::get_if<client::frames::Attached>(&answer->result);
    if (attached != nullptr && &device == &attorney_.device()) attached->head -= 1;
    return true;
  };
  world_.break_connections(attorney_.device());
  world_.run_for(10s);
  EXPECT_EQ(room_of(attorney_, room).state, RoomState::kFork);
}

TEST_F(EngineTest, relay_that_hides_an_entry_is_found) {
  expect_doubt();
  const auto room = meet();
  send(attorney_, room, "so that both have spoken");
  ASSERT_TRUE(world_.run_until_settled());
  std::uint64_t hidden = 0;
  world_.tamper = [&](Device& device, client::frames::ServerFrame& frame) {
    auto* entry = std::get_if<client::frames::Entry>(&frame);
    if (&device != &attorney_.device() || entry == nullptr) return true;
    if (hidden == 0 && !entry->own) {
      hidden = entry->sequence;
      return false;
    }
    if (hidden != 0) entry->sequence -= 1;  // as if it had never been
    return true;
  };
  send(relative_, room, "hidden");
  send(relative_, room, "shown");
  world_.run_for(10s);
  EXPECT_EQ(texts(attorney_, room), (Texts{"so that both have spoken", "shown"}));
  EXPECT_EQ(room_of(attorney_, room).state, RoomState::kFork);
}

TEST_F(EngineTest, relay_that_passes_off_an_entry_as_ones_own_is_found) {
  expect_doubt();
  const auto room = meet();
  send(attorney_, room, "so that both have spoken");
  ASSERT_TRUE(world_.run_until_settled());
  bool swallowed = false;
  world_.tamper = [&](Device& device, client::frames::ServerFrame& frame) {
    auto* entry = std::get_if<client::frames::Entry>(&frame);
    if (swallowed || &device != &attorney_.device() || entry == nullptr || entry->own) return true;
    entry->own = true;
    entry->payload.clear();
    return swallowed = true;
  };
  send(relative_, room, "swallowed");
  world_.run_for(10s);
  ASSERT_TRUE(swallowed);
  EXPECT_EQ(texts(attorney_, room), (Texts{"so that both have spoken", "gap of 1"}));
  EXPECT_EQ(room_of(attorney_, room).state, RoomState::kFork);
  EXPECT_EQ(send(attorney_, room, "not now"), Errc::kInDoubt);
}

TEST_F(EngineTest, numbers_that_differ_pause_sending) {
  expect_doubt();
  const auto room = meet();
  verify(relative_, room, false);
  EXPECT_EQ(room_of(relative_, room).state, RoomState::kChanged);
  EXPECT_FALSE(room_of(relative_, room).members[1].verified);
  EXPECT_EQ(send(relative_, room, "not now"), Errc::kInDoubt);
  verify(relative_, room, true);
  EXPECT_EQ(send(relative_, room, "now"), Errc{});
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_EQ(texts(attorney_, room), (Texts{"now"}));
}

TEST_F(EngineTest, texts_out_of_bounds_are_refused) {
  const auto room = meet();
  EXPECT_EQ(send(relative_, room, ""), Errc::kUsage);
  EXPECT_EQ(send(relative_, room, "\xFF"), Errc::kUsage);
  EXPECT_EQ(send(relative_, room, std::string(60'001, 'x')), Errc::kTooLarge);
  EXPECT_EQ(send(relative_, room, std::string(60'000, 'x')), Errc{});
  EXPECT_EQ(send(relative_, client::RoomId{}, "x"), Errc::kNotFound);
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_EQ(texts(attorney_, room).at(0).size(), 60'000U);
}

TEST_F(EngineTest, frames_that_fit_nothing_change_nothing) {
  const auto room = meet();
  send(relative_, room, "before");
  ASSERT_TRUE(world_.run_until_settled());
  test::SeededRandom random(7);
  const auto address = world_.relay().address();
  for (int i = 0; i < 2000; ++i) {
    const auto which = random.chance(500) ? room : random.id<client::RoomId>();
    client::frames::ServerFrame frame;
    switch (random.below(4)) {
      case 0:
        frame = client::frames::Answer{random.below(50), client::frames::Appended{random.below(9)}};
        break;
      case 1:
        frame = client::frames::Entry{which,
                                      which == room ? 0 : random.below(5),
                                      random.id<client::EntryId>(),
                                      random.chance(500),
                                      random.chance(500),
                                      Buffer(600, 1)};
        break;
      case 2:
        frame = client::frames::CaughtUp{which, random.below(5)};
        break;
      default:
        frame = client::frames::Answer{random.below(50),
                                       client::frames::Refusal{Errc::kStale, random.below(9)}};
    }
    for (Person* person : {&attorney_, &relative_, &other_}) {
      person->device().run([&](Engine& engine) { engine.received(address, frame, world_.now()); });
    }
  }
  send(attorney_, room, "after");
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_EQ(texts(relative_, room), (Texts{"before", "after"}));
}

TEST_F(EngineTest, clock_that_is_set_back_puts_nothing_off) {
  meet();
  world_.relay().stop();
  world_.break_connections(attorney_.device());
  world_.run_for(60s);
  attorney_.device().run([&](Engine& engine) {
    const auto earlier = world_.now() - 9h;
    engine.tick(earlier);
    EXPECT_LE(engine.next_tick(), earlier + 61s);
  });
}

TEST_F(EngineTest, everything_else_goes_on_while_a_pin_is_stretched) {
  const auto room = meet();
  std::vector<std::function<void()>> stretching;
  attorney_.device().later = [&](auto work) { stretching.push_back(std::move(work)); };
  std::optional<Result<client::IntroductionInfo>> made;
  attorney_.device().run([&](Engine& engine) {
    engine.introduce({"Park", "", "4711", 168h}, world_.now(),
                     [&](const auto& result) { made = result; });
  });
  ASSERT_EQ(stretching.size(), 1U);
  EXPECT_EQ(send(attorney_, room, "meanwhile"), Errc{});
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_EQ(texts(relative_, room), (Texts{"meanwhile"}));
  EXPECT_FALSE(made);
  attorney_.device().run([&](Engine&) { stretching.front()(); });
  ASSERT_TRUE(world_.run_until_settled());
  ASSERT_TRUE(made && *made);
  EXPECT_TRUE(join(other_, (*made)->link, "4711"));
}

TEST_F(EngineTest, drafts_are_kept_for_each_room_until_they_are_empty) {
  const auto room = meet();
  const auto save = [&](const client::RoomId& where, std::string text) {
    Errc code{};
    attorney_.device().run([&](Engine& engine) {
      engine.save_draft(where, std::move(text),
                        [&](const auto& saved) { code = saved ? Errc{} : saved.error().code; });
    });
    return code;
  };
  const auto drafts = [&] { return attorney_.device().engine().drafts().value(); };
  EXPECT_EQ(save(room, "half a sentence"), Errc{});
  attorney_.device().switch_off();
  attorney_.device().switch_on();
  ASSERT_EQ(drafts().size(), 1U);
  EXPECT_EQ(drafts().front().room, room);
  EXPECT_EQ(drafts().front().text, "half a sentence");
  EXPECT_EQ(save(client::RoomId{}, "of no room"), Errc::kNotFound);
  EXPECT_EQ(save(room, "\xff"), Errc::kUsage);
  EXPECT_EQ(save(room, std::string((1 << 20) + 1, 'x')), Errc::kTooLarge);
  EXPECT_EQ(drafts().size(), 1U);
  EXPECT_EQ(save(room, ""), Errc{});
  EXPECT_TRUE(drafts().empty());
}

TEST_F(EngineTest, failing_disk_stops_everything) {
  class FailingStorage final : public client::MemoryStorage {
   public:
    Result<void> apply(const client::Changes& changes) override {
      if (failing) return fail(Errc::kDiskFull, "test");
      return MemoryStorage::apply(changes);
    }
    bool failing = false;
  };
  class Host final : public client::EngineHost {
   public:
    void connect(const client::RelayAddress&) override { ++connected; }
    void disconnect(const client::RelayAddress&) override { --connected; }
    void send(const client::RelayAddress&, client::frames::ClientFrame) override { ++sent; }
    void derive_keys(Secret, std::string,
                     std::function<void(Result<client::IntroductionKeys>)>) override {}
    void emit(client::Event event) override { events.push_back(std::move(event)); }
    int connected = 0;
    int sent = 0;
    std::vector<client::Event> events;
  };
  FailingStorage storage;
  Host host;
  test::SeededRandom random(1);
  Engine engine(storage, random, host);
  const auto address = world_.relay().address();
  ASSERT_TRUE(engine.start(world_.now()));
  engine.create_profile("A", address, [](const auto& made) { EXPECT_TRUE(made); });
  storage.failing = true;
  Errc code{};
  const auto keep = [&](const auto& made) { code = made ? Errc{} : made.error().code; };
  engine.introduce({}, world_.now(), keep);
  EXPECT_EQ(code, Errc::kStorage);
  EXPECT_EQ(host.sent, 0);
  EXPECT_EQ(host.connected, 0);
  ASSERT_FALSE(host.events.empty());
  EXPECT_TRUE(std::holds_alternative<event::Stopped>(host.events.back()));
  storage.failing = false;
  engine.introduce({}, world_.now(), keep);
  EXPECT_EQ(code, Errc::kStorage);
  EXPECT_EQ(engine.next_tick(), Time::max());
}

}  // namespace
}  // namespace magpie::sim
