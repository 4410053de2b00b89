// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/primitives/mlkem768.h"

#include <gtest/gtest.h>

#include "crypto/base/random.h"
#include "crypto/primitives/keccak.h"
#include "tests/crypto/primitives/wycheproof.h"

namespace magpie::crypto {
namespace {

using mlkem768::kCiphertextSize;
using mlkem768::kMessageSize;
using mlkem768::kSeedSize;
using test::for_each_case;
using test::hex_bytes;
using test::is_valid;

std::span<const std::uint8_t, kSeedSize> as_seed(Bytes bytes) { return bytes.first<kSeedSize>(); }

TEST(Mlkem768, wycheproof_key_generation) {
  MAGPIE_LOAD_VECTORS(file, "wycheproof/mlkem_768_keygen_seed_test.json");
  for_each_case("mlkem_768_keygen_seed", file, [](const auto&, const auto& test, auto& count) {
    count.ran();
    const auto pair = mlkem768::key_pair(as_seed(hex_bytes(test["seed"])));
    EXPECT_EQ(to_hex(pair.public_key), test["ek"].template get<std::string>());
    EXPECT_EQ(to_hex(pair.private_key.expose()), test["dk"].template get<std::string>());
  });
}

TEST(Mlkem768, wycheproof_encapsulation) {
  MAGPIE_LOAD_VECTORS(file, "wycheproof/mlkem_768_encaps_test.json");
  for_each_case("mlkem_768_encaps", file, [](const auto&, const auto& test, auto& count) {
    count.ran();
    const Buffer ek = hex_bytes(test["ek"]);
    const Buffer message = hex_bytes(test["m"]);
    const auto sent = mlkem768::encaps(ek, Bytes(message).template first<kMessageSize>());
    ASSERT_EQ(sent.has_value(), is_valid(test));
    EXPECT_EQ(mlkem768::check_public_key(ek).has_value(), is_valid(test));
    if (!sent) {
      EXPECT_EQ(sent.error().code,
                ek.size() == mlkem768::kPublicKeySize ? Errc::kBadKey : Errc::kBadLength);
      return;
    }
    EXPECT_EQ(to_hex(sent->ciphertext), test["c"].template get<std::string>());
    EXPECT_EQ(to_hex(sent->shared_secret.expose()), test["K"].template get<std::string>());
  });
}

TEST(Mlkem768, wycheproof_decapsulation_from_the_seed) {
  MAGPIE_LOAD_VECTORS(file, "wycheproof/mlkem_768_test.json");
  for_each_case("mlkem_768", file, [](const auto&, const auto& test, auto& count) {
    const Buffer seed = hex_bytes(test["seed"]);
    const Buffer ciphertext = hex_bytes(test["c"]);
    if (seed.size() != kSeedSize) {
      EXPECT_FALSE(is_valid(test));
      return count.skipped("seeds of another size, which the interface forbids");
    }
    count.ran();
    const auto pair = mlkem768::key_pair(as_seed(seed));
    EXPECT_EQ(to_hex(pair.public_key), test["ek"].template get<std::string>());
    for (const auto& secret :
         {mlkem768::decaps(ciphertext, pair.private_key.expose()),
          mlkem768::decaps_from_seed(ciphertext, as_seed(seed), pair.public_key)}) {
      ASSERT_EQ(secret.has_value(), is_valid(test));
      if (secret) {
        EXPECT_EQ(to_hex(secret->expose()), test["K"].template get<std::string>());
      } else {
        EXPECT_EQ(secret.error().code, Errc::kBadLength);
      }
    }
  });
}

TEST(Mlkem768, wycheproof_decapsulation_from_the_expanded_key) {
  MAGPIE_LOAD_VECTORS(file, "wycheproof/mlkem_768_semi_expanded_decaps_test.json");
  for_each_case("mlkem_768_semi_expanded_decaps", file,
                [](const auto&, const auto& test, auto& count) {
                  count.ran();
                  const auto secret = mlkem768::decaps(hex_bytes(test["c"]), hex_bytes(test["dk"]));
                  ASSERT_EQ(secret.has_value(), is_valid(test));
                  if (secret) {
                    EXPECT_EQ(to_hex(secret->expose()), test["K"].template get<std::string>());
                  }
                });
}

// FIPS 203, Algorithm 18 line 7: a rejected ciphertext gives SHAKE256(z || c), from which it
// follows that every bit counts and that rejection is deterministic.
TEST(Mlkem768, every_flipped_byte_of_a_ciphertext_is_rejected_implicitly) {
  SystemRandom random;
  const Secret seed = random.secret(kSeedSize);
  const Secret message = random.secret(kMessageSize);
  const auto pair = mlkem768::key_pair(as_seed(seed.expose()));
  const auto sent =
      mlkem768::encaps(pair.public_key, message.expose().first<kMessageSize>()).value();
  EXPECT_TRUE(equal_secret(mlkem768::decaps(sent.ciphertext, pair.private_key.expose())->expose(),
                           sent.shared_secret.expose()));
  for (std::size_t at = 0; at < kCiphertextSize; ++at) {
    Buffer changed = sent.ciphertext;
    changed[at] = static_cast<std::uint8_t>(changed[at] ^ (1U << at % 8));
    std::array<std::uint8_t, 32> expected{};
    shake(ShakeId::kShake256, {seed.expose().last(32), changed}, expected);
    const auto secret =
        mlkem768::decaps_from_seed(changed, as_seed(seed.expose()), pair.public_key);
    ASSERT_TRUE(secret);
    EXPECT_EQ(to_hex(secret->expose()), to_hex(expected)) << "byte " << at;
  }
}

TEST(Mlkem768, hundreds_of_random_keys_agree_and_leave_no_secret_behind) {
  SystemRandom random;
  const std::size_t before = secret_bytes_in_use();
  for (int round = 0; round < 500; ++round) {
    const Secret seed = random.secret(kSeedSize);
    const Secret message = random.secret(kMessageSize);
    const Buffer public_key = mlkem768::public_key(as_seed(seed.expose()));
    const auto sent = mlkem768::encaps(public_key, message.expose().first<kMessageSize>());
    ASSERT_TRUE(sent);
    const auto secret =
        mlkem768::decaps_from_seed(sent->ciphertext, as_seed(seed.expose()), public_key);
    ASSERT_TRUE(secret);
    ASSERT_TRUE(equal_secret(secret->expose(), sent->shared_secret.expose()))
        << "seed " << to_hex(seed.expose()) << " message " << to_hex(message.expose());
  }
  EXPECT_EQ(secret_bytes_in_use(), before);
}

}  // namespace
}  // namespace magpie::crypto
