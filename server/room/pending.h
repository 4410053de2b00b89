// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>

#include "crypto/base/random.h"
#include "server/store/store.h"

/// What a hub holds back until its batch is in the store, and how one room's part of it is taken
/// out again where the store turns out to be shared with another process that was faster.
namespace magpie::server {

/// An answer; with the room that the request was decided on.
struct Say {
  SessionId session;
  Answer answer;
  std::optional<RoomId> room{};
};
struct Advance {
  RoomId room;
  Sequence through;
};
struct Start {
  SessionId session;
  RoomId room;
  std::uint64_t serial;
};
struct TellAttempt {
  RoomId room;
};
struct TellClosed {
  RoomId room;
  SessionId by;
};
/// What is said once the changes before it are in the store.
using Outgoing = std::variant<Say, Advance, Start, TellAttempt, TellClosed>;

/// A request that was decided on a room as it was in memory, to be decided again where the store
/// had another. `slot` is the one that the session had open.
struct Act {
  SessionId session;
  ClientFrame frame;
  Time now;
  std::optional<SlotId> slot;
};

/// Takes what is about this room out of `from`, in order.
std::vector<Act> take_of_room(std::vector<Act>& from, const RoomId& room);
void forget_room(std::vector<Outgoing>& outgoing, const RoomId& room);
void forget_room(WriteBatch& batch, const RoomId& room);

/// The rooms of a batch whose readers elsewhere want to know: it got an entry, was closed, or its
/// managers are to be told of an attempt.
std::set<RoomId> woken_by(const WriteBatch& batch, const std::vector<Outgoing>& outgoing);
/// Every room that the batch writes to.
std::set<RoomId> written_by(const WriteBatch& batch);
/// A revision that no room ever had, nor will have: never 0, and below 2^63.
std::uint64_t fresh_revision(Random& random);

}  // namespace magpie::server
