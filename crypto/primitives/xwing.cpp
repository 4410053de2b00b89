// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>

#include "crypto/base/secret_of.h"
#include "crypto/primitives/keccak.h"
#include "crypto/primitives/kem.h"
#include "crypto/primitives/mlkem768.h"
#include "crypto/primitives/x25519.h"

namespace magpie::crypto {
namespace {

constexpr std::size_t kPublicKeySize = mlkem768::kPublicKeySize + kX25519Size;
constexpr std::size_t kEncSize = mlkem768::kCiphertextSize + kX25519Size;
constexpr std::size_t kSeedSize = 32;

/// expandDecapsulationKey: 64 bytes for ML-KEM, 32 for X25519.
class ExpandedKey {
 public:
  explicit ExpandedKey(Bytes seed) { shake(ShakeId::kShake256, {seed}, *bytes_); }
  std::span<const std::uint8_t, mlkem768::kSeedSize> mlkem_seed() const {
    return std::span(*bytes_).first<mlkem768::kSeedSize>();
  }
  Bytes x25519_key() const { return std::span(*bytes_).last<kX25519Size>(); }

 private:
  SecretOf<std::array<std::uint8_t, mlkem768::kSeedSize + kX25519Size>> bytes_;
};

Buffer public_key_of_expanded(const ExpandedKey& key) {
  Buffer public_key = mlkem768::public_key(key.mlkem_seed());
  const Buffer x25519_part = x25519_public_key(key.x25519_key());
  public_key.insert(public_key.end(), x25519_part.begin(), x25519_part.end());
  return public_key;
}

/// The combiner. It leaves out the ML-KEM ciphertext, which ML-KEM's own secret already binds.
Secret combine(Bytes mlkem_secret, Bytes x25519_secret, Bytes x25519_enc, Bytes x25519_key) {
  constexpr std::string_view kLabel = R"(\.//^\)";
  Secret out(32);
  sha3_256({mlkem_secret, x25519_secret, x25519_enc, x25519_key, as_bytes(kLabel)},
           out.fill().first<32>());
  return out;
}

class XWing final : public Kem {
 public:
  std::uint16_t id() const override { return 0x647a; }
  std::size_t public_key_size() const override { return kPublicKeySize; }
  std::size_t private_key_size() const override { return kSeedSize; }
  std::size_t enc_size() const override { return kEncSize; }
  std::size_t secret_size() const override { return 32; }

  KeyPair derive_key_pair(Bytes ikm) const override {
    Secret seed(kSeedSize);
    shake(ShakeId::kShake256, {ikm}, seed.fill());
    Buffer public_key = public_key_of_expanded(ExpandedKey(seed.expose()));
    return {std::move(seed), std::move(public_key)};
  }

  Result<Buffer> public_key_of(Bytes private_key) const override {
    if (private_key.size() != kSeedSize) return fail(Errc::kBadLength, "xwing: private key");
    return public_key_of_expanded(ExpandedKey(private_key));
  }

  Result<void> check_public_key(Bytes public_key) const override {
    if (public_key.size() != kPublicKeySize) return fail(Errc::kBadLength, "xwing: public key");
    if (x25519_has_small_order(x25519_part(public_key))) {
      return fail(Errc::kBadKey, "xwing: x25519 key");
    }
    return mlkem768::check_public_key(mlkem_part(public_key));
  }

  Result<Encapsulation> encap(Bytes public_key, Random& random) const override {
    if (public_key.size() != kPublicKeySize) return fail(Errc::kBadLength, "xwing: public key");
    // eseed: the message of ML-KEM, then the ephemeral X25519 key.
    const Secret eseed = random.secret(mlkem768::kMessageSize + kX25519Size);
    const Bytes ephemeral = eseed.expose().last(kX25519Size);
    MAGPIE_TRY(auto sent, mlkem768::encaps(mlkem_part(public_key),
                                           eseed.expose().first<mlkem768::kMessageSize>()));
    MAGPIE_TRY(const Secret dh, x25519(ephemeral, x25519_part(public_key)));
    const Buffer x25519_enc = x25519_public_key(ephemeral);
    Secret shared_secret =
        combine(sent.shared_secret.expose(), dh.expose(), x25519_enc, x25519_part(public_key));
    Buffer enc = std::move(sent.ciphertext);
    enc.insert(enc.end(), x25519_enc.begin(), x25519_enc.end());
    return Encapsulation{std::move(shared_secret), std::move(enc)};
  }

  Result<Secret> decap(Bytes enc, Bytes private_key, Bytes public_key) const override {
    if (enc.size() != kEncSize) return fail(Errc::kBadLength, "xwing: enc");
    if (private_key.size() != kSeedSize || public_key.size() != kPublicKeySize) {
      return fail(Errc::kBadLength, "xwing: own key");
    }
    const ExpandedKey key(private_key);
    const Bytes x25519_enc = enc.last(kX25519Size);
    MAGPIE_TRY(const Secret dh, x25519(key.x25519_key(), x25519_enc));
    MAGPIE_TRY(const Secret secret,
               mlkem768::decaps_from_seed(enc.first(mlkem768::kCiphertextSize), key.mlkem_seed(),
                                          mlkem_part(public_key)));
    return combine(secret.expose(), dh.expose(), x25519_enc, x25519_part(public_key));
  }

 private:
  static Bytes mlkem_part(Bytes public_key) { return public_key.first(mlkem768::kPublicKeySize); }
  static Bytes x25519_part(Bytes public_key) { return public_key.last(kX25519Size); }
};

}  // namespace

const Kem& xwing() {
  static const XWing kKem;
  return kKem;
}

}  // namespace magpie::crypto
