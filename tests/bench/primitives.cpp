// SPDX-License-Identifier: GPL-3.0-or-later
#include <sodium.h>

#include <array>
#include <memory>

#include "crypto/base/check.h"
#include "crypto/primitives/hpke.h"
#include "crypto/primitives/mlkem768.h"
#include "crypto/primitives/stream.h"
#include "crypto/primitives/voprf.h"
#include "tests/bench/bench_crypto.h"

namespace magpie::bench {
namespace {

using namespace crypto;

/// The bare calls that references are made of.
class BarePrimitives {
 public:
  BarePrimitives() {
    randombytes_buf(scalar_.data(), scalar_.size());
    crypto_core_ristretto255_random(element_.data());
  }
  void x25519() {
    crypto_scalarmult_base(point_.data(), scalar_.data());  // a valid point to multiply
    MAGPIE_CHECK(crypto_scalarmult(out_.data(), scalar_.data(), kBase.data()) == 0);
  }
  void x25519_multiply() {
    MAGPIE_CHECK(crypto_scalarmult(out_.data(), scalar_.data(), kBase.data()) == 0);
  }
  void x25519_base() { crypto_scalarmult_base(point_.data(), scalar_.data()); }
  void hmac(int times) {
    for (int i = 0; i < times; ++i) {
      crypto_auth_hmacsha256(out_.data(), out_.data(), out_.size(), scalar_.data());
    }
  }
  void aead(std::size_t size) {
    text_.resize(size + 16);
    crypto_aead_chacha20poly1305_ietf_encrypt(text_.data(), nullptr, text_.data(), size, nullptr, 0,
                                              nullptr, nonce_.data(), scalar_.data());
  }
  void ristretto(int times) {
    for (int i = 0; i < times; ++i) {
      crypto_scalarmult_ristretto255_base(out_.data(), scalar_.data());
      MAGPIE_CHECK(crypto_scalarmult_ristretto255(point_.data(), scalar_.data(), out_.data()) == 0);
    }
  }

 private:
  static constexpr std::array<std::uint8_t, 32> kBase = {9};
  std::array<std::uint8_t, 32> scalar_{};
  std::array<std::uint8_t, 32> point_{};
  std::array<std::uint8_t, 32> element_{};
  std::array<std::uint8_t, 32> out_{};
  std::array<std::uint8_t, 12> nonce_{};
  Buffer text_;
};

/// A KEM with one key pair and one encapsulation to it.
struct KemFixture {
  explicit KemFixture(const Kem& with)
      : kem(with),
        ikm(random.secret(32)),
        pair(kem.derive_key_pair(ikm.expose())),
        sent(kem.encap(pair.public_key, random).value()) {}

  Timed derive() {
    return each([this] { benchmark::DoNotOptimize(kem.derive_key_pair(ikm.expose())); });
  }
  Timed encap() {
    return each([this] { benchmark::DoNotOptimize(kem.encap(pair.public_key, random)); });
  }
  Timed decap() {
    return each([this] {
      benchmark::DoNotOptimize(kem.decap(sent.enc, pair.private_key.expose(), pair.public_key));
    });
  }

  const Kem& kem;
  SystemRandom random;
  Secret ikm;
  Kem::KeyPair pair;
  Kem::Encapsulation sent;
};

/// HPKE of 1 KiB over a KEM.
struct HpkeFixture : KemFixture {
  explicit HpkeFixture(const Kem& with)
      : KemFixture(with),
        suite{&with, HashId::kSha256, AeadId::kChaCha20Poly1305},
        sealed(hpke_seal(suite, pair.public_key, {}, {}, text, random).value()) {}

  Timed seal() {
    return each([this] {
      benchmark::DoNotOptimize(hpke_seal(suite, pair.public_key, {}, {}, text, random));
    });
  }
  Timed open() {
    return each([this] {
      benchmark::DoNotOptimize(hpke_open(suite, pair.private_key.expose(), pair.public_key,
                                         sealed.enc, {}, {}, sealed.ciphertext));
    });
  }

