// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/core/ids.h"
#include "crypto/base/bytes.h"

namespace magpie::client {

/// The hash of a room's log before its first entry: BLAKE2b-256 of "Magpie log 1" | 0x00 | room.
LogHash log_start(const RoomId& room);

/// The hash after one more entry: BLAKE2b-256 of "Magpie log 1" | 0x00 | the hash before (32) |
/// sequence (8, big-endian) | entry id (16) | payload, as the relay stores it.
LogHash log_next(const LogHash& before, std::uint64_t sequence, const EntryId& id, Bytes payload);

}  // namespace magpie::client
