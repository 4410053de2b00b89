// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/sim/liar.h"

#include "crypto/codec/writer.h"

namespace magpie::sim {
namespace {

namespace frames = client::frames;
using client::EntryId;

constexpr std::size_t kSaidMax = 40;

constexpr std::array kCodes = {Errc::kNoSuchSlot,  Errc::kSlotExchanged, Errc::kBadSignature,
                               Errc::kNotAttached, Errc::kNoRight,       Errc::kStale,
                               Errc::kRoomExists,  Errc::kIdReused,      Errc::kLimit,
                               Errc::kNotInvited,  Errc::kRelayStorage};

}  // namespace

Liar::Liar(World& world) : world_(world), per_mille_(3 + world.random().below(40)) {
  world_.tamper = [this](Device& device, frames::ServerFrame& frame) {
    return down(device, frame);
  };
  world_.tamper_up = [this](Device& device, frames::ClientFrame& frame) {
    return up(device, frame);
  };
}

void Liar::stop() { world_.tamper = nullptr, world_.tamper_up = nullptr; }

void Liar::set_back() {
  const std::size_t writes = world_.relay().writes();
  if (!world_.relay().up() || writes == 0) return;
  world_.trace("the relay goes back");
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

void Liar::remember(const Entry& entry) {
  if (entry.own) return;
  said_.push_back(entry);
  if (said_.size() > kSaidMax) said_.pop_front();
}

bool Liar::down(Device& device, frames::ServerFrame& frame) {
  auto& random = world_.random();
  if (held_back_ && random.chance(500)) world_.invent(device, *std::exchange(held_back_, {}));
  auto* entry = std::get_if<Entry>(&frame);
  if (entry != nullptr) remember(*entry);
  if (!random.chance(per_mille_)) return true;
  if (entry != nullptr) return lie(device, *entry);
  if (auto* answer = std::get_if<frames::Answer>(&frame)) lie(*answer);
  if (auto* caught_up = std::get_if<frames::CaughtUp>(&frame)) lie(*caught_up);
  return !random.chance(100);
}

bool Liar::lie(Device& device, Entry& entry) {
  auto& random = world_.random();
  switch (random.below(10)) {
    case 0:
      return false;
    case 1:
      entry.control = !entry.control;
      return true;
    case 2:
      entry.own = !entry.own;
      entry.payload = entry.own ? Buffer() : payloads_[entry.entry_id];
      return true;
    case 3:
      entry.sequence = some_number(entry.sequence);
      return true;
    case 4:
      if (!entry.payload.empty()) entry.payload[random.below(entry.payload.size())] ^= 1;
      return true;
    case 5:
      world_.invent(device, entry);
      return true;
    case 6:
      entry.entry_id = random.id<EntryId>();
      return true;
    case 7:
      held_back_ = entry;
      return false;
    default:
      make_up(device, entry.room);
      return true;
  }
}

// What was said before, perhaps elsewhere; or noise that looks like a message.
void Liar::make_up(Device& device, const client::RoomId& room) {
  auto& random = world_.random();
  if (random.chance(150)) {
    using Kind = frames::Notice::Kind;
    const auto kind = random.chance(500) ? Kind::kExchangedKeyAttempt : Kind::kRoomClosed;
    return world_.invent(device, frames::Notice{room, kind});
  }
  const auto near = said_.empty() ? 1 : said_.back().sequence;
  Entry entry{room, some_number(near + 1), random.id<EntryId>(), random.chance(500), false, {}};
  if (!said_.empty() && random.chance(700)) {
    const Entry& again = said_[random.below(said_.size())];
    entry.payload = again.payload;
    if (random.chance(500)) entry.entry_id = again.entry_id;
  } else {
    Writer payload;
    payload.u16(1).u16(2).vector(room.bytes()).u64(random.below(9)).u8(entry.control ? 3 : 1);
    payload.vector({}).vector(Buffer(28, 1)).vector(Buffer(600, 2));
    entry.payload = payload.take();
  }
  world_.invent(device, std::move(entry));
}

void Liar::lie(frames::Answer& answer) {
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

void Liar::lie(frames::CaughtUp& caught_up) { caught_up.through = some_number(caught_up.through); }

bool Liar::up(Device& device, frames::ClientFrame& frame) {
  auto* append = std::get_if<frames::Append>(&frame.body);
  if (append != nullptr) payloads_[append->entry_id] = append->payload;
  if (!world_.random().chance(per_mille_)) return true;
  if (append != nullptr) return lie_about(device, frame.correlation, *append);
  if (auto* acknowledge = std::get_if<frames::Acknowledge>(&frame.body)) {
    acknowledge->through = some_number(acknowledge->through);
  }
  return !world_.random().chance(200);
}

bool Liar::lie_about(Device& device, std::uint64_t correlation, frames::Append& append) {
  auto& random = world_.random();
  switch (random.below(6)) {
    case 0:
      return false;
    case 1:
      append.control = !append.control;
      append.new_slot_key.reset();
      return true;
    case 2:
      append.payload[random.below(append.payload.size())] ^= 1;
      return true;
    case 3:
      append.entry_id = random.id<EntryId>();
      return true;
    default:
      world_.invent(device, frames::Answer{correlation, frames::Appended{1 + some_number(8) % 40}});
      return false;
  }
}

}  // namespace magpie::sim
