// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/primitives/mlkem_ring.h"

#include "crypto/base/constant_time.h"
#include "crypto/primitives/processor.h"

namespace magpie::crypto::mlkem {
namespace {

using std::int16_t;
using std::int32_t;

constexpr int16_t low16(int32_t value) { return static_cast<int16_t>(value); }

constexpr int32_t kR = (1 << 16) % kQ;

constexpr int32_t power(int32_t base, unsigned exponent) {
  int32_t result = 1;
  for (unsigned i = 0; i < exponent; ++i) result = result * base % kQ;
  return result;
}

/// The representative of least absolute value.
constexpr int16_t centered(int32_t value) { return low16(value > kQ / 2 ? value - kQ : value); }

constexpr unsigned reverse7(unsigned value) {
  unsigned result = 0;
  for (unsigned bit = 0; bit < 7; ++bit) result |= (value >> bit & 1) << (6 - bit);
  return result;
}

/// zeta^BitRev7(i) times R (FIPS 203 §4.3, appendix A), zeta = 17.
constexpr std::array<int16_t, 128> make_zetas() {
  std::array<int16_t, 128> zetas{};
  for (unsigned i = 0; i < 128; ++i) zetas[i] = centered(power(17, reverse7(i)) * kR % kQ);
  return zetas;
}
constexpr auto kZetas = make_zetas();

/// 1/q modulo 2^16, by Newton's iteration.
constexpr int16_t make_q_inverse() {
  std::uint32_t inverse = 1;
  for (int i = 0; i < 5; ++i) inverse *= 2U - static_cast<std::uint32_t>(kQ) * inverse;
  return static_cast<int16_t>(static_cast<std::uint16_t>(inverse & 0xffff));
}
constexpr int16_t kQInverse = make_q_inverse();

constexpr int16_t kRSquared = centered(kR * kR % kQ);
/// R^2/128: the last step of the inverse, and the factor R.
constexpr int16_t kInverseScale = centered(kR * kR % kQ * power(128, kQ - 2) % kQ);

/// value/R modulo q, with |result| < q, for |value| < q 2^15.
[[gnu::always_inline]] constexpr int16_t reduce(int32_t value) {
  const int16_t multiple = low16(low16(value) * kQInverse);
  return low16((value - multiple * kQ) >> 16);
}

/// a b/R modulo q. The halves are computed apart, which fits 16-bit vector instructions.
[[gnu::always_inline]] constexpr int16_t multiply(int16_t a, int16_t b) {
  const int32_t product = a * b;
  const int16_t multiple = low16(low16(product) * kQInverse);
  return low16((product >> 16) - ((multiple * kQ) >> 16));
}

/// The representative with |result| <= q/2 (Barrett).
[[gnu::always_inline]] constexpr int16_t barrett(int16_t value) {
  constexpr int32_t kFactor = ((1 << 26) + kQ / 2) / kQ;
  const int16_t quotient = low16((kFactor * value + (1 << 25)) >> 26);
  return low16(value - quotient * kQ);
}

/// The representative in [0, q) of |value| < q.
[[gnu::always_inline]] constexpr std::uint16_t positive(int16_t value) {
  return static_cast<std::uint16_t>(value + ((value >> 15) & kQ));
}

template <std::size_t kLength>
[[gnu::always_inline]] inline void forward_layer(Poly& p) {
  std::size_t k = kN / 2 / kLength;
  for (std::size_t start = 0; start < kN; start += 2 * kLength) {
    const int16_t zeta = kZetas[k++];
    int16_t* low = p.data() + start;
    for (std::size_t j = 0; j < kLength; ++j) {
      const int16_t t = multiply(zeta, low[j + kLength]);
      low[j + kLength] = low16(low[j] - t);
      low[j] = low16(low[j] + t);
    }
  }
}

template <std::size_t kLength>
[[gnu::always_inline]] inline void inverse_layer(Poly& p) {
  std::size_t k = kN / kLength - 1;
  for (std::size_t start = 0; start < kN; start += 2 * kLength) {
    const int16_t zeta = kZetas[k--];
    int16_t* low = p.data() + start;
    for (std::size_t j = 0; j < kLength; ++j) {
      const int16_t t = low[j];
      low[j] = barrett(low16(t + low[j + kLength]));
      low[j + kLength] = multiply(zeta, low16(low[j + kLength] - t));
    }
  }
}

/// Compress_d (FIPS 203 §4.2.1) of a coefficient in [0, q). Divides by a multiplication that is
/// exact for every numerator that occurs: division instructions take a time that tells.
template <unsigned kBits>
std::uint32_t compress(std::uint16_t value) {
  constexpr std::uint64_t kReciprocal = ((std::uint64_t{1} << 36) + kQ - 1) / kQ;
  const std::uint64_t numerator = (std::uint64_t{value} << kBits) + kQ / 2;
  return static_cast<std::uint32_t>(numerator * kReciprocal >> 36) & ((1U << kBits) - 1);
}

template <unsigned kBits>
int16_t decompress(std::uint32_t value) {
  return static_cast<int16_t>((value * kQ + (1U << (kBits - 1))) >> kBits);
}

constexpr std::uint8_t low8(std::uint32_t value) { return static_cast<std::uint8_t>(value); }

}  // namespace

MAGPIE_FOR_AVX2 void ntt(Poly& p) {
  forward_layer<128>(p);
  forward_layer<64>(p);
  forward_layer<32>(p);
  forward_layer<16>(p);
  forward_layer<8>(p);
  forward_layer<4>(p);
  forward_layer<2>(p);
  for (auto& c : p) c = barrett(c);  // seven layers took |c| to less than 8q, still 16 bits
}

MAGPIE_FOR_AVX2 void inverse_ntt(Poly& p) {
  inverse_layer<2>(p);
  inverse_layer<4>(p);
  inverse_layer<8>(p);
  inverse_layer<16>(p);
  inverse_layer<32>(p);
  inverse_layer<64>(p);
  inverse_layer<128>(p);
  for (auto& c : p) c = multiply(c, kInverseScale);
}

MAGPIE_FOR_AVX2 void times_r(Poly& p) {
  for (auto& c : p) c = multiply(c, kRSquared);
}

MAGPIE_FOR_AVX2 void make_twist(const Vec& b, Twist& twist) {
  for (std::size_t k = 0; k < kRank; ++k) {
    for (std::size_t i = 0; i < kN / 4; ++i) {
      const int16_t zeta = kZetas[kN / 4 + i];
      twist[k][2 * i] = multiply(b[k][4 * i + 1], zeta);
      twist[k][2 * i + 1] = multiply(b[k][4 * i + 3], low16(-zeta));
    }
  }
}

MAGPIE_FOR_AVX2 void dot(const Vec& a, const Vec& b, const Twist& b_twist, Poly& out) {
  // Sums of six products stay under q 2^15, so one reduction serves for all of them.
  for (std::size_t i = 0; i < kN / 2; ++i) {
    int32_t even = 0;
    int32_t odd = 0;
    for (std::size_t k = 0; k < kRank; ++k) {
      even += a[k][2 * i] * b[k][2 * i] + a[k][2 * i + 1] * b_twist[k][i];
      odd += a[k][2 * i] * b[k][2 * i + 1] + a[k][2 * i + 1] * b[k][2 * i];
    }
    out[2 * i] = reduce(even);
    out[2 * i + 1] = reduce(odd);
  }
}

MAGPIE_FOR_AVX2 void add(Poly& p, const Poly& other) {
  for (std::size_t i = 0; i < kN; ++i) p[i] = barrett(low16(p[i] + other[i]));
}

MAGPIE_FOR_AVX2 void subtract_from(const Poly& from, Poly& p) {
  for (std::size_t i = 0; i < kN; ++i) p[i] = barrett(low16(from[i] - p[i]));
}

MAGPIE_FOR_AVX2 void sample_noise(std::span<const std::uint8_t, kNoiseSize> bytes, Poly& out) {
  for (std::size_t i = 0; i < kNoiseSize; ++i) {
    const unsigned byte = bytes[i];
    const unsigned pairs = (byte & 0x55) + (byte >> 1 & 0x55);  // four sums of two bits
    out[2 * i] = low16(static_cast<int32_t>(pairs & 3) - static_cast<int32_t>(pairs >> 2 & 3));
    out[2 * i + 1] =
        low16(static_cast<int32_t>(pairs >> 4 & 3) - static_cast<int32_t>(pairs >> 6 & 3));
  }
}

std::size_t reject_sample(Bytes bytes, Poly& out, std::size_t count) {
  for (std::size_t at = 0; at + 3 <= bytes.size() && count < kN; at += 3) {
    const int first = bytes[at] | (bytes[at + 1] & 0x0f) << 8;
    const int second = bytes[at + 1] >> 4 | bytes[at + 2] << 4;
    if (first < kQ) out[count++] = low16(first);
    if (second < kQ && count < kN) out[count++] = low16(second);
  }
  return count;
}

MAGPIE_FOR_AVX2 void encode12(const Poly& p, std::span<std::uint8_t, kEncoded12> out) {
  for (std::size_t i = 0; i < kN / 2; ++i) {
    const std::uint32_t pair =
        positive(p[2 * i]) | static_cast<std::uint32_t>(positive(p[2 * i + 1])) << 12;
    for (std::size_t j = 0; j < 3; ++j) out[3 * i + j] = low8(pair >> (8 * j));
  }
}

MAGPIE_FOR_AVX2 void decode12(std::span<const std::uint8_t, kEncoded12> bytes, Poly& out) {
  for (std::size_t i = 0; i < kN / 2; ++i) {
    out[2 * i] = low16(bytes[3 * i] | (bytes[3 * i + 1] & 0x0f) << 8);
    out[2 * i + 1] = low16(bytes[3 * i + 1] >> 4 | bytes[3 * i + 2] << 4);
  }
}

MAGPIE_FOR_AVX2 void compress10(const Poly& p, std::span<std::uint8_t, kEncoded10> out) {
  for (std::size_t i = 0; i < kN / 4; ++i) {
    std::uint64_t four = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      four |= std::uint64_t{compress<10>(positive(p[4 * i + j]))} << (10 * j);
    }
    for (std::size_t j = 0; j < 5; ++j) out[5 * i + j] = low8(four >> (8 * j) & 0xff);
  }
}

