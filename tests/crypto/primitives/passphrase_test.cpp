// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/primitives/passphrase.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace magpie::crypto {
namespace {

constexpr StretchCost kCheap = {1, 8192};
using Salt = std::array<std::uint8_t, kStretchSaltSize>;

// Values of the reference implementation (the argon2 program of the Password Hashing Competition).
TEST(Passphrase, is_argon2id_version_19_with_one_lane) {
  Salt salt{};
  std::ranges::copy(as_bytes("0123456789abcdef"), salt.begin());
  EXPECT_EQ(
      to_hex(stretch(as_bytes("correct horse battery staple"), salt, {3, 64 * 1024}, 32)->expose()),
      "a3996bf29c8b08313dab38c2410db2271c99112bb64af8f092eed2f9d6c98272");
  EXPECT_EQ(
      to_hex(stretch(as_bytes("x"), salt, {1, 1024 * 1024}, 64)->expose()),
      "c9aa0378c734068a7cea38507b9f734312ee148798dbc2247591696ae6fb6f679ad148409fd232af15198e6"
      "5937a33a2569818a897236557961481a5e0e94949");
}

TEST(Passphrase, every_input_changes_the_key_and_equal_inputs_do_not) {
  const Salt salt = {1, 2, 3};
  const Salt other_salt = {1, 2, 4};
  const auto key = stretch(as_bytes("open"), salt, kCheap, 32).value();
  EXPECT_EQ(key.size(), 32U);
  const auto same = [&](Bytes passphrase, const Salt& with, StretchCost cost) {
    return equal_secret(key.expose(), stretch(passphrase, with, cost, 32)->expose());
  };
  EXPECT_TRUE(same(as_bytes("open"), salt, kCheap));
  EXPECT_FALSE(same(as_bytes("opem"), salt, kCheap));
  EXPECT_FALSE(same({}, salt, kCheap));
  EXPECT_FALSE(same(as_bytes("open"), other_salt, kCheap));
  EXPECT_FALSE(same(as_bytes("open"), salt, {2, 8192}));
  EXPECT_FALSE(same(as_bytes("open"), salt, {1, 16384}));
}

TEST(Passphrase, costs_and_sizes_out_of_bounds_are_refused) {
  const Salt salt{};
  const auto code = [&](StretchCost cost, std::size_t size) {
    return stretch(as_bytes("open"), salt, cost, size).error().code;
  };
  EXPECT_EQ(code({0, 8192}, 32), Errc::kUsage);
  EXPECT_EQ(code({65, 8192}, 32), Errc::kUsage);
  EXPECT_EQ(code({1, 8191}, 32), Errc::kUsage);
  EXPECT_EQ(code({1, kStretchCostMax.memory_bytes + 1}, 32), Errc::kUsage);
  EXPECT_EQ(code(kCheap, 15), Errc::kUsage);
  EXPECT_EQ(code(kCheap, 1025), Errc::kUsage);
}

}  // namespace
}  // namespace magpie::crypto
