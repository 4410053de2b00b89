// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>

#include "crypto/base/strong_id.h"

namespace magpie::client {

/// A room at a relay; its MLS group has the same id.
using RoomId = FixedBytes<struct RoomIdTag, 16>;
/// An entry, chosen by its sender; for a message also the id that people and scripts see.
using EntryId = FixedBytes<struct EntryIdTag, 16>;
/// Names a person: BLAKE2b-256 of "Magpie fingerprint 1" | 0x00 | root public key.
using Fingerprint = FixedBytes<struct FingerprintTag, 32>;
/// Names a relay: SHA-256 of its SubjectPublicKeyInfo. The address pins it.
using RelayIdentity = FixedBytes<struct RelayIdentityTag, 32>;
/// The running hash of a room's log (docs/protocol.md, "The log's hash").
using LogHash = FixedBytes<struct LogHashTag, 32>;

/// What a relay's administrator gives to somebody, who turns it into tokens.
using InvitationCode = FixedBytes<struct InvitationCodeTag, 10>;

/// Unix time in milliseconds, by this device's clock.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

/// As MLS counts it.
inline std::chrono::sys_seconds seconds(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time);
}

/// Where a relay is and which key it must show. Written `HOST:PORT#PIN`, PIN in base64url.
struct RelayAddress {
  std::string host;  ///< a name, an IPv4 address, or an IPv6 address without brackets
  std::uint16_t port = 0;
  RelayIdentity identity;
  friend auto operator<=>(const RelayAddress&, const RelayAddress&) = default;
};

}  // namespace magpie::client
