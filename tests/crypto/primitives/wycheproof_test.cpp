// SPDX-License-Identifier: GPL-3.0-or-later
// Wycheproof (github.com/C2SP/wycheproof) for the primitives that libsodium computes for us.
#include "tests/crypto/primitives/wycheproof.h"

#include "crypto/primitives/aead.h"
#include "crypto/primitives/hkdf.h"
#include "crypto/primitives/hpke_labels.h"
#include "crypto/primitives/kem.h"
#include "crypto/primitives/sign.h"

namespace magpie::crypto {
namespace {

using nlohmann::json;
using test::for_each_case;
using test::has_flag;
using test::hex_bytes;
using test::is_valid;
using test::VectorCount;

void check_aead(AeadId id, const json& group, const json& test, VectorCount& count) {
  const Buffer nonce = hex_bytes(test["iv"]);
  if (nonce.size() != aead_nonce_size(id)) {
    EXPECT_FALSE(is_valid(test));
    return count.skipped("nonces of another size, which the interface forbids");
  }
  count.ran();
  ASSERT_EQ(group["tagSize"], 128);
  const Buffer key = hex_bytes(test["key"]);
  const Buffer aad = hex_bytes(test["aad"]);
  const Buffer message = hex_bytes(test["msg"]);
  Buffer sealed = hex_bytes(test["ct"]);
  const Buffer tag = hex_bytes(test["tag"]);
  sealed.insert(sealed.end(), tag.begin(), tag.end());
  const auto opened = aead_open(id, key, nonce, aad, sealed);
  if (is_valid(test)) {
    ASSERT_TRUE(opened);
    EXPECT_EQ(to_hex(*opened), to_hex(message));
    EXPECT_EQ(to_hex(aead_seal(id, key, nonce, aad, message)), to_hex(sealed));
  } else {
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::kDecryptFailed);
  }
}

TEST(Wycheproof, chacha20_poly1305) {
  MAGPIE_LOAD_VECTORS(file, "wycheproof/chacha20_poly1305_test.json");
  for_each_case("chacha20_poly1305", file, [](const auto& group, const auto& test, auto& count) {
    check_aead(AeadId::kChaCha20Poly1305, group, test, count);
  });
}

TEST(Wycheproof, xchacha20_poly1305) {
  MAGPIE_LOAD_VECTORS(file, "wycheproof/xchacha20_poly1305_test.json");
  for_each_case("xchacha20_poly1305", file, [](const auto& group, const auto& test, auto& count) {
    check_aead(AeadId::kXChaCha20Poly1305, group, test, count);
  });
}

TEST(Wycheproof, ed25519) {
  MAGPIE_LOAD_VECTORS(file, "wycheproof/ed25519_test.json");
  for_each_case("ed25519", file, [](const auto& group, const auto& test, auto& count) {
    count.ran();
    const auto key = SignPublicKey::from(hex_bytes(group["publicKey"]["pk"]));
    ASSERT_TRUE(key);
    const auto verified = verify(*key, hex_bytes(test["msg"]), hex_bytes(test["sig"]));
    ASSERT_EQ(verified.has_value(), is_valid(test));
    if (!verified) {
      EXPECT_EQ(verified.error().code, Errc::kBadSignature);
    }
  });
}

void check_hkdf(HashId id, const json& test, VectorCount& count) {
  const auto size = test["size"].get<std::size_t>();
  const Secret prk = hkdf_extract(id, hex_bytes(test["salt"]), {hex_bytes(test["ikm"])});
  const Buffer info = hex_bytes(test["info"]);
  count.ran();
  if (is_valid(test)) {
    EXPECT_EQ(to_hex(hkdf_expand(id, prk.expose(), {info}, size).expose()),
              test["okm"].get<std::string>());
  } else {
    ASSERT_TRUE(has_flag(test, "SizeTooLarge"));
    EXPECT_DEATH(hkdf_expand(id, prk.expose(), {info}, size), "internal error");
  }
}

TEST(Wycheproof, hkdf_sha256) {
  MAGPIE_LOAD_VECTORS(file, "wycheproof/hkdf_sha256_test.json");
  for_each_case("hkdf_sha256", file, [](const auto&, const auto& test, auto& count) {
    check_hkdf(HashId::kSha256, test, count);
  });
}

TEST(Wycheproof, hkdf_sha512) {
  MAGPIE_LOAD_VECTORS(file, "wycheproof/hkdf_sha512_test.json");
  for_each_case("hkdf_sha512", file, [](const auto&, const auto& test, auto& count) {
    check_hkdf(HashId::kSha512, test, count);
  });
}

void check_hmac(HashId id, const json& group, const json& test, VectorCount& count) {
  if (group["tagSize"].get<std::size_t>() != 8 * hash_size(id)) {
    return count.skipped("truncated tags, which nothing of ours uses");
  }
  count.ran();
  const Buffer key = hex_bytes(test["key"]);
  const Buffer message = hex_bytes(test["msg"]);
  const Buffer tag = hex_bytes(test["tag"]);
  EXPECT_EQ(equal_secret(hmac(id, key, {message}).expose(), tag), is_valid(test));
  EXPECT_EQ(equal(hmac_tag(id, key, {message}).bytes(), tag), is_valid(test));
}

TEST(Wycheproof, hmac_sha256) {
  MAGPIE_LOAD_VECTORS(file, "wycheproof/hmac_sha256_test.json");
  for_each_case("hmac_sha256", file, [](const auto& group, const auto& test, auto& count) {
    check_hmac(HashId::kSha256, group, test, count);
  });
}

TEST(Wycheproof, hmac_sha512) {
  MAGPIE_LOAD_VECTORS(file, "wycheproof/hmac_sha512_test.json");
  for_each_case("hmac_sha512", file, [](const auto& group, const auto& test, auto& count) {
    check_hmac(HashId::kSha512, group, test, count);
  });
}

/// What DHKEM makes of a Diffie-Hellman value (RFC 9180 §4.1): the bare X25519 is not part of our
/// interface, so the vector's value is compared through it.
Secret dhkem_secret_of(Bytes dh, Bytes enc, Bytes public_key) {
  const Buffer suite_id = {'K', 'E', 'M', 0x00, 0x20};
  const Secret prk = hpke_labeled_extract(HashId::kSha256, suite_id, {}, "eae_prk", dh);
  return hpke_labeled_expand(HashId::kSha256, suite_id, prk.expose(), "shared_secret",
                             {enc, public_key}, 32);
}

TEST(Wycheproof, x25519) {
  MAGPIE_LOAD_VECTORS(file, "wycheproof/x25519_test.json");
  for_each_case("x25519", file, [](const auto&, const auto& test, auto& count) {
    count.ran();
    const Kem& kem = dhkem_x25519();
    const Buffer enc = hex_bytes(test["public"]);
    const Buffer private_key = hex_bytes(test["private"]);
    const Buffer public_key = kem.public_key_of(private_key).value();
    const auto secret = kem.decap(enc, private_key, public_key);
    // RFC 9180 §7.1.4 leaves no choice in the cases that are merely "acceptable" to Wycheproof.
    if (has_flag(test, "ZeroSharedSecret")) {
      ASSERT_FALSE(secret);
      EXPECT_EQ(secret.error().code, Errc::kBadKey);
      EXPECT_EQ(kem.check_public_key(enc).error().code, Errc::kBadKey);
    } else {
      ASSERT_TRUE(secret);
      EXPECT_TRUE(kem.check_public_key(enc));
      EXPECT_EQ(to_hex(secret->expose()),
                to_hex(dhkem_secret_of(hex_bytes(test["shared"]), enc, public_key).expose()));
    }
  });
}

}  // namespace
}  // namespace magpie::crypto
