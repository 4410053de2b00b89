// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <initializer_list>

#include "crypto/base/bytes.h"

namespace magpie::crypto {

/// Keccak (FIPS 202), which libsodium 1.0.18 lacks: what ML-KEM and X-Wing need of it. Constant
/// time in the contents; states are wiped. Different objects may be used from different threads.

/// SHA3-256 and SHA3-512 over the parts as if they were one text.
void sha3_256(std::initializer_list<Bytes> parts, std::span<std::uint8_t, 32> out);
void sha3_512(std::initializer_list<Bytes> parts, std::span<std::uint8_t, 64> out);

/// The two extendable-output functions, by their rate in bytes.
enum class ShakeId : std::uint8_t { kShake128 = 168, kShake256 = 136 };
constexpr std::size_t shake_rate(ShakeId id) { return static_cast<std::size_t>(id); }

/// SHAKE over the parts as if they were one text, to out.size() bytes.
void shake(ShakeId id, std::initializer_list<Bytes> parts, MutableBytes out);

/// Four SHAKEs side by side, with vector instructions where the processor has them.
class ShakeX4 {
 public:
  using Lanes = std::array<std::uint64_t, 4>;

  /// Absorbs four inputs of equal size, shorter than the rate.
  ShakeX4(ShakeId id, const std::array<Bytes, 4>& inputs);
  ~ShakeX4();
  ShakeX4(const ShakeX4&) = delete;
  ShakeX4& operator=(const ShakeX4&) = delete;

  /// Squeezes the next block: the first `size` bytes of it, at most the rate and a multiple of 8,
  /// to each of the four places.
  void squeeze_block(const std::array<std::uint8_t*, 4>& out, std::size_t size);

 private:
  alignas(32) std::array<Lanes, 25> state_{};
};

}  // namespace magpie::crypto
