// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/room/pending.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace magpie::server {

namespace {

bool is_about(const Say& say, const RoomId& room) { return say.room == room; }
template <class Item>
bool is_about(const Item& item, const RoomId& room) {
  return item.room == room;
}

}  // namespace

std::vector<Act> take_of_room(std::vector<Act>& from, const RoomId& room) {
  const auto rest = std::stable_partition(
      from.begin(), from.end(), [&](const Act& act) { return room_of(act.frame) != room; });
  std::vector<Act> taken(std::make_move_iterator(rest), std::make_move_iterator(from.end()));
  from.erase(rest, from.end());
  return taken;
}

void forget_room(std::vector<Outgoing>& outgoing, const RoomId& room) {
  std::erase_if(outgoing, [&](const Outgoing& item) {
    return std::visit([&](const auto& what) { return is_about(what, room); }, item);
  });
}

void forget_room(WriteBatch& batch, const RoomId& room) {
  std::erase_if(batch.writes, [&](const Write& write) {
    const auto* const of = room_of(write);
    if (of == nullptr || *of != room) return false;
    if (const auto* put = std::get_if<PutEntry>(&write)) {
      batch.payload_bytes -= put->entry.payload->size();
    }
    return true;
  });
}

std::set<RoomId> woken_by(const WriteBatch& batch, const std::vector<Outgoing>& outgoing) {
  std::set<RoomId> rooms;
  for (const auto& write : batch.writes) {
    if (std::holds_alternative<PutEntry>(write) || std::holds_alternative<DropRoom>(write)) {
      rooms.insert(*room_of(write));
    }
  }
  for (const auto& item : outgoing) {
    if (const auto* attempt = std::get_if<TellAttempt>(&item)) rooms.insert(attempt->room);
  }
  return rooms;
}

std::set<RoomId> written_by(const WriteBatch& batch) {
  std::set<RoomId> rooms;
  for (const auto& write : batch.writes) {
    if (const auto* const room = room_of(write)) rooms.insert(*room);
  }
  return rooms;
}

std::uint64_t fresh_revision(Random& random) {
  std::array<std::uint8_t, 8> bytes{};
  random.fill(bytes);
  std::uint64_t revision = 0;
  for (const auto byte : bytes) revision = revision << 8 | byte;
  // PostgreSQL's numbers have a sign.
  return (revision >> 1) | 1;
}

}  // namespace magpie::server