MAGPIE_FOR_AVX2 void decompress10(std::span<const std::uint8_t, kEncoded10> bytes, Poly& out) {
  for (std::size_t i = 0; i < kN / 4; ++i) {
    std::uint64_t four = 0;
    for (std::size_t j = 0; j < 5; ++j) four |= std::uint64_t{bytes[5 * i + j]} << (8 * j);
    for (std::size_t j = 0; j < 4; ++j) {
      out[4 * i + j] = decompress<10>(static_cast<std::uint32_t>(four >> (10 * j) & 0x3ff));
    }
  }
}

MAGPIE_FOR_AVX2 void compress4(const Poly& p, std::span<std::uint8_t, kEncoded4> out) {
  for (std::size_t i = 0; i < kN / 2; ++i) {
    out[i] = low8(compress<4>(positive(p[2 * i])) | compress<4>(positive(p[2 * i + 1])) << 4);
  }
}

MAGPIE_FOR_AVX2 void decompress4(std::span<const std::uint8_t, kEncoded4> bytes, Poly& out) {
  for (std::size_t i = 0; i < kN / 2; ++i) {
    out[2 * i] = decompress<4>(bytes[i] & 0x0f);
    out[2 * i + 1] = decompress<4>(bytes[i] >> 4);
  }
}

MAGPIE_FOR_AVX2 void compress1(const Poly& p, std::span<std::uint8_t, 32> out) {
  for (std::size_t i = 0; i < 32; ++i) {
    std::uint32_t byte = 0;
    for (std::size_t j = 0; j < 8; ++j) byte |= compress<1>(positive(p[8 * i + j])) << j;
    out[i] = low8(byte);
  }
}

void decompress1(std::span<const std::uint8_t, 32> bytes, Poly& out) {
  for (std::size_t i = 0; i < kN; ++i) {
    // `opaque` because compilers have turned this multiplication by a bit into a branch.
    const int bit = opaque(bytes[i / 8] >> (i % 8) & 1);
    out[i] = low16(bit * ((kQ + 1) / 2));
  }
}

}  // namespace magpie::crypto::mlkem
