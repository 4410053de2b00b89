// SPDX-License-Identifier: GPL-3.0-or-later
#include <sodium.h>

#include <array>

#include "crypto/base/check.h"
#include "crypto/primitives/hpke_labels.h"
#include "crypto/primitives/kem.h"

namespace magpie::crypto {
namespace {

constexpr std::size_t kKeySize = crypto_scalarmult_BYTES;
constexpr std::uint16_t kId = 0x0020;
constexpr std::array<std::uint8_t, 5> kSuiteId = {'K', 'E', 'M', kId >> 8, kId & 0xff};

using Point = std::array<std::uint8_t, kKeySize>;

/// A point whose little-endian encoding is `first`, then `middle` repeated, then `last`.
constexpr Point repeated(std::uint8_t first, std::uint8_t middle, std::uint8_t last) {
  Point point{};
  point.fill(middle);
  point.front() = first;
  point.back() = last;
  return point;
}

/// The points with which every X25519 gives zero (RFC 7748 §6.1), the top bit of an encoding
/// being ignored: 0, 1, the two of order 8, p-1, p, p+1.
constexpr std::array<Point, 7> kSmallOrder = {{
    repeated(0, 0, 0),
    repeated(1, 0, 0),
    {0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
     0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
     0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
    {0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1,
     0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c,
     0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57},
    repeated(0xec, 0xff, 0x7f),
    repeated(0xed, 0xff, 0x7f),
    repeated(0xee, 0xff, 0x7f),
}};

bool has_small_order(Bytes public_key) {
  Point point;
  std::ranges::copy(public_key, point.begin());
  point.back() &= 0x7f;
  return std::ranges::find(kSmallOrder, point) != kSmallOrder.end();
}

/// ExtractAndExpand (RFC 9180 §4.1) with kem_context = enc || pkRm.
Secret extract_and_expand(Bytes dh, Bytes enc, Bytes public_key) {
  const Secret eae_prk = hpke_labeled_extract(HashId::kSha256, kSuiteId, {}, "eae_prk", dh);
  return hpke_labeled_expand(HashId::kSha256, kSuiteId, eae_prk.expose(), "shared_secret",
                             {enc, public_key}, 32);
}

class DhkemX25519 final : public Kem {
 public:
  std::uint16_t id() const override { return kId; }
  std::size_t public_key_size() const override { return kKeySize; }
  std::size_t private_key_size() const override { return kKeySize; }
  std::size_t enc_size() const override { return kKeySize; }
  std::size_t secret_size() const override { return 32; }

  KeyPair derive_key_pair(Bytes ikm) const override {
    const Secret prk = hpke_labeled_extract(HashId::kSha256, kSuiteId, {}, "dkp_prk", ikm);
    Secret private_key =
        hpke_labeled_expand(HashId::kSha256, kSuiteId, prk.expose(), "sk", {}, kKeySize);
    Buffer public_key = base_multiple(private_key.expose());
    return {std::move(private_key), std::move(public_key)};
  }

  Result<Buffer> public_key_of(Bytes private_key) const override {
    if (private_key.size() != kKeySize) return fail(Errc::kBadLength, "x25519: private key");
    return base_multiple(private_key);
  }

  Result<void> check_public_key(Bytes public_key) const override {
    if (public_key.size() != kKeySize) return fail(Errc::kBadLength, "x25519: public key");
    if (has_small_order(public_key)) return fail(Errc::kBadKey, "x25519: public key");
    return {};
  }

  Result<Encapsulation> encap(Bytes public_key, Random& random) const override {
    if (public_key.size() != kKeySize) return fail(Errc::kBadLength, "x25519: public key");
    const Secret ephemeral = random.secret(kKeySize);
    MAGPIE_TRY(const Secret dh, multiply(ephemeral.expose(), public_key));
    Buffer enc = base_multiple(ephemeral.expose());
    Secret shared_secret = extract_and_expand(dh.expose(), enc, public_key);
    return Encapsulation{std::move(shared_secret), std::move(enc)};
  }

  Result<Secret> decap(Bytes enc, Bytes private_key, Bytes public_key) const override {
    if (enc.size() != kKeySize) return fail(Errc::kBadLength, "x25519: enc");
    if (private_key.size() != kKeySize || public_key.size() != kKeySize) {
      return fail(Errc::kBadLength, "x25519: own key");
    }
    MAGPIE_TRY(const Secret dh, multiply(private_key, enc));
    return extract_and_expand(dh.expose(), enc, public_key);
  }

 private:
  static Buffer base_multiple(Bytes scalar) {
    Buffer point(kKeySize);
    MAGPIE_CHECK(crypto_scalarmult_base(point.data(), scalar.data()) == 0);
    return point;
  }

  /// Refuses the zero result, as RFC 9180 §7.1.4 requires.
  static Result<Secret> multiply(Bytes scalar, Bytes point) {
    Secret dh(kKeySize);
    if (crypto_scalarmult(dh.fill().data(), scalar.data(), point.data()) != 0) {
      return fail(Errc::kBadKey, "x25519: zero result");
    }
    return dh;
  }
};

}  // namespace

const Kem& dhkem_x25519() {
  static const DhkemX25519 kem;
  return kem;
}

}  // namespace magpie::crypto
