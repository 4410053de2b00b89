// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/suite.h"

#include <algorithm>
#include <array>

namespace magpie::mls {
namespace {

using crypto::AeadId;
using crypto::HashId;

const auto& table() {
  static const std::array kRows = {
      Suite{kSuiteX25519,
            "MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519",
            {&crypto::dhkem_x25519(), HashId::kSha256, AeadId::kChaCha20Poly1305},
            HashId::kSha256,
            AeadId::kChaCha20Poly1305},
      Suite{kSuiteXWing,
            "MLS_256_XWING_CHACHA20POLY1305_SHA256_Ed25519",
            {&crypto::xwing(), HashId::kSha256, AeadId::kChaCha20Poly1305},
            HashId::kSha256,
            AeadId::kChaCha20Poly1305},
      Suite{kSuiteXWingSha512,
            "MLS_256_XWING_CHACHA20POLY1305_SHA512_Ed25519",
            {&crypto::xwing(), HashId::kSha512, AeadId::kChaCha20Poly1305},
            HashId::kSha512,
            AeadId::kChaCha20Poly1305},
  };
  return kRows;
}

}  // namespace

std::span<const Suite> suites() { return table(); }

const Suite* find_suite(std::uint16_t id) {
  const auto found = std::ranges::find(table(), id, &Suite::id);
  return found == table().end() ? nullptr : &*found;
}

}  // namespace magpie::mls
