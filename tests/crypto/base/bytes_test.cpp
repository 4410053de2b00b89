// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/base/bytes.h"

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"

namespace magpie {
namespace {

TEST(Bytes, hex_and_base64url_return_what_they_were_given) {
  test::SeededRandom random(1);
  for (std::size_t size = 0; size < 70; ++size) {
    Buffer bytes(size);
    random.fill(bytes);
    EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
  }
}

TEST(Bytes, hex_refuses_other_characters_and_odd_lengths) {
  EXPECT_EQ(from_hex("0g"), std::nullopt);
  EXPECT_EQ(from_hex("abc"), std::nullopt);
  EXPECT_EQ(from_hex("0 "), std::nullopt);
  EXPECT_EQ(from_hex("AbCd"), (Buffer{0xab, 0xcd}));
}

TEST(Bytes, of_all_characters_only_those_of_the_alphabets_are_read) {
  constexpr std::string_view kHex = "0123456789abcdefABCDEF";
  constexpr std::string_view kBase64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (int value = 0; value < 256; ++value) {
    const auto character = static_cast<char>(value);
    EXPECT_EQ(from_hex(std::string{'0', character}).has_value(),
              kHex.find(character) != std::string_view::npos)
        << value;
    const auto read = from_base64url(std::string{'A', character, 'A', 'A'});
    const std::size_t place = kBase64.find(character);
    ASSERT_EQ(read.has_value(), place != std::string_view::npos) << value;
    if (read) {
      EXPECT_EQ((*read)[0] << 4 | (*read)[1] >> 4, static_cast<int>(place));
    }
  }
}

TEST(Bytes, base64url_refuses_every_second_spelling) {
  EXPECT_EQ(from_base64url("AA"), (Buffer{0}));
  EXPECT_EQ(from_base64url("AB"), std::nullopt) << "unused bits set";
  EXPECT_EQ(from_base64url("AA=="), std::nullopt) << "padding";
  EXPECT_EQ(from_base64url("A+"), std::nullopt) << "the other alphabet";
  EXPECT_EQ(from_base64url("A"), std::nullopt);
}

}  // namespace
}  // namespace magpie
