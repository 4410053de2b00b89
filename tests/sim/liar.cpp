// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/sim/liar.h"

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"

namespace magpie::sim {
namespace {

namespace frames = client::frames;
using client::EntryId;
using client::RoomId;

constexpr std::size_t kSaidMax = 40;
constexpr std::uint64_t kWithholdPerMille = 80;  // of Welcomes, which are few

constexpr std::array kCodes = {Errc::kNoSuchSlot,  Errc::kSlotExchanged, Errc::kBadSignature,
                               Errc::kNotAttached, Errc::kNoRight,       Errc::kStale,
                               Errc::kRoomExists,  Errc::kIdReused,      Errc::kLimit,
                               Errc::kNotInvited,  Errc::kRelayStorage};

bool is_welcome(Bytes payload) {
  constexpr std::uint16_t kWelcome = 3;  // RFC 9420 §17.2
  Reader reader(payload);
  const auto version = reader.u16();
  const auto wire_format = reader.u16();
  return version && wire_format && *wire_format == kWelcome;
}

}  // namespace

std::string_view name(Lie lie) {
  constexpr std::array<std::string_view, static_cast<std::size_t>(Lie::kCount)> kNames = {
      "drop",       "replay",           "reorder",  "fork",        "alter",          "inject",
      "swap rooms", "withhold Welcome", "set back", "answer late", "answer falsely", "garbage"};
  return kNames.at(static_cast<std::size_t>(lie));
}

Liar::Liar(World& world, LieCounts& counts)
    : world_(world), counts_(counts), per_mille_(3 + world.random().below(40)) {
  world_.tamper = [this](Device& device, frames::ServerFrame& frame) {
    return down(device, frame);
  };
  world_.tamper_up = [this](Device& device, frames::ClientFrame& frame) {
    return up(device, frame);
  };
}

void Liar::stop() { world_.tamper = nullptr, world_.tamper_up = nullptr; }

bool Liar::tells(Lie lie) {
  ++counts_.at(static_cast<std::size_t>(lie));
  world_.trace("lie: " + std::string(name(lie)));
  return true;
}

void Liar::set_back() {
  const std::size_t writes = world_.relay().writes();
  if (!world_.relay().up() || writes == 0) return;
  tells(Lie::kSetBack);
  world_.relay().set_back(writes - world_.random().below(std::min<std::size_t>(writes, 30)));
  world_.crash_relay();
}

std::uint64_t Liar::some_number(std::uint64_t near) {
  auto& random = world_.random();
  switch (random.below(8)) {
    case 0:
      return UINT64_MAX - random.below(3);
    case 1:
      return (std::uint64_t{1} << 63) - random.below(3);
    case 2:
      return random.below(near + 1);
    default:
      return near + random.below(7) < 3 ? 0 : near + random.below(7) - 3;
  }
}

RoomId Liar::some_room(Device& device) {
  const auto rooms = device.on() ? device.engine().rooms() : std::vector<client::RoomInfo>();
  return rooms.empty() ? world_.random().id<RoomId>()
                       : rooms[world_.random().below(rooms.size())].id;
}

void Liar::remember(const Entry& entry) {
  if (entry.own) return;
  said_.push_back(entry);
  if (said_.size() > kSaidMax) said_.pop_front();
}

// ---- what it says

bool Liar::down(Device& device, frames::ServerFrame& frame) {
  auto& random = world_.random();
  if (held_back_.contains(device.index()) && random.chance(500)) {
    world_.invent(device, std::move(held_back_.extract(device.index()).mapped()));
    tells(Lie::kReorder);
  }
  auto* entry = std::get_if<Entry>(&frame);
  if (entry != nullptr) {
    remember(*entry);
    if (withholds(device, *entry)) return false;
    if (finish_fork(device, *entry)) return true;
  }
  if (!random.chance(per_mille_)) return true;
  if (random.chance(100)) send_garbage(device);
  if (entry != nullptr) return lie(device, *entry);
  if (auto* answer = std::get_if<Answer>(&frame)) return lie(device, *answer);
  if (auto* caught_up = std::get_if<frames::CaughtUp>(&frame)) {
    tells(Lie::kAlter);
    caught_up->through = some_number(caught_up->through);
  }
  return !random.chance(100) || !tells(Lie::kDrop);
}

bool Liar::withholds(Device& device, const Entry& entry) {
  if (entry.own || device.index() != 0 || !is_welcome(entry.payload)) return false;
  const auto [at, is_new] = welcomes_.try_emplace(entry.entry_id, false);
  if (is_new) at->second = world_.random().chance(kWithholdPerMille);
  return at->second && tells(Lie::kWithholdWelcome);
}

// The second of two: this device has them the other way round.
bool Liar::finish_fork(Device& device, Entry& entry) {
  const auto found = forked_.find(device.index());
  if (found == forked_.end()) return false;
  Entry first = std::move(found->second);
  forked_.erase(found);
  if (first.room != entry.room || first.sequence + 1 != entry.sequence) return false;
  std::swap(first.sequence, entry.sequence);
  world_.invent(device, std::move(first));
  return tells(Lie::kFork);
}

bool Liar::lie(Device& device, Entry& entry) {
  switch (world_.random().below(10)) {
    case 0:
    case 1:
      return !tells(Lie::kDrop);
    case 2:
      world_.invent(device, entry);
      return tells(Lie::kReplay);
    case 3:
      held_back_.insert_or_assign(device.index(), entry);
      return false;
    case 4:
      forked_.insert_or_assign(device.index(), entry);
      return false;
    case 5:
    case 6:
      make_up(device, entry.room);
      return true;
    case 7:
      return say_again(device, entry.room);
    default:
      alter(entry);
      return tells(Lie::kAlter);
  }
}

void Liar::alter(Entry& entry) {
  auto& random = world_.random();
  switch (random.below(6)) {
    case 0:
      entry.control = !entry.control;
      return;
    case 1:
      entry.own = !entry.own;
      entry.payload = entry.own ? Buffer() : payloads_[entry.entry_id];
      return;
    case 2:
      entry.entry_id = random.id<EntryId>();
      return;
    case 3:
      entry.sequence = some_number(entry.sequence);
      return;
    default:
      if (!entry.payload.empty()) entry.payload[random.below(entry.payload.size())] ^= 1;
      return;
  }
}

// What was said before, here or in another room.
bool Liar::say_again(Device& device, const RoomId& room) {
  auto& random = world_.random();
  if (said_.empty()) return true;
  Entry again = said_[random.below(said_.size())];
  tells(again.room == room ? Lie::kReplay : Lie::kSwapRooms);
  again.room = room;
  again.sequence = some_number(said_.back().sequence + 1);
  if (random.chance(500)) again.entry_id = random.id<EntryId>();
  world_.invent(device, std::move(again));
  return true;
}

// Noise that looks like a message, or a notice.
void Liar::make_up(Device& device, const RoomId& room) {
  auto& random = world_.random();
  tells(Lie::kInject);
  if (random.chance(250)) {
    using Kind = frames::Notice::Kind;
    const auto kind = random.chance(500) ? Kind::kExchangedKeyAttempt : Kind::kRoomClosed;
    return world_.invent(device, frames::Notice{room, kind});
  }
  const auto near = said_.empty() ? 1 : said_.back().sequence;
  Entry entry{room, some_number(near + 1), random.id<EntryId>(), random.chance(500), false, {}};
  Writer payload;
  payload.u16(1).u16(2).vector(room.bytes()).u64(random.below(9)).u8(entry.control ? 3 : 1);
  payload.vector({}).vector(Buffer(28, 1)).vector(Buffer(600, 2));
  entry.payload = payload.take();
  world_.invent(device, std::move(entry));
}

// What the codec reads; for what it does not read, it ends the session.
void Liar::send_garbage(Device& device) {
  auto& random = world_.random();
  tells(Lie::kGarbage);
  Buffer noise(random.below(300));
  random.fill(noise);
  switch (random.below(5)) {
    case 0:
      return world_.break_connections(device);
    case 1:
      return world_.invent(device, Entry{some_room(device), some_number(3), random.id<EntryId>(),
                                         random.chance(500), random.chance(500), noise});
    case 2:
      return world_.invent(device, frames::CaughtUp{some_room(device), some_number(3)});
    case 3: {
      Answer answer{some_number(20), frames::Acknowledged{}};
      answer_falsely(answer);
      return world_.invent(device, std::move(answer));
    }
    default:
      return world_.invent(
          device, frames::Notice{some_room(device), frames::Notice::Kind::kExchangedKeyAttempt});
  }
}

bool Liar::lie(Device& device, Answer& answer) {
  auto& random = world_.random();
  switch (random.below(8)) {
    case 0:
      return !tells(Lie::kDrop);
    case 1:
    case 2:
      tells(Lie::kAnswerLate);
      world_.scheduler().after(
          Milliseconds(random.below(15'000)),
          [&world = world_, &device, answer] { world.invent(device, answer); });
      return false;
    default:
      answer_falsely(answer);
      return tells(Lie::kAnswerFalsely);
  }
}

void Liar::answer_falsely(Answer& answer) {
  auto& random = world_.random();
  if (random.chance(300)) {
    answer.result = frames::Refusal{kCodes[random.below(kCodes.size())], random.below(20)};
  } else if (auto* attached = std::get_if<frames::Attached>(&answer.result)) {
    attached->head = some_number(attached->head);
    attached->last_control = std::min(some_number(attached->last_control), attached->head);
  } else if (auto* appended = std::get_if<frames::Appended>(&answer.result)) {
    appended->sequence = std::max<std::uint64_t>(1, some_number(appended->sequence));
  } else {
    answer.result = frames::Appended{1 + random.below(20)};
  }
}

// ---- what it hears

bool Liar::up(Device& device, frames::ClientFrame& frame) {
  auto* append = std::get_if<frames::Append>(&frame.body);
  if (append != nullptr) payloads_[append->entry_id] = append->payload;
  if (!world_.random().chance(per_mille_)) return true;
  if (append != nullptr) return lie_about(device, frame.correlation, *append);
  if (auto* acknowledge = std::get_if<frames::Acknowledge>(&frame.body)) {
    tells(Lie::kAlter);
    acknowledge->through = some_number(acknowledge->through);
  }
  return !world_.random().chance(200) || !tells(Lie::kDrop);
}

bool Liar::lie_about(Device& device, std::uint64_t correlation, frames::Append& append) {
  auto& random = world_.random();
  switch (random.below(6)) {
    case 0:
      return !tells(Lie::kDrop);
    case 1:
      append.control = !append.control;
      append.new_slot_key.reset();
      return tells(Lie::kAlter);
    case 2:
      append.payload[random.below(append.payload.size())] ^= 1;
      return tells(Lie::kAlter);
    case 3:
      append.entry_id = random.id<EntryId>();
      return tells(Lie::kAlter);
    default:
      tells(Lie::kAnswerFalsely);
      world_.invent(device, Answer{correlation, frames::Appended{1 + some_number(8) % 40}});
      return false;
  }
}

}  // namespace magpie::sim
