// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "client/core/ids.h"
#include "crypto/base/bytes.h"

namespace magpie::client {

/// A point of the room's log: its hash after the entry with this number.
struct LogPoint {
  std::uint64_t sequence = 0;
  LogHash hash;
  friend bool operator==(const LogPoint&, const LogPoint&) = default;
};

/// The hash of a room's log before its first entry: BLAKE2b-256 of "Magpie log 1" | 0x00 | room.
LogHash log_start(const RoomId& room);

/// The hash after one more entry: BLAKE2b-256 of "Magpie log 1" | 0x00 | the hash before (32) |
/// sequence (8, big-endian) | control (1) | entry id (16) | payload, as the relay stores it.
LogHash log_next(const LogHash& before, std::uint64_t sequence, bool control, const EntryId& id,
                 Bytes payload);

/// The hash after a commit that begins it anew, since its sender had missed entries: BLAKE2b-256 of
/// "Magpie log restart 1" | 0x00 | room (16) | sequence (8) | epoch authenticator of its epoch.
LogHash log_restart(const RoomId& room, std::uint64_t sequence, Bytes epoch_authenticator);

/// What a commit says, authenticated, of the log that its sender had seen: sequence (8) | hash
/// (32). A commit without it begins the log's hash anew.
Buffer encode_log_point(const LogPoint& point);
std::optional<LogPoint> decode_log_point(Bytes bytes);

}  // namespace magpie::client
