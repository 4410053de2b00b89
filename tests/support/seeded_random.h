// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sodium.h>

#include <array>
#include <cstring>

#include "crypto/base/random.h"

namespace magpie::test {

/// A stream of bytes that a seed determines, for tests and the simulator; never for real keys.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) { std::memcpy(key_.data(), &seed, sizeof seed); }

  void fill(MutableBytes out) override {
    std::array<std::uint8_t, crypto_stream_chacha20_NONCEBYTES> nonce{};
    std::memcpy(nonce.data(), &counter_, sizeof counter_);
    ++counter_;
    if (out.empty()) return;
    crypto_stream_chacha20(out.data(), out.size(), nonce.data(), key_.data());
  }

  /// A number below `bound`; the small bias does not matter to tests.
  std::uint64_t below(std::uint64_t bound) {
    std::uint64_t value = 0;
    fill({reinterpret_cast<std::uint8_t*>(&value), sizeof value});
    return value % bound;
  }
  bool chance(std::uint64_t in_thousand) { return below(1000) < in_thousand; }

 private:
  std::array<std::uint8_t, crypto_stream_chacha20_KEYBYTES> key_{};
  std::uint64_t counter_ = 0;
};

}  // namespace magpie::test
