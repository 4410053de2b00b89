// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sim/person.h"

namespace magpie::sim {

using namespace std::chrono_literals;
using client::Engine;
using client::MessageKind;
using client::MessageState;
using client::RoomState;
namespace event = client::event;

template <class T>
std::size_t count_events(Device& device) {
  return static_cast<std::size_t>(std::ranges::count_if(
      device.events, [](const auto& event) { return std::holds_alternative<T>(event); }));
}

/// Three people with an engine each against the real hub, on a network that only fails where a test
/// says so.
class EngineTest : public ::testing::Test {
 protected:
  EngineTest()
      : world_(1, nullptr),
        attorney_(world_, world_.add_device("Attorney")),
        relative_(world_, world_.add_device("Relative")),
        other_(world_, world_.add_device("Other")) {
    attorney_.create_profile();
    relative_.create_profile();
    other_.create_profile();
  }
  ~EngineTest() override { EXPECT_EQ(world_.violation(), ""); }

  /// Gaps and forks are what the test is about.
  void expect_doubt() {
    World::Faults faults;
    faults.expected_doubt = true;
    world_.set_faults(faults);
  }

  Result<client::IntroductionInfo> introduce(std::string pin = "",
                                             std::chrono::hours lifetime = 168h) {
    std::optional<Result<client::IntroductionInfo>> made;
    client::IntroduceRequest request{"Lee", "Write to me.", std::move(pin), lifetime};
    attorney_.device().run([&](Engine& engine) {
      engine.introduce(request, world_.now(), [&](const auto& result) { made = result; });
    });
    world_.run_for(40s);
    return made.value_or(fail(Errc::kTimedOut, "test"));
  }

  Result<client::JoinedInfo> join(Person& person, const std::string& link, std::string pin = "") {
    std::optional<Result<client::JoinedInfo>> joined;
    client::JoinRequest request{link, std::move(pin), "name"};
    person.device().run([&](Engine& engine) {
      engine.join(request, world_.now(), [&](const auto& result) { joined = result; });
    });
    world_.run_for(40s);
    return joined.value_or(fail(Errc::kTimedOut, "test"));
  }

  Result<client::OfferInfo> preview(Person& person, const std::string& link, std::string pin = "") {
    std::optional<Result<client::OfferInfo>> seen;
    person.device().run([&](Engine& engine) {
      engine.preview(link, std::move(pin), world_.now(),
                     [&](const auto& result) { seen = result; });
    });
    world_.run_for(40s);
    return seen.value_or(fail(Errc::kTimedOut, "test"));
  }

  /// What the person's device has of a room on its disk.
  static client::StoredRoom stored(Person& person, const client::RoomId& id) {
    auto rooms = person.device().disk().rooms().value();
    for (auto& room : rooms) {
      if (room.room.room == id) return std::move(room);
    }
    ADD_FAILURE() << "no such room";
    return {};
  }

  client::RoomId meet() {
    const auto introduction = introduce();
    const auto joined = join(relative_, introduction.value().link);
    world_.run_until_settled();
    return joined.value().room;
  }

  Errc send(Person& person, const client::RoomId& room, const std::string& text) {
    Errc code{};
    person.device().run([&](Engine& engine) {
      engine.send(room, text, 0, world_.now(),
                  [&](const auto& sent) { code = sent ? Errc{} : sent.error().code; });
    });
    return code;
  }

  void verify(Person& person, const client::RoomId& room, bool matches) {
    const auto whom = room_of(person, room).members.at(1).fingerprint;
    person.device().run([&](Engine& engine) {
      engine.verify(room, whom, matches, [](const auto& done) { EXPECT_TRUE(done); });
    });
  }

  client::RoomInfo room_of(Person& person, const client::RoomId& room) {
    const auto rooms = person.rooms();
    const auto found = std::ranges::find(rooms, room, &client::RoomInfo::id);
    EXPECT_NE(found, rooms.end());
    return found == rooms.end() ? client::RoomInfo{} : *found;
  }

  std::vector<std::string> texts(Person& person, const client::RoomId& room) {
    std::vector<std::string> texts;
    for (const auto& message : person.history(room)) {
      texts.push_back(message.kind == MessageKind::kGap
                          ? "gap of " + std::to_string(message.gap_count)
                          : message.text);
    }
    return texts;
  }

  using Texts = std::vector<std::string>;
  World world_;
  Person attorney_;
  Person relative_;
  Person other_;
};

}  // namespace magpie::sim
