// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/primitives/x25519.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "crypto/base/check.h"
#include "crypto/base/constant_time.h"

namespace magpie::crypto {
namespace {

using Point = std::array<std::uint8_t, kX25519Size>;

/// The point whose little-endian encoding is `first`, then `middle` repeated, then `last`.
constexpr Point repeated(std::uint8_t first, std::uint8_t middle, std::uint8_t last) {
  Point point{};
  point.fill(middle);
  point.front() = first;
  point.back() = last;
  return point;
}

/// The top bit of an encoding being ignored: 0, 1, the two of order 8, p-1, p, p+1.
constexpr std::array<Point, 7> kSmallOrder = {{
    repeated(0, 0, 0),
    repeated(1, 0, 0),
    {0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
     0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
     0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
    {0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1,
     0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c,
     0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57},
    repeated(0xec, 0xff, 0x7f),
    repeated(0xed, 0xff, 0x7f),
    repeated(0xee, 0xff, 0x7f),
}};

}  // namespace

Buffer x25519_public_key(Bytes private_key) {
  MAGPIE_CHECK(private_key.size() == kX25519Size);
  Buffer point(kX25519Size);
  MAGPIE_CHECK(crypto_scalarmult_base(point.data(), private_key.data()) == 0);
  declassify(point.data(), point.size());
  return point;
}

Result<Secret> x25519(Bytes private_key, Bytes public_key) {
  MAGPIE_CHECK(private_key.size() == kX25519Size && public_key.size() == kX25519Size);
  Secret shared(kX25519Size);
  const int failed = crypto_scalarmult(shared.fill().data(), private_key.data(), public_key.data());
  if (declassified(failed) != 0) return fail(Errc::kBadKey, "x25519: zero result");
  return shared;
}

bool x25519_has_small_order(Bytes public_key) {
  MAGPIE_CHECK(public_key.size() == kX25519Size);
  Point point;
  std::ranges::copy(public_key, point.begin());
  point.back() &= 0x7f;
  return std::ranges::find(kSmallOrder, point) != kSmallOrder.end();
}

}  // namespace magpie::crypto
