// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

#include "crypto/base/strong_id.h"
#include "crypto/primitives/sign.h"

namespace magpie::server {

/// A room: 128 random bits that its creator chose.
using RoomId = FixedBytes<struct RoomIdTag, 16>;
/// An entry: 128 random bits that its sender chose.
using EntryId = FixedBytes<struct EntryIdTag, 16>;
/// The public key that opens a slot. No two rooms share one.
using SlotKey = crypto::SignPublicKey;
/// A slot within its room, numbered from 0 and never reused: it stays when its key is exchanged.
using SlotId = StrongId<struct SlotIdTag, std::uint32_t>;
/// The position of an entry in its room's log, from 1 without gaps; 0 stands for none.
using Sequence = std::uint64_t;
/// SHA-256 of the relay's public key (SubjectPublicKeyInfo); the address pins it.
using RelayIdentity = FixedBytes<struct RelayIdentityTag, 32>;
/// What the relay chose for one stream, so that a signature opens nothing on another.
using Nonce = FixedBytes<struct NonceTag, 32>;
/// What an administrator gives to somebody, who turns it into tokens.
using InvitationCode = FixedBytes<struct InvitationCodeTag, 10>;
/// What is stored of a code, and of a spent token or a redemption: hashes.
using CodeId = FixedBytes<struct CodeIdTag, 32>;
using SpentId = FixedBytes<struct SpentIdTag, 32>;
/// Token keys are numbered from 1, each later one higher.
using TokenKeyId = std::uint32_t;
/// One stream of one client, while it lasts. Never stored, never logged.
using SessionId = StrongId<struct SessionIdTag, std::uint64_t>;

/// Unix time, as the caller's clock has it.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;
/// The only time that is ever stored: hours tell which rooms are busy together, and so whose they
/// are (docs/privacy.md).
using Day = std::chrono::sys_days;

/// In memory alone.
using Hour = std::chrono::sys_time<std::chrono::hours>;

inline Day day_of(Time time) { return std::chrono::floor<std::chrono::days>(time); }

}  // namespace magpie::server
