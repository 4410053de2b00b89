// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/sim/scenario.h"

#include <algorithm>

#include "tests/sim/liar.h"
#include "tests/sim/person.h"

namespace magpie::sim {
namespace {

using namespace std::chrono_literals;
using client::MessageState;

class Scenario {
 public:
  Scenario(std::uint64_t seed, std::ostream* trace) : world_(seed, trace) {
    auto& random = world_.random();
    guest_count_ = 1 + random.below(3);
    if (seed >= kFirstLyingSeed) liar_.emplace(world_, lies_);
    stranger_ = !liar_ && random.chance(300);
    people_.emplace_back(world_, world_.add_device("attorney"));
    for (std::size_t i = 1; i <= guest_count_; ++i) {
      people_.emplace_back(world_, world_.add_device("relative-" + std::to_string(i)));
    }
    if (stranger_) people_.emplace_back(world_, world_.add_device("stranger"));
  }

  std::string run() {
    world_.set_faults(draw_faults());
    const std::size_t steps = 40 + world_.random().below(60);
    for (std::size_t i = 0; i < steps && world_.violation().empty(); ++i) {
      something_happens();
      world_.run_for(Milliseconds(world_.random().below(1500)));
    }
    if (world_.violation().empty()) liar_ ? end_of_lies() : end_well();
    return world_.violation();
  }
  const LieCounts& lies() const { return lies_; }

 private:
  Person& attorney() { return people_.front(); }

  World::Faults draw_faults() {
    auto& random = world_.random();
    World::Faults faults;
    faults.device_crash_per_mille = random.chance(600) ? random.below(80) : 0;
    faults.relay_crash_per_mille = random.chance(400) ? random.below(40) : 0;
    faults.break_per_mille = random.chance(600) ? random.below(60) : 0;
    faults.delay_max = Milliseconds(1 + random.below(random.chance(200) ? 2000 : 100));
    faults.expected_doubt = liar_.has_value();
    return faults;
  }

  void something_happens() {
    auto& random = world_.random();
    Person& person = people_[random.below(people_.size())];
    switch (random.below(12)) {
      case 0:
        return world_.break_connections(person.device());
      case 1:
        return sleep_a_while(person.device());
      case 2:
        if (random.chance(150)) world_.crash_relay();
        if (liar_ && random.chance(150)) liar_->set_back();
        return;
      case 3:
      case 4:
        return get_introduced();
      case 5:
        if (stranger_ && !links_.empty()) people_.back().join(links_.back());
        return;
      default:
        person.create_profile();
        return write_something(person);
    }
  }

