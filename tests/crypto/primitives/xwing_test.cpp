// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "crypto/primitives/hpke.h"
#include "crypto/primitives/keccak.h"
#include "crypto/primitives/mlkem768.h"
#include "tests/crypto/primitives/fixed_random.h"
#include "tests/support/vectors.h"

namespace magpie::crypto {
namespace {

using test::hex_bytes;

TEST(XWing, known_answers_of_the_draft) {
  MAGPIE_LOAD_VECTORS(file, "xwing/test-vectors.json");
  test::VectorCount count("xwing");
  const Kem& kem = xwing();
  EXPECT_EQ(kem.id(), 0x647a);
  for (const auto& test : file) {
    count.ran();
    const Buffer seed = hex_bytes(test["seed"]);
    const Buffer public_key = hex_bytes(test["pk"]);
    EXPECT_EQ(to_hex(kem.public_key_of(seed).value()), to_hex(public_key));
    EXPECT_TRUE(kem.check_public_key(public_key));
    FixedRandom random(hex_bytes(test["eseed"]));
    const auto sent = kem.encap(public_key, random);
    ASSERT_TRUE(sent);
    EXPECT_EQ(to_hex(sent->enc), test["ct"].get<std::string>());
    EXPECT_EQ(to_hex(sent->shared_secret.expose()), test["ss"].get<std::string>());
    EXPECT_EQ(to_hex(kem.decap(sent->enc, seed, public_key)->expose()),
              test["ss"].get<std::string>());
  }
  EXPECT_GT(count.ran_count(), 0);
}

TEST(XWing, derive_key_pair_hashes_the_input_to_the_seed) {
  const Kem& kem = xwing();
  for (const std::string_view ikm : {"", "input", "an input of more than thirty-two bytes"}) {
    const auto pair = kem.derive_key_pair(as_bytes(ikm));
    std::array<std::uint8_t, 32> seed{};
    shake(ShakeId::kShake256, {as_bytes(ikm)}, seed);
    EXPECT_EQ(to_hex(pair.private_key.expose()), to_hex(seed));
    EXPECT_EQ(to_hex(pair.public_key), to_hex(kem.public_key_of(seed).value()));
  }
}

TEST(XWing, keys_that_either_half_refuses_are_refused) {
  SystemRandom random;
  const Kem& kem = xwing();
  const auto pair = kem.derive_key_pair(random.secret(32).expose());
  Buffer unreduced = pair.public_key;
  unreduced[0] = 0xff;
  unreduced[1] = static_cast<std::uint8_t>(unreduced[1] | 0x0f);
  Buffer small_order = pair.public_key;
  std::fill(small_order.end() - 32, small_order.end(), 0);
  for (const Buffer& key : {unreduced, small_order}) {
    EXPECT_EQ(kem.check_public_key(key).error().code, Errc::kBadKey);
    EXPECT_EQ(kem.encap(key, random).error().code, Errc::kBadKey);
  }
  for (const std::size_t size : {0U, 1215U, 1217U}) {
    const Buffer key(size);
    EXPECT_EQ(kem.check_public_key(key).error().code, Errc::kBadLength);
    EXPECT_EQ(kem.encap(key, random).error().code, Errc::kBadLength);
  }
  const Bytes own = pair.private_key.expose();
  EXPECT_EQ(kem.decap(Buffer(1119), own, pair.public_key).error().code, Errc::kBadLength);
  EXPECT_EQ(kem.decap(Buffer(1120), own.first(31), pair.public_key).error().code, Errc::kBadLength);
  EXPECT_EQ(kem.decap(Buffer(1120), own, pair.public_key).error().code, Errc::kBadKey);
  EXPECT_EQ(kem.public_key_of(own.first(31)).error().code, Errc::kBadLength);
}

TEST(XWing, a_change_in_either_half_of_the_encapsulation_changes_the_secret) {
  SystemRandom random;
  const Kem& kem = xwing();
  const auto pair = kem.derive_key_pair(random.secret(32).expose());
  const auto sent = kem.encap(pair.public_key, random).value();
  for (const std::size_t at : {std::size_t{0}, std::size_t{1087}, std::size_t{1088}}) {
    Buffer changed = sent.enc;
    changed[at] = static_cast<std::uint8_t>(changed[at] ^ 1);
    const auto secret = kem.decap(changed, pair.private_key.expose(), pair.public_key);
    ASSERT_TRUE(secret);
    EXPECT_FALSE(equal_secret(secret->expose(), sent.shared_secret.expose())) << at;
  }
}

TEST(XWing, carries_hpke_with_both_hashes) {
  SystemRandom random;
  for (const HashId kdf : {HashId::kSha256, HashId::kSha512}) {
    const HpkeSuite suite{&xwing(), kdf, AeadId::kChaCha20Poly1305};
    const auto pair = suite.kem->derive_key_pair(random.secret(32).expose());
    const Bytes own = pair.private_key.expose();
    const auto sealed = hpke_seal(suite, pair.public_key, as_bytes("info"), as_bytes("aad"),
                                  as_bytes("text"), random);
    ASSERT_TRUE(sealed);
    const auto open = [&](Bytes enc, std::string_view info) {
      return hpke_open(suite, own, pair.public_key, enc, as_bytes(info), as_bytes("aad"),
                       sealed->ciphertext);
    };
    EXPECT_EQ(as_text(open(sealed->enc, "info")->expose()), "text");
    EXPECT_EQ(open(sealed->enc, "other").error().code, Errc::kDecryptFailed);
    Buffer changed = sealed->enc;
    changed[500] = static_cast<std::uint8_t>(changed[500] ^ 0x10);
    EXPECT_EQ(open(changed, "info").error().code, Errc::kDecryptFailed);
  }
}

}  // namespace
}  // namespace magpie::crypto
