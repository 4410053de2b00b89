// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/primitives/hpke.h"

#include <gtest/gtest.h>

#include "tests/crypto/primitives/fixed_random.h"

namespace magpie::crypto {
namespace {

Buffer hex(std::string_view text) { return from_hex(text).value(); }
std::string hex(Bytes bytes) { return to_hex(bytes); }

/// RFC 9180 appendix A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305, base mode.
struct Rfc9180A2 {
  HpkeSuite suite{&dhkem_x25519(), HashId::kSha256, AeadId::kChaCha20Poly1305};
  Buffer info = hex("4f6465206f6e2061204772656369616e2055726e");
  Buffer ikm_e = hex("909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b");
  Buffer sk_e = hex("f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600");
  Buffer pk_e = hex("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a");
  Buffer ikm_r = hex("1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df");
  Buffer sk_r = hex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb");
  Buffer pk_r = hex("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a");
  Buffer shared_secret = hex("0bbe78490412b4bbea4812666f7916932b828bba79942424abb65244930d69a7");
  Buffer aad = hex("436f756e742d30");
  Buffer plaintext = hex("4265617574792069732074727574682c20747275746820626561757479");
  Buffer ciphertext = hex(
      "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28");

  Result<Secret> open(Bytes enc, Bytes with_info, Bytes with_aad, Bytes sealed) const {
    return hpke_open(suite, sk_r, pk_r, enc, with_info, with_aad, sealed);
  }
};

TEST(DhkemX25519, rfc_9180_key_pairs_and_shared_secret) {
  const Rfc9180A2 v;
  const Kem& kem = dhkem_x25519();
  EXPECT_EQ(kem.id(), 0x0020);
  const auto ephemeral = kem.derive_key_pair(v.ikm_e);
  EXPECT_EQ(hex(ephemeral.private_key.expose()), hex(v.sk_e));
  EXPECT_EQ(hex(ephemeral.public_key), hex(v.pk_e));
  const auto recipient = kem.derive_key_pair(v.ikm_r);
  EXPECT_EQ(hex(recipient.private_key.expose()), hex(v.sk_r));
  EXPECT_EQ(hex(recipient.public_key), hex(v.pk_r));
  EXPECT_EQ(hex(kem.public_key_of(v.sk_r).value()), hex(v.pk_r));

  FixedRandom random(v.sk_e);
  const auto sent = kem.encap(v.pk_r, random);
  ASSERT_TRUE(sent);
  EXPECT_EQ(hex(sent->enc), hex(v.pk_e));
  EXPECT_EQ(hex(sent->shared_secret.expose()), hex(v.shared_secret));
  EXPECT_EQ(hex(kem.decap(v.pk_e, v.sk_r, v.pk_r)->expose()), hex(v.shared_secret));
}

TEST(DhkemX25519, small_order_keys_are_refused_by_the_check_and_by_use) {
  SystemRandom random;
  const Kem& kem = dhkem_x25519();
  const auto own = kem.derive_key_pair(random.secret(32).expose());
  for (const std::string_view text : {
           "0000000000000000000000000000000000000000000000000000000000000000",
           "0100000000000000000000000000000000000000000000000000000000000000",
           "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
           "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
       }) {
    for (const unsigned top_bit : {0x00U, 0x80U}) {
      Buffer point = hex(text);
      point.back() = static_cast<std::uint8_t>(point.back() | top_bit);
      SCOPED_TRACE(to_hex(point));
      EXPECT_EQ(kem.check_public_key(point).error().code, Errc::kBadKey);
      EXPECT_EQ(kem.encap(point, random).error().code, Errc::kBadKey);
      EXPECT_EQ(kem.decap(point, own.private_key.expose(), own.public_key).error().code,
                Errc::kBadKey);
    }
  }
  EXPECT_TRUE(kem.check_public_key(own.public_key));
}

TEST(DhkemX25519, other_sizes_are_refused) {
  SystemRandom random;
  const Rfc9180A2 v;
  const Kem& kem = dhkem_x25519();
  for (const std::size_t size : {0U, 31U, 33U}) {
    const Buffer other(size, 9);
    EXPECT_EQ(kem.check_public_key(other).error().code, Errc::kBadLength);
    EXPECT_EQ(kem.public_key_of(other).error().code, Errc::kBadLength);
    EXPECT_EQ(kem.encap(other, random).error().code, Errc::kBadLength);
    EXPECT_EQ(kem.decap(other, v.sk_r, v.pk_r).error().code, Errc::kBadLength);
    EXPECT_EQ(kem.decap(v.pk_e, other, v.pk_r).error().code, Errc::kBadLength);
  }
}

TEST(Hpke, rfc_9180_base_mode_sealing) {
  const Rfc9180A2 v;
  FixedRandom random(v.sk_e);
  const auto sealed = hpke_seal(v.suite, v.pk_r, v.info, v.aad, v.plaintext, random);
  ASSERT_TRUE(sealed);
  EXPECT_EQ(hex(sealed->enc), hex(v.pk_e));
  EXPECT_EQ(hex(sealed->ciphertext), hex(v.ciphertext));
  EXPECT_EQ(hex(v.open(v.pk_e, v.info, v.aad, v.ciphertext)->expose()), hex(v.plaintext));
}

TEST(Hpke, rfc_9180_base_mode_exports) {
  const Rfc9180A2 v;
  const std::pair<std::string_view, std::string_view> exports[] = {
      {"", "4bbd6243b8bb54cec311fac9df81841b6fd61f56538a775e7c80a9f40160606e"},
      {"00", "8c1df14732580e5501b00f82b10a1647b40713191b7c1240ac80e2b68808ba69"},
      {"54657374436f6e74657874",
       "5acb09211139c43b3090489a9da433e8a30ee7188ba8b0a9a1ccf0c229283e53"}};
  for (const auto& [context, value] : exports) {
    FixedRandom random(v.sk_e);
    const auto sent = hpke_send_export(v.suite, v.pk_r, v.info, hex(context), 32, random);
    ASSERT_TRUE(sent);
    EXPECT_EQ(hex(sent->secret.expose()), value);
    const auto received =
        hpke_receive_export(v.suite, v.sk_r, v.pk_r, v.pk_e, v.info, hex(context), 32);
    ASSERT_TRUE(received);
    EXPECT_EQ(hex(received->expose()), value);
  }
}

TEST(Hpke, every_flipped_bit_and_truncation_fails_alike) {
  const Rfc9180A2 v;
  const auto refused = [&](Bytes enc, Bytes info, Bytes aad, Bytes sealed) {
    const auto opened = v.open(enc, info, aad, sealed);
    return !opened && opened.error().code == Errc::kDecryptFailed;
  };
  const auto flips = [](const Buffer& bytes, auto&& check) {
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      Buffer changed = bytes;
      changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << bit % 8));
      EXPECT_TRUE(check(changed)) << "bit " << bit;
    }
  };
  flips(v.pk_e, [&](Bytes enc) { return refused(enc, v.info, v.aad, v.ciphertext); });
  flips(v.info, [&](Bytes info) { return refused(v.pk_e, info, v.aad, v.ciphertext); });
  flips(v.aad, [&](Bytes aad) { return refused(v.pk_e, v.info, aad, v.ciphertext); });
  flips(v.ciphertext, [&](Bytes sealed) { return refused(v.pk_e, v.info, v.aad, sealed); });
  for (std::size_t size = 0; size < v.ciphertext.size(); ++size) {
    EXPECT_TRUE(refused(v.pk_e, v.info, v.aad, Bytes(v.ciphertext).first(size))) << size;
  }
  EXPECT_TRUE(refused({}, v.info, v.aad, v.ciphertext));
}

TEST(Hpke, empty_message_round_trips_in_both_hashes_and_suites_do_not_mix) {
  const Rfc9180A2 v;
  SystemRandom random;
  HpkeSuite other = v.suite;
  other.kdf = HashId::kSha512;
  const auto sealed = hpke_seal(other, v.pk_r, {}, {}, {}, random);
  ASSERT_TRUE(sealed);
  EXPECT_TRUE(hpke_open(other, v.sk_r, v.pk_r, sealed->enc, {}, {}, sealed->ciphertext)->empty());
  EXPECT_FALSE(hpke_open(v.suite, v.sk_r, v.pk_r, sealed->enc, {}, {}, sealed->ciphertext));
}

}  // namespace
}  // namespace magpie::crypto
