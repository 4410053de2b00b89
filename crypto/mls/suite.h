// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "crypto/primitives/hpke.h"

namespace magpie::mls {

/// A cipher suite of the MLS registry (RFC 9420 §17.1) as one row of data. The group logic reads
/// these fields and never asks which suite it is.
struct Suite {
  std::uint16_t id;
  const char* name;
  crypto::HpkeSuite hpke;
  crypto::HashId hash;  ///< KDF, Hash and MAC of the suite
  crypto::AeadId aead;
  // Signatures are Ed25519 in every suite that Magpie knows.

  std::size_t hash_size() const { return crypto::hash_size(hash); }
};

/// The row of a suite, with static lifetime; null where this program does not know it.
const Suite* find_suite(std::uint16_t id);

/// Every suite that this program knows, the preferred first.
std::span<const Suite> suites();

/// MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519
constexpr std::uint16_t kSuiteX25519 = 0x0003;
/// MLS_256_XWING_CHACHA20POLY1305_SHA256_Ed25519, as OpenMLS ships it
constexpr std::uint16_t kSuiteXWing = 0x004d;
/// The same with HKDF-SHA512 and SHA-512: a private number, spoken with other implementations
constexpr std::uint16_t kSuiteXWingSha512 = 84;

}  // namespace magpie::mls
