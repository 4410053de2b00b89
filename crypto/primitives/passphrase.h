// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "crypto/base/result.h"
#include "crypto/base/secret.h"

namespace magpie::crypto {

constexpr std::size_t kStretchSaltSize = 16;

/// What one guess costs: passes over the memory, and bytes of memory.
struct StretchCost {
  std::uint64_t operations;
  std::size_t memory_bytes;
};

/// The least and the most that `stretch` accepts. The most is far over any sensible choice and
/// keeps a damaged or hostile header from stopping the program.
constexpr StretchCost kStretchCostMin = {1, 8192};
constexpr StretchCost kStretchCostMax = {64, std::size_t{4} << 30};

/// Argon2id (RFC 9106, version 1.3, one lane) over a passphrase, through libsodium; `size` is 16
/// to 1024 bytes. Takes as long, and as much memory, as `cost` says, so never call it on a thread
/// that must answer. Errors: kUsage for a cost or size out of its bounds, kNoMemory where the
/// system does not give the memory. Thread-safe.
Result<Secret> stretch(Bytes passphrase, std::span<const std::uint8_t, kStretchSaltSize> salt,
                       StretchCost cost, std::size_t size);

}  // namespace magpie::crypto
