// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/drill/workload.h"

#include <algorithm>

namespace magpie::server::drill {

namespace {

constexpr SessionId kSession{1};
constexpr Time kNow{std::chrono::hours(500'000)};

}  // namespace

void Workload::run(RocksdbStore& store, int steps) {
  Hub hub(store, *this, random_, RelayIdentity{}, Limits{});
  nonce_ = hub.open(kSession);
  for (auto& [id, room] : rooms_) {
    if (room.made) attach(hub, id, room);
  }
  if (!commit(hub, store)) return;
  for (int step = 0; step < steps; ++step) {
    if (rooms_.empty() || random_.chance(60)) {
      make_room(hub);
    } else if (random_.chance(40)) {
      (void)store.purge();  // its failure shows at the next write
    }
    const auto count = 1 + random_.below(4);  // together in one write
    for (std::uint64_t i = 0; i < count; ++i) {
      auto room = rooms_.begin();
      std::advance(room, static_cast<std::ptrdiff_t>(random_.below(rooms_.size())));
      if (!room->second.made) continue;
      if (random_.chance(700)) {
        append(hub, room->first, room->second);
      } else {
        acknowledge(hub, room->first, room->second);
      }
    }
    if (!commit(hub, store)) return;
  }
}

bool Workload::commit(Hub& hub, RocksdbStore& store) {
  for (auto batch = hub.take_batch(); !batch.empty(); batch = hub.take_batch()) {
    hub.committed(store.write({&batch, 1}));
  }
  if (hub.failed()) return false;
  // Rooms whose making was just answered are opened for what follows.
  for (auto& [id, room] : rooms_) {
    if (room.made && room.promised.size() == 1 && room.read == 0) attach(hub, id, room);
  }
  for (auto batch = hub.take_batch(); !batch.empty(); batch = hub.take_batch()) {
    hub.committed(store.write({&batch, 1}));
  }
  return !hub.failed();
}

void Workload::make_room(Hub& hub) {
  const auto id = random_.id<RoomId>();
  auto key = crypto::SignKeyPair::generate(random_);
  CreateRoom create{id, {{key.public_key(), kAllRights}}, random_.id<EntryId>(), Buffer(100, 1)};
  auto& room = rooms_.emplace(id, Room{.key = std::move(key)}).first->second;
  room.asked.emplace(create.entry_id, create.payload);
  waiting_.emplace(++correlation_, std::pair(id, create.entry_id));
  hub.receive(kSession, {correlation_, std::move(create)}, kNow);
}

void Workload::attach(Hub& hub, const RoomId& id, Room& room) {
  const auto message = attach_message(nonce_, RelayIdentity{}, id, room.read);
  hub.receive(
      kSession,
      {++correlation_, Attach{id, room.key.public_key(), room.key.sign(message), room.read}}, kNow);
}

void Workload::append(Hub& hub, const RoomId& id, Room& room) {
  Append frame{.room = id,
               .entry_id = random_.id<EntryId>(),
               .control = false,
               .last_control = 1,
               .payload = Buffer(1 + random_.below(3000))};
  random_.fill(frame.payload);
  room.asked.emplace(frame.entry_id, frame.payload);
  waiting_.emplace(++correlation_, std::pair(id, frame.entry_id));
  hub.receive(kSession, {correlation_, std::move(frame)}, kNow);
}

void Workload::acknowledge(Hub& hub, const RoomId& id, Room& room) {
  if (room.promised.empty()) return;
  const auto last = room.promised.rbegin()->first;
  room.read = std::max(room.read, last - random_.below(std::min<Sequence>(last, 5)));
  hub.receive(kSession, {0, Acknowledge{id, room.read}}, kNow);
}

void Workload::send(SessionId, const ServerFrame& frame) {
  const auto* answer = std::get_if<Answer>(&frame);
  if (answer == nullptr) return;
  const auto waiting = waiting_.find(answer->correlation);
  if (waiting == waiting_.end()) return;
  const auto& [id, entry] = waiting->second;
  auto& room = rooms_.at(id);
  if (std::holds_alternative<Created>(answer->result)) {
    room.made = true;
    room.promised.emplace(1, entry);
    ++promised_;
  } else if (const auto* appended = std::get_if<Appended>(&answer->result)) {
    room.promised.emplace(appended->sequence, entry);
    ++promised_;
  }
  waiting_.erase(waiting);
}

Workload::Finding Workload::look_at(RocksdbStore& store) const {
  auto finding = Finding::kNothing;
  for (const auto& [id, room] : rooms_) finding = std::max(finding, look_at(store, id, room));
  return finding;
}

Workload::Finding Workload::look_at(RocksdbStore& store, const RoomId& id, const Room& room) {
  const auto state = store.load_room(id);
  if (!state) return Finding::kUnreadable;
  if (!*state) return room.made ? Finding::kLost : Finding::kNothing;
  const auto entries = store.read_entries(id, 0, ~Sequence{0}, 1'000'000, std::size_t{1} << 40);
  if (!entries) return Finding::kUnreadable;
  std::map<Sequence, EntryId> found;
  std::set<EntryId> ids;
  for (const auto& entry : *entries) {
    const auto asked = room.asked.find(entry.id);
    const bool own = asked != room.asked.end() && asked->second == *entry.payload;
    if (!own || !ids.insert(entry.id).second) return Finding::kWrong;
    found.emplace(entry.sequence, entry.id);
  }
  if (room.promised.empty()) return Finding::kNothing;
  if ((*state)->meta.head < room.promised.rbegin()->first) return Finding::kLost;
  return look_at_promises(store, id, room, found);
}

Workload::Finding Workload::look_at_promises(RocksdbStore& store, const RoomId& id,
                                             const Room& room,
                                             const std::map<Sequence, EntryId>& found) {
  for (const auto& [sequence, entry] : room.promised) {
    const auto there = found.find(sequence);
    if (there != found.end() && there->second != entry) return Finding::kWrong;
    if (there == found.end() && sequence > room.read) return Finding::kLost;
    const auto known = store.find_id(id, entry);
    if (!known) return Finding::kUnreadable;
    if (!*known) return Finding::kLost;
    if ((*known)->sequence != sequence) return Finding::kWrong;
  }
  return Finding::kNothing;
}

}  // namespace magpie::server::drill
