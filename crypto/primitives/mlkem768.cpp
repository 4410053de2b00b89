// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/primitives/mlkem768.h"

#include <sodium.h>

#include <algorithm>

#include "crypto/base/constant_time.h"
#include "crypto/base/secret_of.h"
#include "crypto/primitives/keccak.h"
#include "crypto/primitives/mlkem_ring.h"

namespace magpie::crypto::mlkem768 {
namespace {

using mlkem::kEncoded10;
using mlkem::kEncoded12;
using mlkem::kEncoded4;
using mlkem::kRank;
using mlkem::Matrix;
using mlkem::Poly;
using mlkem::Twist;
using mlkem::Vec;
using Bytes32 = std::span<const std::uint8_t, 32>;
using PublicKey = std::span<const std::uint8_t, kPublicKeySize>;
using Ciphertext = std::span<const std::uint8_t, kCiphertextSize>;

constexpr std::size_t kVecSize = kRank * kEncoded12;
constexpr std::size_t kUSize = kRank * kEncoded10;
static_assert(kPublicKeySize == kVecSize + 32);
static_assert(kPrivateKeySize == kVecSize + kPublicKeySize + 64);
static_assert(kCiphertextSize == kUSize + kEncoded4);

/// A = SampleNTT(rho || j || i) at row i, column j, or its transpose (Algorithms 13 and 14).
void expand_matrix(Bytes32 rho, bool transposed, Matrix& out) {
  constexpr std::size_t kEntries = kRank * kRank;
  constexpr std::size_t kRate = shake_rate(ShakeId::kShake128);
  for (std::size_t first = 0; first < kEntries; first += 4) {
    std::array<std::array<std::uint8_t, 34>, 4> inputs;
    std::array<Poly, 4> polys;
    std::array<std::size_t, 4> counts{};
    for (std::size_t k = 0; k < 4; ++k) {
      const std::size_t entry = std::min(first + k, kEntries - 1);
      auto row = static_cast<std::uint8_t>(entry / kRank);
      auto column = static_cast<std::uint8_t>(entry % kRank);
      if (transposed) std::swap(row, column);
      std::ranges::copy(rho, inputs[k].begin());
      inputs[k][32] = column;
      inputs[k][33] = row;
    }
    ShakeX4 xof(ShakeId::kShake128, {inputs[0], inputs[1], inputs[2], inputs[3]});
    std::array<std::array<std::uint8_t, kRate>, 4> blocks;
    while (std::ranges::min(counts) < mlkem::kN) {
      xof.squeeze_block({blocks[0].data(), blocks[1].data(), blocks[2].data(), blocks[3].data()},
                        kRate);
      for (std::size_t k = 0; k < 4; ++k) {
        counts[k] = mlkem::reject_sample(blocks[k], polys[k], counts[k]);
      }
    }
    for (std::size_t k = 0; k < 4 && first + k < kEntries; ++k) {
      out[(first + k) / kRank][(first + k) % kRank] = polys[k];
    }
  }
}

/// SamplePolyCBD(PRF(seed, n)) for the four n from `nonce` on; a null place is left out.
void sample_noise_x4(Bytes32 seed, std::uint8_t nonce, const std::array<Poly*, 4>& out) {
  struct Work {
    std::array<std::array<std::uint8_t, 33>, 4> inputs;
    std::array<std::array<std::uint8_t, mlkem::kNoiseSize>, 4> blocks;
  };
  SecretOf<Work> work;
  for (std::size_t k = 0; k < 4; ++k) {
    std::ranges::copy(seed, work->inputs[k].begin());
    work->inputs[k][32] = static_cast<std::uint8_t>(nonce + k);
  }
  const auto& inputs = work->inputs;
  auto& blocks = work->blocks;
  ShakeX4 prf(ShakeId::kShake256, {inputs[0], inputs[1], inputs[2], inputs[3]});
  prf.squeeze_block({blocks[0].data(), blocks[1].data(), blocks[2].data(), blocks[3].data()},
                    mlkem::kNoiseSize);
  for (std::size_t k = 0; k < 4; ++k) {
    if (out[k] != nullptr) mlkem::sample_noise(blocks[k], *out[k]);
  }
}

/// The seeds of K-PKE.KeyGen (Algorithm 13): rho, which is public, and sigma.
struct KeySeeds {
  std::array<std::uint8_t, 32> rho;
  std::array<std::uint8_t, 32> sigma;
};
void expand_key_seeds(Bytes32 d, KeySeeds& out) {
  SecretOf<std::array<std::uint8_t, 64>> g;
  const std::array<std::uint8_t, 1> rank = {kRank};
  sha3_512({d, rank}, *g);
  std::copy_n(g->begin(), 32, out.rho.begin());
  std::copy_n(g->begin() + 32, 32, out.sigma.begin());
  declassify(out.rho.data(), out.rho.size());
}

/// K-PKE.KeyGen; `s_bytes`, where not empty, receives the encoded private vector.
Buffer pke_key_gen(Bytes32 d, MutableBytes s_bytes) {
  struct Work {
    Vec s;
    Vec e;
    Twist s_twist;
    KeySeeds seeds;
  };
  SecretOf<Work> work;
  auto& [s, e, s_twist, seeds] = *work;
  expand_key_seeds(d, seeds);
  sample_noise_x4(seeds.sigma, 0, {&s[0], &s[1], &s[2], &e[0]});
  sample_noise_x4(seeds.sigma, 4, {&e[1], &e[2], nullptr, nullptr});
  for (std::size_t i = 0; i < kRank; ++i) {
    mlkem::ntt(s[i]);
    mlkem::ntt(e[i]);
  }
  mlkem::make_twist(s, s_twist);

  Matrix a;
  expand_matrix(seeds.rho, false, a);
  Buffer public_key(kPublicKeySize);
  const std::span out(public_key);
  for (std::size_t i = 0; i < kRank; ++i) {
    Poly t;
    mlkem::dot(a[i], s, s_twist, t);
    mlkem::times_r(t);
    mlkem::add(t, e[i]);
    mlkem::encode12(t, out.subspan(i * kEncoded12).first<kEncoded12>());
    if (!s_bytes.empty()) {
      mlkem::encode12(s[i], s_bytes.subspan(i * kEncoded12).first<kEncoded12>());
    }
  }
  std::ranges::copy(seeds.rho, public_key.end() - 32);
  declassify(public_key.data(), public_key.size());
  return public_key;
}

/// K-PKE.Encrypt (Algorithm 14).
void pke_encrypt(PublicKey public_key, Bytes32 message, Bytes32 randomness,
                 std::span<std::uint8_t, kCiphertextSize> out) {
  struct Work {
    Vec y;
    Twist y_twist;
    Poly sum;
    Poly mu;
  };
  SecretOf<Work> work;
  SecretOf<std::array<Poly, 4>> noise;  // e1, e2
  auto& [y, y_twist, sum, mu] = *work;
  auto& e = *noise;
  sample_noise_x4(randomness, 0, {&y[0], &y[1], &y[2], &e[0]});
  sample_noise_x4(randomness, 4, {&e[1], &e[2], &e[3], nullptr});
  for (auto& p : y) mlkem::ntt(p);
  mlkem::make_twist(y, y_twist);

  Matrix a;
  expand_matrix(public_key.last<32>(), true, a);
  for (std::size_t i = 0; i < kRank; ++i) {
    mlkem::dot(a[i], y, y_twist, sum);
    mlkem::inverse_ntt(sum);
    mlkem::add(sum, e[i]);
    mlkem::compress10(sum, out.subspan(i * kEncoded10).first<kEncoded10>());
  }
  Vec& t = a[0];
  for (std::size_t i = 0; i < kRank; ++i) {
    mlkem::decode12(public_key.subspan(i * kEncoded12).first<kEncoded12>(), t[i]);
  }
  mlkem::dot(t, y, y_twist, sum);
  mlkem::inverse_ntt(sum);
  mlkem::decompress1(message, mu);
  mlkem::add(sum, e[3]);
  mlkem::add(sum, mu);
  mlkem::compress4(sum, out.last<kEncoded4>());
}

/// K-PKE.Decrypt (Algorithm 15) with the private vector in the NTT domain.
void pke_decrypt(const Vec& s, Ciphertext ciphertext, std::span<std::uint8_t, 32> message) {
  struct Work {
    Vec u;
    Twist u_twist;
    Poly w;
    Poly v;
  };
  SecretOf<Work> work;
  auto& [u, u_twist, w, v] = *work;
  for (std::size_t i = 0; i < kRank; ++i) {
    mlkem::decompress10(ciphertext.subspan(i * kEncoded10).first<kEncoded10>(), u[i]);
    mlkem::ntt(u[i]);
  }
  mlkem::make_twist(u, u_twist);
  mlkem::dot(s, u, u_twist, w);
  mlkem::inverse_ntt(w);
  mlkem::decompress4(ciphertext.last<kEncoded4>(), v);
  mlkem::subtract_from(v, w);
  mlkem::compress1(w, message);
}

/// Decaps_internal (Algorithm 18), with the parts of dk as they are at hand.
Secret decaps_internal(Ciphertext ciphertext, const Vec& s, PublicKey public_key,
                       Bytes32 public_key_hash, Bytes32 z) {
  struct Work {
    std::array<std::uint8_t, 32> message;
    std::array<std::uint8_t, 64> secret_and_randomness;
    std::array<std::uint8_t, 32> rejection;
    std::array<std::uint8_t, kCiphertextSize> again;
  };
  SecretOf<Work> work;
  pke_decrypt(s, ciphertext, work->message);
  sha3_512({work->message, public_key_hash}, work->secret_and_randomness);
  shake(ShakeId::kShake256, {z, ciphertext}, work->rejection);
  pke_encrypt(public_key, work->message, std::span(work->secret_and_randomness).last<32>(),
              work->again);
  // Zero where they are equal, all ones where not: sodium_memcmp gives 0 or -1.
  const auto differs = opaque(static_cast<std::uint8_t>(
      sodium_memcmp(work->again.data(), ciphertext.data(), kCiphertextSize)));
  Secret shared_secret(kSecretSize);
  for (std::size_t i = 0; i < kSecretSize; ++i) {
    const std::uint8_t good = work->secret_and_randomness[i];
    shared_secret.fill()[i] =
        static_cast<std::uint8_t>(good ^ (differs & (good ^ work->rejection[i])));
  }
  return shared_secret;
}

}  // namespace

KeyPair key_pair(std::span<const std::uint8_t, kSeedSize> seed) {
  Secret private_key(kPrivateKeySize);
  const std::span dk(private_key.fill());
  Buffer ek = pke_key_gen(seed.first<32>(), dk.first(kVecSize));
  std::ranges::copy(ek, dk.begin() + kVecSize);
  sha3_256({ek}, dk.last(64).first<32>());
  std::ranges::copy(seed.last<32>(), dk.end() - 32);
  return {std::move(private_key), std::move(ek)};
}

Buffer public_key(std::span<const std::uint8_t, kSeedSize> seed) {
  return pke_key_gen(seed.first<32>(), {});
}

Result<void> check_public_key(Bytes public_key) {
  if (public_key.size() != kPublicKeySize) return fail(Errc::kBadLength, "mlkem: public key");
  for (std::size_t i = 0; i < kRank; ++i) {
    Poly t;
    mlkem::decode12(public_key.subspan(i * kEncoded12).first<kEncoded12>(), t);
    if (std::ranges::max(t) >= mlkem::kQ) return fail(Errc::kBadKey, "mlkem: not reduced");
  }
  return {};
}

Result<Encapsulation> encaps(Bytes public_key,
                             std::span<const std::uint8_t, kMessageSize> message) {
  MAGPIE_TRY_VOID(check_public_key(public_key));
  std::array<std::uint8_t, 32> hash;
  sha3_256({public_key}, hash);
  SecretOf<std::array<std::uint8_t, 64>> g;
  sha3_512({message, hash}, *g);
  Buffer ciphertext(kCiphertextSize);
  pke_encrypt(public_key.first<kPublicKeySize>(), message, Bytes32(g->begin() + 32, 32),
              std::span(ciphertext).first<kCiphertextSize>());
  declassify(ciphertext.data(), ciphertext.size());
  return Encapsulation{Secret::copy_of(Bytes(*g).first(32)), std::move(ciphertext)};
}

Result<Secret> decaps(Bytes ciphertext, Bytes private_key) {
  if (ciphertext.size() != kCiphertextSize) return fail(Errc::kBadLength, "mlkem: ciphertext");
  if (private_key.size() != kPrivateKeySize) return fail(Errc::kBadLength, "mlkem: private key");
  const auto ek = private_key.subspan(kVecSize).first<kPublicKeySize>();
  const auto stored_hash = private_key.last(64).first<32>();
  std::array<std::uint8_t, 32> hash;
  sha3_256({ek}, hash);
  if (!declassified(equal_secret(hash, stored_hash))) {
    return fail(Errc::kBadKey, "mlkem: hash of the public key");
  }
  SecretOf<Vec> s;
  for (std::size_t i = 0; i < kRank; ++i) {
    mlkem::decode12(private_key.subspan(i * kEncoded12).first<kEncoded12>(), (*s)[i]);
  }
  return decaps_internal(ciphertext.first<kCiphertextSize>(), *s, ek, stored_hash,
                         private_key.last<32>());
}

Result<Secret> decaps_from_seed(Bytes ciphertext, std::span<const std::uint8_t, kSeedSize> seed,
                                Bytes public_key) {
  if (ciphertext.size() != kCiphertextSize) return fail(Errc::kBadLength, "mlkem: ciphertext");
  if (public_key.size() != kPublicKeySize) return fail(Errc::kBadLength, "mlkem: public key");
  SecretOf<KeySeeds> seeds;
  expand_key_seeds(seed.first<32>(), *seeds);
  SecretOf<Vec> s;
  sample_noise_x4(seeds->sigma, 0, {&(*s)[0], &(*s)[1], &(*s)[2], nullptr});
  for (auto& p : *s) mlkem::ntt(p);
  std::array<std::uint8_t, 32> hash;
  sha3_256({public_key}, hash);
  return decaps_internal(ciphertext.first<kCiphertextSize>(), *s,
                         public_key.first<kPublicKeySize>(), hash, seed.last<32>());
}

}  // namespace magpie::crypto::mlkem768
