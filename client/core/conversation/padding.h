// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstddef>

namespace magpie::client {

/// What the relay may learn of a message's size: one of five. The size of the whole MLSMessage
/// for one of `bare_bytes` without padding; over the largest it is left as it is, which the
/// bounds of content.v1 rule out.
constexpr std::size_t application_padded_size(std::size_t bare_bytes) {
  for (const std::size_t bucket : {512U, 2048U, 8192U, 32768U, 65536U}) {
    if (bare_bytes <= bucket) return bucket;
  }
  return bare_bytes;
}

/// Control entries come to a power of two from 1 KiB up.
constexpr std::size_t control_padded_size(std::size_t bare_bytes) {
  constexpr std::size_t kSmallest = 1024;
  return bare_bytes <= kSmallest ? kSmallest : std::bit_ceil(bare_bytes);
}

}  // namespace magpie::client
