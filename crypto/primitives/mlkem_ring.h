// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include "crypto/base/bytes.h"

/// The arithmetic of ML-KEM (FIPS 203 §4): polynomials modulo x^256 + 1 and q = 3329, for
/// mlkem768.cpp alone. No branch and no address depends on a coefficient, except in
/// `reject_sample`, whose input is public. Products carry a factor 1/R, R = 2^16, that
/// `inverse_ntt` or `times_r` takes away (Montgomery arithmetic).
namespace magpie::crypto::mlkem {

constexpr std::int16_t kQ = 3329;
constexpr std::size_t kN = 256;
constexpr std::size_t kRank = 3;  ///< k of ML-KEM-768
constexpr std::size_t kSeedSize = 32;
constexpr std::size_t kNoiseSize = 128;  ///< bytes for one noise polynomial, eta = 2
constexpr std::size_t kEncoded12 = 384;  ///< bytes of a polynomial in full
constexpr std::size_t kEncoded10 = 320;  ///< compressed to du = 10 bits a coefficient
constexpr std::size_t kEncoded4 = 128;   ///< compressed to dv = 4 bits

/// Signed coefficients; each function says which range it takes and gives.
using Poly = std::array<std::int16_t, kN>;
using Vec = std::array<Poly, kRank>;
using Matrix = std::array<Vec, kRank>;
/// The odd coefficients of a vector times their powers of zeta, computed once for many products.
using Twist = std::array<std::array<std::int16_t, kN / 2>, kRank>;

/// NTT (Algorithm 9) in place: from |c| < q to |c| <= q/2.
void ntt(Poly& p);
/// NTT^-1 (Algorithm 10) in place, times R: from |c| < q to |c| < q.
void inverse_ntt(Poly& p);
/// Times R, in place: |c| < q.
void times_r(Poly& p);

/// For a vector with |c| <= q/2.
void make_twist(const Vec& b, Twist& twist);
/// a[0]*b[0] + a[1]*b[1] + a[2]*b[2] in the NTT domain (Algorithm 11), over R; for 0 <= a < 4096
/// or |a| <= q/2, and |b| <= q/2. Gives |c| < q.
void dot(const Vec& a, const Vec& b, const Twist& b_twist, Poly& out);

/// p += q, p = p - q reduced to |c| <= q/2, for |c| < 4q.
void add(Poly& p, const Poly& other);
void subtract_from(const Poly& from, Poly& p);

/// SamplePolyCBD with eta = 2 (Algorithm 8): |c| <= 2.
void sample_noise(std::span<const std::uint8_t, kNoiseSize> bytes, Poly& out);
/// One block of SampleNTT (Algorithm 7): appends what `bytes` gives to the first `count`
/// coefficients of `out`, in [0, q), and gives the new count, at most kN.
std::size_t reject_sample(Bytes bytes, Poly& out, std::size_t count);

/// ByteEncode12 (Algorithm 5) of |c| < q.
void encode12(const Poly& p, std::span<std::uint8_t, kEncoded12> out);
/// ByteDecode12 without reduction: [0, 4096).
void decode12(std::span<const std::uint8_t, kEncoded12> bytes, Poly& out);

/// Compress and ByteEncode (§4.2.1) of |c| < q, and back to [0, q).
void compress10(const Poly& p, std::span<std::uint8_t, kEncoded10> out);
void decompress10(std::span<const std::uint8_t, kEncoded10> bytes, Poly& out);
void compress4(const Poly& p, std::span<std::uint8_t, kEncoded4> out);
void decompress4(std::span<const std::uint8_t, kEncoded4> bytes, Poly& out);
/// The same with one bit a coefficient: messages.
void compress1(const Poly& p, std::span<std::uint8_t, 32> out);
void decompress1(std::span<const std::uint8_t, 32> bytes, Poly& out);

}  // namespace magpie::crypto::mlkem
