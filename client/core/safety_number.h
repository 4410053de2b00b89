// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "client/core/identity.h"

namespace magpie::client {

/// The number that two people compare by telephone: sixty digits in twelve groups of five with
/// single spaces between, the same whichever of the two is named first. Each person gives thirty
/// of the digits, from the root key alone, through 5,200 rounds of SHA-512; to find a key with
/// another's thirty digits takes about 2^100 times 5,200 hashes (docs/protocol.md, "Safety
/// number"). Never fails; thread-safe; takes some milliseconds.
std::string safety_number(const RootKey& one, const RootKey& other);

}  // namespace magpie::client