  // The lid of a laptop: what is in memory is gone.
  void sleep_a_while(Device& device) {
    if (!device.on()) return;
    world_.trace(device.name() + " sleeps");
    device.switch_off();
    world_.scheduler().after(Milliseconds(world_.random().below(20'000)), [this, &device] {
      if (device.on()) return;
      world_.trace(device.name() + " wakes");
      device.switch_on();
    });
  }

  void get_introduced() {
    for (Person& person : people_) person.create_profile();
    const auto waiting = attorney().waiting_links();
    for (const std::string& link : waiting) {
      if (std::ranges::find(links_, link) == links_.end()) links_.push_back(link);
    }
    if (links_.size() < guest_count_ && waiting.empty()) attorney().introduce();
    // The link of each relative is the one with their number; they try until they are in.
    for (std::size_t i = 0; i < std::min(links_.size(), guest_count_); ++i) {
      Person& guest = people_[i + 1];
      if (world_.random().chance(200)) guest.preview(links_[i]);
      if (world_.random().chance(500)) guest.join(links_[i]);
    }
  }

  void write_something(Person& person) {
    const auto rooms = person.conversations();
    if (rooms.empty()) return;
    for (std::uint64_t count = world_.random().below(4); count > 0; --count) {
      person.write(rooms[world_.random().below(rooms.size())]);
    }
  }

  // ---- when nothing fails any more

  void end_well() {
    world_.trace("from here on nothing fails");
    world_.set_faults(World::Faults{});
    world_.run_for(25s);  // who sleeps wakes
    for (int i = 0; i < 60 && !all_introduced() && world_.violation().empty(); ++i) {
      get_introduced();
      world_.run_for(2s);
    }
    for (Person& person : people_) {
      for (const client::RoomId& room : person.conversations()) person.write(room);
    }
    if (!world_.run_until_settled()) return world_.violate("does not come to rest");
    check_introductions();
    for (Person& person : people_) check_delivered(person);
    check_same_order();
    check_relay_is_empty();
  }

  bool all_introduced() {
    for (std::size_t i = 1; i <= guest_count_; ++i) {
      if (people_[i].conversations().empty() && !people_[i].told_used()) return false;
    }
    return true;
  }

  // Each link let in exactly one person, and only a stranger can have kept a relative out.
  void check_introductions() {
    std::size_t in = 0;
    for (std::size_t i = 1; i < people_.size(); ++i) in += people_[i].conversations().size();
    if (attorney().conversations().size() != in) {
      world_.violate("the attorney is in " + std::to_string(attorney().conversations().size()) +
                     " conversations, the others in " + std::to_string(in));
    }
    const bool stranger_in = stranger_ && !people_.back().conversations().empty();
    for (std::size_t i = 1; i <= guest_count_; ++i) {
      const bool in_room = !people_[i].conversations().empty();
      if (!in_room && !stranger_in) world_.violate(people_[i].device().name() + " was kept out");
      if (in_room && people_[i].told_used()) {
        world_.violate(people_[i].device().name() + " was told that the link was used, and is in");
      }
      if (!in_room && !attorney().knows_of_another()) {
        world_.violate("the attorney was not told that somebody else tried");
      }
    }
  }

  void check_delivered(Person& person) {
    std::map<std::string, int> seen;
    for (const client::RoomId& room : person.conversations()) {
      for (const client::MessageInfo& message : person.history(room)) {
        if (message.kind != client::MessageKind::kText) {
          world_.violate(person.device().name() + " sees a line that nobody wrote");
        }
        if (!message.self) continue;
        ++seen[message.text];
        if (message.state != MessageState::kDelivered) {
          world_.violate(message.text + " was not delivered in the end");
        }
      }
    }
    for (const auto& [text, count] : seen) {
      if (count != 1) world_.violate(text + " is there " + std::to_string(count) + " times");
      if (!person.accepted().contains(text) && !person.uncertain().contains(text)) {
        world_.violate(text + " was never written");
      }
    }
    for (const std::string& text : person.accepted()) {
      if (!seen.contains(text)) world_.violate(text + " was lost by its writer");
    }
  }

  // Both sides of a conversation show the same lines in the same order.
  void check_same_order() {
    for (const client::RoomId& room : attorney().conversations()) {
      std::vector<std::string> ours;
      for (const auto& message : attorney().history(room)) ours.push_back(message.text);
      for (std::size_t i = 1; i < people_.size(); ++i) {
        const auto rooms = people_[i].conversations();
        if (std::ranges::find(rooms, room) == rooms.end()) continue;
        std::vector<std::string> theirs;
        for (const auto& message : people_[i].history(room)) theirs.push_back(message.text);
        if (ours != theirs) world_.violate("two sides of a conversation differ");
        compare_groups(room, people_[i]);
      }
    }
  }

  void compare_groups(const client::RoomId& room, Person& other) {
    const auto one = attorney().device().engine().group_view(room);
    const auto two = other.device().engine().group_view(room);
    if (!one || !two || one->epoch != two->epoch ||
        one->epoch_authenticator != two->epoch_authenticator) {
      world_.violate("two members are not in the same epoch");
    }
  }

  // Deleted when read: what is left are the offers of introductions that still wait.
  void check_relay_is_empty() {
    std::uint64_t waiting = 0;
    for (const client::RoomInfo& room : attorney().rooms()) {
      waiting += room.kind == client::RoomKind::kIntroduction ? 1 : 0;
    }
    if (world_.relay().entries_kept() > waiting) {
      world_.violate("the relay keeps " + std::to_string(world_.relay().entries_kept()) +
                     " entries that all have read");
    }
  }

  // ---- when the relay lies no more

  // People decide to go on where they are told of doubt, and what they say from then on arrives.
  void end_of_lies() {
    world_.trace("from here on nobody lies");
    liar_->stop();
    World::Faults faults;
    faults.expected_doubt = true;
    world_.set_faults(faults);
    world_.run_for(25s);
    for (int i = 0; i < 4 && world_.violation().empty(); ++i) {
      for (Person& person : people_) world_.break_connections(person.device());
      world_.run_for(30s);
      for (Person& person : people_) go_on(person);
      world_.run_for(30s);
    }
    for (Person& person : people_) {
      for (const client::RoomId& room : person.conversations()) person.write(room);
    }
    if (!world_.run_until_settled()) return world_.violate("does not come to rest");
    for (Person& person : people_) check_kept(person);
    for (std::size_t i = 1; i < people_.size(); ++i) check_nobody_waits(people_[i]);
    for (const client::RoomId& room : attorney().conversations()) {
      for (std::size_t i = 1; i < people_.size(); ++i) {
        const auto rooms = people_[i].conversations();
        if (std::ranges::find(rooms, room) == rooms.end()) continue;
        check_direction(attorney(), people_[i], room);
        check_direction(people_[i], attorney(), room);
      }
    }
  }

  // Who joined is in the room with the attorney, or knows better. Against a relay that said to have
  // closed a room and opens it again, there is only that nothing is ever told as delivered.
  void check_nobody_waits(Person& guest) {
    const auto theirs = attorney().conversations();
    for (const client::RoomInfo& room : guest.rooms()) {
      if (room.state == client::RoomState::kWaiting) {
        world_.violate(guest.device().name() + " waits for ever to come in");
      }
      const bool together = std::ranges::find(theirs, room.id) != theirs.end();
      const bool told =
          guest.device().told_of_end(room.id) || guest.device().told_of_doubt(room.id);
      if (!together && !told && !closed_by_attorney(room.id)) {
        world_.violate(guest.device().name() + " is alone in a room and does not know it");
      }
    }
  }

  bool closed_by_attorney(const client::RoomId& room) {
    return std::ranges::any_of(attorney().device().events, [&](const client::Event& event) {
      const auto* gone = std::get_if<client::event::RoomGone>(&event);
      return gone != nullptr && gone->room == room;
    });
  }

  void go_on(Person& person) {
    for (const client::RoomInfo& room : person.rooms()) {
      const bool doubt =
          room.state == client::RoomState::kFork || room.state == client::RoomState::kGap;
      if (doubt) person.decide_to_go_on(room);
    }
  }

  // Nothing that was received is lost, or says something else now.
  void check_kept(Person& person) {
    std::map<client::EntryId, client::MessageInfo> now;
    for (const client::RoomInfo& room : person.rooms()) {
      for (auto& line : person.history(room.id)) now[line.id] = std::move(line);
    }
    for (const client::Event& event : person.device().events) {
      const auto* added = std::get_if<client::event::MessageAdded>(&event);
      if (added == nullptr || added->message.kind != client::MessageKind::kText) continue;
      const auto found = now.find(added->message.id);
      const bool kept = found != now.end() && found->second.text == added->message.text &&
                        found->second.from == added->message.from;
      if (!kept && !room_is_gone(person, added->message.room)) {
        world_.violate(person.device().name() + " has lost \"" + added->message.text + "\"");
      }
    }
  }

  // A relay can keep a guest from coming in at all.
  bool room_is_gone(Person& person, const client::RoomId& room) {
    return std::ranges::none_of(person.rooms(), [&](const auto& one) { return one.id == room; });
  }

  // What one wrote the other has once and in order, or one of them was told of doubt, and not that
  // it was delivered.
  void check_direction(Person& writer, Person& reader, const client::RoomId& room) {
    std::vector<std::string> read;
    for (const auto& line : reader.history(room)) {
      if (line.kind == client::MessageKind::kText && !line.self) read.push_back(line.text);
    }
    std::vector<std::string> written;
    const bool doubt = writer.device().told_of_doubt(room) || reader.device().told_of_doubt(room);
    for (const auto& line : writer.history(room)) {
      if (line.kind != client::MessageKind::kText || !line.self) continue;
      const auto times = std::ranges::count(read, line.text);
      if (times > 1) world_.violate(line.text + " is there more than once");
      if (times > 0) written.push_back(line.text);
      if (times == 0 && line.state == MessageState::kDelivered) {
        world_.violate(line.text + " was not delivered, as was told");
      }
      const bool said = line.state == MessageState::kRelay;
      if (times == 0 && said && !doubt) world_.violate(line.text + " is missing without a word");
    }
    if (read != written && !doubt) world_.violate("the order changed without a word");
  }

  World world_;
  LieCounts lies_{};
  std::optional<Liar> liar_;
  std::vector<Person> people_;
  std::size_t guest_count_ = 0;
  bool stranger_ = false;
  std::vector<std::string> links_;
};

}  // namespace

std::string run_scenario(std::uint64_t seed, std::ostream* trace, LieCounts* lies) {
  Scenario scenario(seed, trace);
  const std::string violation = scenario.run();
  for (std::size_t i = 0; lies != nullptr && i < lies->size(); ++i) {
    lies->at(i) += scenario.lies().at(i);
  }
  return violation;
}

}  // namespace magpie::sim
