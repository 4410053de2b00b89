// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/text.h"

#include <gtest/gtest.h>

namespace magpie::client {
namespace {

TEST(Text, utf8_in_its_shortest_form_is_accepted) {
  for (const auto* text : {"", "plain", "김지수", "李", "\xF0\x9F\x90\xA6", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
}

TEST(Text, anything_else_is_refused) {
  for (const auto* text : {"\x80", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                           "\xF5\x80\x80\x80", "\xE4\xBD", "a\xFF", "\xF0\x8F\xBF\xBF"}) {
    EXPECT_FALSE(is_utf8(text));
  }
}

TEST(Text, names_lose_what_would_mislead_and_keep_the_rest) {
  EXPECT_EQ(clean_name("  Kim Ji-su \n"), "Kim Ji-su");
  EXPECT_EQ(clean_name("a\u202Eb\u2066c\u200Fd"), "abcd");
  EXPECT_EQ(clean_name("line\r\nbreak\u2028x\x01\x7F"), "linebreakx");
  EXPECT_EQ(clean_name("언니"), "언니");
  EXPECT_EQ(clean_name("\u200F \u202A"), "");
  EXPECT_EQ(clean_name("bad \xFF"), "");
  EXPECT_EQ(clean_name(std::string(kNameSizeMax, 'a') + "\xFF"), "");
}

TEST(Text, names_have_no_invisible_characters) {
  EXPECT_EQ(clean_name("At\u200Btor\u00ADney\u2060\U000E0041"), "Attorney");
  for (const auto* nothing : {"\u200B", "\u3164\u115F", "\u00A0\u3000", "\u200D", "\uFE0F"}) {
    EXPECT_EQ(clean_name(nothing), "");
  }
  // Joiners and selectors stay where they belong.
  EXPECT_EQ(clean_name("\u0645\u06CC\u200C\u062E"), "\u0645\u06CC\u200C\u062E");
  EXPECT_EQ(clean_name("\u3000\u2764\uFE0F "), "\u2764\uFE0F");
}

TEST(Text, long_names_end_at_a_whole_character) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "한";
  const std::string name = clean_name(text);
  EXPECT_EQ(name.size(), 198U);
  EXPECT_TRUE(is_utf8(name));
}

}  // namespace
}  // namespace magpie::client
