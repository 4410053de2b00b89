// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/base/strong_id.h"

namespace magpie::mls {

/// The number of a group's state, counted by commits (RFC 9420 §8).
using Epoch = StrongId<struct EpochTag, std::uint64_t>;
/// A member's place among the leaves, from 0 (RFC 9420 §4.2).
using LeafIndex = StrongId<struct LeafIndexTag, std::uint32_t>;
/// A place in the array form of the ratchet tree (RFC 9420 appendix C).
using NodeIndex = StrongId<struct NodeIndexTag, std::uint32_t>;
/// A message's place in a sender's ratchet (RFC 9420 §9.1).
using Generation = StrongId<struct GenerationTag, std::uint32_t>;

/// Whether handshake messages are sent as PublicMessage or PrivateMessage (RFC 9420 §6).
enum class WireFormat : std::uint16_t { kPublic = 1, kPrivate = 2 };

/// Stands for whoever has no leaf: a proposer from outside the group (RFC 9420 §12.1.8).
constexpr LeafIndex kNoLeaf{0xffffffff};

}  // namespace magpie::mls
