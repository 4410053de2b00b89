// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/identity.h"

#include <gtest/gtest.h>

#include <set>

#include "client/core/safety_number.h"
#include "tests/support/seeded_random.h"

namespace magpie::client {
namespace {

TEST(Identity, credential_binds_root_leaf_and_suite) {
  test::SeededRandom random(1);
  const auto root = crypto::SignKeyPair::generate(random);
  const auto leaf = make_leaf_identity(root, 3, random);
  const auto& key = leaf.signature_key.public_key();
  ASSERT_EQ(leaf.identity.size(), kCredentialSize);
  EXPECT_EQ(verify_credential(leaf.identity, 3, key).value(), root.public_key());
  EXPECT_EQ(verify_credential(leaf.identity, 77, key).error().code, Errc::kBadSignature);
  const auto other = make_leaf_identity(root, 3, random);
  EXPECT_EQ(verify_credential(leaf.identity, 3, other.signature_key.public_key()).error().code,
            Errc::kBadSignature);
}

TEST(Identity, credential_with_a_flipped_bit_is_refused) {
  test::SeededRandom random(2);
  const auto leaf = make_leaf_identity(crypto::SignKeyPair::generate(random), 3, random);
  for (std::size_t bit = 0; bit < leaf.identity.size() * 8; ++bit) {
    Buffer changed = leaf.identity;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << bit % 8));
    EXPECT_FALSE(verify_credential(changed, 3, leaf.signature_key.public_key())) << bit;
  }
  const Bytes whole = leaf.identity;
  EXPECT_EQ(root_of_credential(whole.first(whole.size() - 1)).error().code, Errc::kBadLength);
}

TEST(SafetyNumber, is_sixty_digits_alike_on_both_sides) {
  test::SeededRandom random(3);
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    const auto a = crypto::SignKeyPair::generate(random).public_key();
    const auto b = crypto::SignKeyPair::generate(random).public_key();
    const std::string number = safety_number(a, b);
    EXPECT_EQ(number, safety_number(b, a));
    ASSERT_EQ(number.size(), 12 * 5 + 11U);
    for (std::size_t k = 0; k < number.size(); ++k) {
      EXPECT_EQ(number[k] == ' ', k % 6 == 5) << number;
      EXPECT_TRUE(number[k] == ' ' || (number[k] >= '0' && number[k] <= '9')) << number;
    }
    seen.insert(number);
  }
  EXPECT_EQ(seen.size(), 20U);
}

TEST(SafetyNumber, has_a_fixed_value_for_fixed_keys) {
  const RootKey zeros;
  RootKey ones;
  ones.fill()[31] = 1;
  EXPECT_EQ(safety_number(zeros, ones),
            "29912 46038 10547 55808 08538 30925 86849 66991 80093 28551 74497 30356");
}

}  // namespace
}  // namespace magpie::client
