// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/primitives/keccak.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "crypto/base/check.h"
#include "crypto/base/secret.h"
#include "crypto/primitives/processor.h"

namespace magpie::crypto {
namespace {

constexpr std::size_t kLanes = 25;
constexpr int kRounds = 24;
constexpr std::uint8_t kSha3Suffix = 0x06;   // FIPS 202 §6.1, with the first bit of the padding
constexpr std::uint8_t kShakeSuffix = 0x1f;  // FIPS 202 §6.2

/// The round constants of iota, from the shift register of FIPS 202 §3.2.5.
constexpr std::array<std::uint64_t, kRounds> make_round_constants() {
  std::array<std::uint64_t, kRounds> constants{};
  std::uint8_t lfsr = 1;
  for (auto& constant : constants) {
    for (unsigned j = 0; j <= 6; ++j) {
      if ((lfsr & 1) != 0) constant |= std::uint64_t{1} << ((1U << j) - 1);
      const bool carry = (lfsr & 0x80) != 0;
      lfsr = static_cast<std::uint8_t>((lfsr << 1) ^ (carry ? 0x71 : 0));
    }
  }
  return constants;
}
constexpr auto kRoundConstants = make_round_constants();

/// rho and pi in one: lane `i` comes from lane `from[i]`, rotated by `by[i]` (FIPS 202 §3.2.2).
struct RhoPi {
  std::array<std::size_t, kLanes> from{};
  std::array<unsigned, kLanes> by{};
};
constexpr RhoPi make_rho_pi() {
  RhoPi table;
  std::array<unsigned, kLanes> rotation{};
  for (unsigned t = 0, x = 1, y = 0; t < 24; ++t) {
    rotation[x + 5 * y] = (t + 1) * (t + 2) / 2 % 64;
    const unsigned next_y = (2 * x + 3 * y) % 5;
    x = y;
    y = next_y;
  }
  for (std::size_t x = 0; x < 5; ++x) {
    for (std::size_t y = 0; y < 5; ++y) {
      const std::size_t source = (x + 3 * y) % 5 + 5 * x;
      table.from[x + 5 * y] = source;
      table.by[x + 5 * y] = rotation[source];
    }
  }
  return table;
}
constexpr RhoPi kRhoPi = make_rho_pi();

/// Four lanes in one register or two; element-wise arithmetic is the compiler's.
using Vector = std::uint64_t __attribute__((vector_size(32), may_alias));

template <class Lane>
[[gnu::always_inline]] inline void rotate(const Lane& in, unsigned by, Lane& out) {
  out = by == 0 ? in : (in << by) | (in >> (64 - by));
}

/// Keccak-f[1600] (FIPS 202 §3.3) on one state, or on four side by side.
template <class Lane>
[[gnu::always_inline]] inline void permute_body(Lane* a) {
  for (const std::uint64_t constant : kRoundConstants) {
    Lane c[5];
    Lane b[kLanes];
    for (std::size_t x = 0; x < 5; ++x) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    Lane d[5];
    for (std::size_t x = 0; x < 5; ++x) {
      rotate(c[(x + 1) % 5], 1, d[x]);
      d[x] ^= c[(x + 4) % 5];
    }
#pragma GCC unroll 25
    for (std::size_t i = 0; i < kLanes; ++i) {
      const Lane mixed = a[kRhoPi.from[i]] ^ d[kRhoPi.from[i] % 5];
      rotate(mixed, kRhoPi.by[i], b[i]);
    }
#pragma GCC unroll 5
    for (std::size_t y = 0; y < kLanes; y += 5) {
#pragma GCC unroll 5
      for (std::size_t x = 0; x < 5; ++x) {
        a[y + x] = b[y + x] ^ (~b[y + (x + 1) % 5] & b[y + (x + 2) % 5]);
      }
    }
    a[0] ^= constant;
  }
}

MAGPIE_FOR_AVX2 void permute_x4(Vector* state) { permute_body(state); }
MAGPIE_FOR_BMI2 void permute(std::uint64_t* state) { permute_body(state); }

std::uint64_t load_le(const std::uint8_t* bytes) {
  std::uint64_t value = 0;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(&value, bytes, 8);
  } else {
    for (unsigned i = 0; i < 8; ++i) value |= std::uint64_t{bytes[i]} << (8 * i);
  }
  return value;
}

void store_le(std::uint64_t value, std::uint8_t* bytes) {
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(bytes, &value, 8);
  } else {
    for (unsigned i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

/// A sponge (FIPS 202 §4) that absorbs everything, then squeezes.
class Sponge {
 public:
  explicit Sponge(std::size_t rate) : rate_(rate) {}
  ~Sponge() { wipe({reinterpret_cast<std::uint8_t*>(state_.data()), sizeof state_}); }
  Sponge(const Sponge&) = delete;
  Sponge& operator=(const Sponge&) = delete;

  void absorb(Bytes input) {
    while (!input.empty()) {
      if (at_ % 8 == 0 && input.size() >= 8) {
        state_[at_ / 8] ^= load_le(input.data());
        input = input.subspan(8);
        advance(8);
      } else {
        state_[at_ / 8] ^= std::uint64_t{input.front()} << (8 * (at_ % 8));
        input = input.subspan(1);
        advance(1);
      }
    }
  }

  void finish(std::uint8_t suffix) {
    state_[at_ / 8] ^= std::uint64_t{suffix} << (8 * (at_ % 8));
    state_[rate_ / 8 - 1] ^= std::uint64_t{0x80} << 56;
    permute(state_.data());
    at_ = 0;
  }

  void squeeze(MutableBytes out) {
    for (std::size_t done = 0; done < out.size();) {
      if (at_ == rate_) {
        permute(state_.data());
        at_ = 0;
      }
      std::array<std::uint8_t, 8> lane{};
      store_le(state_[at_ / 8], lane.data());
      const std::size_t take = std::min<std::size_t>(8, out.size() - done);
      std::copy_n(lane.begin(), take, out.begin() + static_cast<std::ptrdiff_t>(done));
      done += take;
      at_ += 8;
    }
  }

 private:
  void advance(std::size_t by) {
    at_ += by;
    if (at_ < rate_) return;
    permute(state_.data());
    at_ = 0;
  }

  std::array<std::uint64_t, kLanes> state_{};
  std::size_t rate_;
  std::size_t at_ = 0;
};

void digest(std::size_t rate, std::uint8_t suffix, std::initializer_list<Bytes> parts,
            MutableBytes out) {
  Sponge sponge(rate);
  for (const Bytes part : parts) sponge.absorb(part);
  sponge.finish(suffix);
  sponge.squeeze(out);
}

}  // namespace

void sha3_256(std::initializer_list<Bytes> parts, std::span<std::uint8_t, 32> out) {
  digest(136, kSha3Suffix, parts, out);
}

void sha3_512(std::initializer_list<Bytes> parts, std::span<std::uint8_t, 64> out) {
  digest(72, kSha3Suffix, parts, out);
}

void shake(ShakeId id, std::initializer_list<Bytes> parts, MutableBytes out) {
  digest(shake_rate(id), kShakeSuffix, parts, out);
}

ShakeX4::ShakeX4(ShakeId id, const std::array<Bytes, 4>& inputs) {
  const std::size_t rate = shake_rate(id);
  for (std::size_t k = 0; k < 4; ++k) {
    MAGPIE_CHECK(inputs[k].size() < rate && inputs[k].size() == inputs[0].size());
    const std::size_t whole = inputs[k].size() / 8;
    for (std::size_t i = 0; i < whole; ++i) state_[i][k] = load_le(inputs[k].data() + 8 * i);
    std::uint64_t last = kShakeSuffix;
    for (std::size_t i = inputs[k].size(); i-- > 8 * whole;) last = last << 8 | inputs[k][i];
    state_[whole][k] ^= last;
    state_[rate / 8 - 1][k] ^= std::uint64_t{0x80} << 56;
  }
}

ShakeX4::~ShakeX4() { wipe({reinterpret_cast<std::uint8_t*>(state_.data()), sizeof state_}); }

void ShakeX4::squeeze_block(const std::array<std::uint8_t*, 4>& out, std::size_t size) {
  permute_x4(reinterpret_cast<Vector*>(state_.data()));
  for (std::size_t i = 0; i < size / 8; ++i) {
    for (std::size_t k = 0; k < 4; ++k) store_le(state_[i][k], out[k] + 8 * i);
  }
}

}  // namespace magpie::crypto