  HpkeSuite suite;
  Buffer text = Buffer(1024, 1);
  HpkeCiphertext sealed;
};

void add_kems(std::vector<Comparison>& out, const std::shared_ptr<BarePrimitives>& bare) {
  static HpkeFixture dh(dhkem_x25519());
  static HpkeFixture hybrid(xwing());
  out.push_back({"dhkem_derive", 0, dh.derive(), each([bare] { bare->x25519_base(); })});
  out.push_back({"dhkem_encap", 0, dh.encap(), each([bare] {
                   bare->x25519();
                   bare->hmac(2);
                 })});
  out.push_back({"dhkem_decap", 0, dh.decap(), each([bare] {
                   bare->x25519_multiply();
                   bare->hmac(2);
                 })});
  // One HMAC for each extract and expand of RFC 9180 §4.1 and §5.1 that one message needs.
  out.push_back({"hpke_seal", 1024, dh.seal(), each([bare] {
                   bare->x25519();
                   bare->hmac(7);
                   bare->aead(1024);
                 })});
  out.push_back({"hpke_open", 1024, dh.open(), each([bare] {
                   bare->x25519_multiply();
                   bare->hmac(7);
                   bare->aead(1024);
                 })});
  out.push_back({"xwing_derive", 0, hybrid.derive(), dh.derive()});
  out.push_back({"xwing_encap", 0, hybrid.encap(), dh.encap()});
  out.push_back({"xwing_decap", 0, hybrid.decap(), dh.decap()});
  out.push_back({"xwing_hpke_seal", 1024, hybrid.seal(), dh.seal()});
  out.push_back({"xwing_hpke_open", 1024, hybrid.open(), dh.open()});
}

void add_streams(std::vector<Comparison>& out, const std::shared_ptr<BarePrimitives>& bare) {
  static SystemRandom random;
  static const Secret key = random.secret(kStreamKeySize);
  static const Buffer part(kStreamPartSize - 8, 3);
  out.push_back({"stream_seal_part", static_cast<long>(part.size()), each([] {
                   StreamSealer sealer(key.expose(), part.size(), random);
                   benchmark::DoNotOptimize(sealer.seal(part));
                 }),
                 each([bare] { bare->aead(kStreamPartSize); })});
}

/// A batch of `n` tokens; the reference is the multiplications that RFC 9497 asks for.
struct TokenFixture {
  explicit TokenFixture(std::size_t n) : key(voprf::ServerKey::generate(random)) {
    for (std::size_t i = 0; i < n; ++i) {
      inputs.push_back(as_bytes("token"));
      blinded.push_back(voprf::blind(inputs.back(), random).value());
      elements.push_back(blinded.back().element);
    }
    evaluation = key.blind_evaluate(elements, random).value();
  }

  SystemRandom random;
  voprf::ServerKey key;
  std::vector<Bytes> inputs;
  std::vector<voprf::Blinded> blinded;
  std::vector<voprf::Element> elements;
  voprf::Evaluation evaluation;
};

void add_tokens(std::vector<Comparison>& out, const std::shared_ptr<BarePrimitives>& bare) {
  for (const int n : {1, 32}) {
    auto batch = std::make_shared<TokenFixture>(static_cast<std::size_t>(n));
    out.push_back({"voprf_evaluate", n, each([batch] {
                     benchmark::DoNotOptimize(
                         batch->key.blind_evaluate(batch->elements, batch->random));
                   }),
                   each([bare, n] { bare->ristretto(2 * n + 3); })});
    out.push_back({"voprf_finalize", n, each([batch] {
                     benchmark::DoNotOptimize(voprf::finalize(batch->key.public_key(),
                                                              batch->inputs, batch->blinded,
                                                              batch->evaluation));
                   }),
                   each([bare, n] { bare->ristretto(3 * n + 4); })});
  }
}

}  // namespace

void add_primitives(std::vector<Comparison>& comparisons) {
  const auto bare = std::make_shared<BarePrimitives>();
  add_kems(comparisons, bare);
  add_streams(comparisons, bare);
  add_tokens(comparisons, bare);
}

}  // namespace magpie::bench
