// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <initializer_list>

#include "crypto/base/bytes.h"
#include "crypto/base/secret.h"

namespace magpie::crypto {

/// The hashes that MLS suites name (FIPS 180-4), through libsodium.
enum class HashId : std::uint8_t { kSha256, kSha512 };

constexpr std::size_t hash_size(HashId id) { return id == HashId::kSha256 ? 32 : 64; }
constexpr std::size_t kHashSizeMax = 64;

/// A public hash value of 0 to 64 bytes, held inline.
class Digest {
 public:
  Digest() = default;
  /// `size` zero bytes, at most kHashSizeMax.
  explicit Digest(std::size_t size) : size_(static_cast<std::uint8_t>(size)) {}
  Bytes bytes() const { return {bytes_.data(), size_}; }
  MutableBytes fill() { return {bytes_.data(), size_}; }
  bool empty() const { return size_ == 0; }
  friend bool operator==(const Digest& a, const Digest& b) {
    return std::ranges::equal(a.bytes(), b.bytes());
  }

 private:
  std::array<std::uint8_t, kHashSizeMax> bytes_{};
  std::uint8_t size_ = 0;
};

/// Hashes the parts as if they were one text. Never fails; thread-safe.
Digest hash(HashId id, std::initializer_list<Bytes> parts);
inline Digest hash(HashId id, Bytes input) { return hash(id, {input}); }

/// HMAC (RFC 2104) over the parts, with a key of any size. The result may be secret, so it is one.
Secret hmac(HashId id, Bytes key, std::initializer_list<Bytes> parts);
/// HMAC as a public tag.
Digest hmac_tag(HashId id, Bytes key, std::initializer_list<Bytes> parts);

/// BLAKE2b-256 (RFC 7693) over the parts, for what is Magpie's own: fingerprints, log hashes.
std::array<std::uint8_t, 32> blake2b_256(std::initializer_list<Bytes> parts);

}  // namespace magpie::crypto
