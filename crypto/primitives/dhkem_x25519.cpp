// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "crypto/primitives/hpke_labels.h"
#include "crypto/primitives/kem.h"
#include "crypto/primitives/x25519.h"

namespace magpie::crypto {
namespace {

constexpr std::uint16_t kId = 0x0020;
constexpr std::array<std::uint8_t, 5> kSuiteId = {'K', 'E', 'M', kId >> 8, kId & 0xff};

/// ExtractAndExpand (RFC 9180 §4.1) with kem_context = enc || pkRm.
Secret extract_and_expand(Bytes dh, Bytes enc, Bytes public_key) {
  const Secret eae_prk = hpke_labeled_extract(HashId::kSha256, kSuiteId, {}, "eae_prk", dh);
  return hpke_labeled_expand(HashId::kSha256, kSuiteId, eae_prk.expose(), "shared_secret",
                             {enc, public_key}, 32);
}

class DhkemX25519 final : public Kem {
 public:
  std::uint16_t id() const override { return kId; }
  std::size_t public_key_size() const override { return kX25519Size; }
  std::size_t private_key_size() const override { return kX25519Size; }
  std::size_t enc_size() const override { return kX25519Size; }
  std::size_t secret_size() const override { return 32; }

  KeyPair derive_key_pair(Bytes ikm) const override {
    const Secret prk = hpke_labeled_extract(HashId::kSha256, kSuiteId, {}, "dkp_prk", ikm);
    Secret private_key =
        hpke_labeled_expand(HashId::kSha256, kSuiteId, prk.expose(), "sk", {}, kX25519Size);
    Buffer public_key = x25519_public_key(private_key.expose());
    return {std::move(private_key), std::move(public_key)};
  }

  Result<Buffer> public_key_of(Bytes private_key) const override {
    if (private_key.size() != kX25519Size) return fail(Errc::kBadLength, "x25519: private key");
    return x25519_public_key(private_key);
  }

  Result<void> check_public_key(Bytes public_key) const override {
    if (public_key.size() != kX25519Size) return fail(Errc::kBadLength, "x25519: public key");
    if (x25519_has_small_order(public_key)) return fail(Errc::kBadKey, "x25519: public key");
    return {};
  }

  Result<Encapsulation> encap(Bytes public_key, Random& random) const override {
    if (public_key.size() != kX25519Size) return fail(Errc::kBadLength, "x25519: public key");
    const Secret ephemeral = random.secret(kX25519Size);
    MAGPIE_TRY(const Secret dh, x25519(ephemeral.expose(), public_key));
    Buffer enc = x25519_public_key(ephemeral.expose());
    Secret shared_secret = extract_and_expand(dh.expose(), enc, public_key);
    return Encapsulation{std::move(shared_secret), std::move(enc)};
  }

  Result<Secret> decap(Bytes enc, Bytes private_key, Bytes public_key) const override {
    if (enc.size() != kX25519Size) return fail(Errc::kBadLength, "x25519: enc");
    if (private_key.size() != kX25519Size || public_key.size() != kX25519Size) {
      return fail(Errc::kBadLength, "x25519: own key");
    }
    MAGPIE_TRY(const Secret dh, x25519(private_key, enc));
    return extract_and_expand(dh.expose(), enc, public_key);
  }
};

}  // namespace

const Kem& dhkem_x25519() {
  static const DhkemX25519 kKem;
  return kKem;
}

}  // namespace magpie::crypto
