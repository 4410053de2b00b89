// SPDX-License-Identifier: GPL-3.0-or-later
// HPKE messages of both KEMs, altered in any part: they open where nothing was, and only there.
#include "crypto/base/check.h"
#include "crypto/primitives/hpke.h"
#include "tests/fuzz/alter.h"
#include "tests/support/seeded_random.h"

namespace magpie::crypto {
namespace {

struct Receiver {
  HpkeSuite suite;
  Kem::KeyPair pair;
};

const Receiver& receiver(std::size_t index) {
  const auto make = [](const Kem& kem, HashId kdf) {
    return Receiver{{&kem, kdf, AeadId::kChaCha20Poly1305}, kem.derive_key_pair(Buffer(32, 1))};
  };
  static const Receiver receivers[] = {make(dhkem_x25519(), HashId::kSha256),
                                       make(xwing(), HashId::kSha512)};
  return receivers[index];
}

void open(fuzz::Alterations& alterations, const Receiver& to) {
  test::SeededRandom random(3);
  Buffer info = {1, 2, 3};
  Buffer aad = {4};
  const Buffer plaintext = alterations.bytes(alterations.below(40));
  auto sealed = hpke_seal(to.suite, to.pair.public_key, info, aad, plaintext, random);
  MAGPIE_CHECK(sealed.has_value());
  alterations.maybe(info);
  alterations.maybe(aad);
  alterations.maybe(sealed->enc);
  alterations.maybe(sealed->ciphertext);
  const auto opened = hpke_open(to.suite, to.pair.private_key.expose(), to.pair.public_key,
                                sealed->enc, info, aad, sealed->ciphertext);
  MAGPIE_CHECK(opened.has_value() == (alterations.count() == 0));
  if (opened) MAGPIE_CHECK(equal(opened->expose(), plaintext));
}

/// A public key that passes the check can be encapsulated to, and no other.
void encapsulate(fuzz::Alterations& alterations, const Receiver& to) {
  test::SeededRandom random(4);
  Buffer public_key = to.pair.public_key;
  alterations.maybe(public_key);
  const bool valid = to.suite.kem->check_public_key(public_key).has_value();
  MAGPIE_CHECK(valid == to.suite.kem->encap(public_key, random).has_value());
  MAGPIE_CHECK(valid || alterations.count() > 0);
}

}  // namespace
}  // namespace magpie::crypto

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  magpie::fuzz::Alterations alterations(data, size);
  const auto& to = magpie::crypto::receiver(alterations.below(2));
  magpie::crypto::encapsulate(alterations, to);
  if (alterations.count() == 0) magpie::crypto::open(alterations, to);
  return 0;
}
