// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <map>
#include <vector>

#include "server/room/frames.h"

/// What the relay keeps of a room, in memory and at rest. docs/privacy.md lists it byte by byte.
namespace magpie::server {

struct RoomMeta {
  Sequence head = 0;
  Sequence last_control = 0;
  std::uint64_t entries = 0;  ///< still kept
  std::uint64_t bytes = 0;    ///< payload bytes still kept
  std::uint32_t slots_ever = 0;
  std::uint32_t exchanged_key_attempts = 0;
  Day last_day{};                ///< of the newest entry; days never fall within a room
  Sequence expired_through = 0;  ///< everything up to here is gone
  /// BLAKE2b-256 of what the room was created with, so that creating it again is recognised.
  std::array<std::uint8_t, 32> creation{};

  friend bool operator==(const RoomMeta&, const RoomMeta&) = default;
};

struct SlotRecord {
  SlotId id;
  SlotKey key;
  std::uint32_t rights = 0;
  Sequence removed_at = 0;  ///< the entry that removed it; 0 while it is there
  Sequence acknowledged = 0;
  std::vector<SlotKey> former_keys{};  ///< at most kFormerKeysPerSlotMax

  bool removed() const { return removed_at != 0; }
  bool may(Rights right) const { return (rights & right) != 0; }
  friend bool operator==(const SlotRecord&, const SlotRecord&) = default;
};

struct RoomState {
  RoomMeta meta;
  std::map<SlotId, SlotRecord> slots;
  /// Another number with each change, where several processes write to the store; or always 0.
  std::uint64_t revision = 0;
  friend bool operator==(const RoomState&, const RoomState&) = default;
};

struct EntryRecord {
  Sequence sequence = 0;
  EntryId id{};
  SlotId slot{};
  bool control = false;
  Day day{};
  Payload payload{};
};

/// A VOPRF key of this relay.
struct TokenKeyRecord {
  TokenKeyId id = 0;
  std::array<std::uint8_t, 32> scalar{};
  Day since{};  ///< of its making
  friend bool operator==(const TokenKeyRecord&, const TokenKeyRecord&) = default;
};

/// What an invitation code still gives.
struct CodeRecord {
  std::uint32_t rooms = 0;  ///< tokens for each use
  std::uint32_t uses = 0;   ///< left
  friend bool operator==(const CodeRecord&, const CodeRecord&) = default;
};

/// An entry without its payload.
struct EntryHeader {
  Sequence sequence = 0;
  Day day{};
  std::uint64_t bytes = 0;
  friend bool operator==(const EntryHeader&, const EntryHeader&) = default;
};

/// What became of an entry id: kept longer than the entry, for kIdsKept.
struct IdRecord {
  Sequence sequence = 0;
  SlotId slot{};
  Day day{};
  friend bool operator==(const IdRecord&, const IdRecord&) = default;
};

}  // namespace magpie::server
