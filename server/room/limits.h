// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace magpie::server {

/// What this relay allows; told to each client in the Greeting, but for `streams_max`. Past a limit
/// a request is answered kLimit and changes nothing. An administrator may lower or raise them
/// within the protocol's own bounds below.
struct Limits {
  std::uint64_t entry_bytes_max = 64 * 1024;
  std::uint64_t control_entry_bytes_max = 1024 * 1024;
  std::uint64_t entries_per_room_max = 20'000;
  std::uint64_t bytes_per_room_max = 64 * 1024 * 1024;
  std::uint32_t slots_per_room_max = 512;
  /// Requests of one stream that wait for their answer.
  std::uint32_t frames_in_flight_max = 64;
  std::uint32_t retention_hours = 30 * 24;
  std::uint32_t control_entries_per_slot_hour_max = 240;
  /// Rooms that one stream may have open.
  std::uint32_t rooms_per_stream_max = 4096;
  /// Streams of all clients together; one more is ended with RESOURCE_EXHAUSTED.
  std::uint32_t streams_max = 50'000;

  friend bool operator==(const Limits&, const Limits&) = default;
};

// The protocol's own bounds (relay.proto); a frame beyond one is malformed.
constexpr std::size_t kEntryBytesBound = 64 * 1024;
constexpr std::size_t kControlEntryBytesBound = 1024 * 1024;
constexpr std::size_t kFrameSlotsBound = 64;
constexpr std::size_t kRedeemBound = 128;
constexpr std::size_t kTokenKeysMax = 3;
/// A whole frame: the largest payload with 64 slot changes and every other field.
constexpr std::size_t kFrameBytesBound = kControlEntryBytesBound + 16 * 1024;

/// How long an entry's id is remembered at the least, also after the entry was deleted.
constexpr std::chrono::hours kIdsKept{30 * 24};

// What a room may make the relay remember for good.
constexpr std::size_t kFormerKeysPerSlotMax = 64;
constexpr std::uint32_t kSlotsEverPerRoomMax = 4096;
constexpr std::uint32_t kExchangedKeyAttemptsMax = 1000;

/// Keys that open nothing in a room, in an hour, before a slot that nobody has read with yet opens
/// no more until the next: an introduction's PIN is in its guest's key.
constexpr std::uint32_t kGuessesPerHourMax = 10;

}  // namespace magpie::server
