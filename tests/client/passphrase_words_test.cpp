// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/passphrase_words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "tests/support/seeded_random.h"

namespace magpie::client {
namespace {

TEST(PassphraseWords, are_as_many_as_five_dice_name_and_each_can_be_typed_anywhere) {
  const auto words = passphrase_words();
  EXPECT_EQ(words.size(), 7776U);
  EXPECT_EQ(std::set(words.begin(), words.end()).size(), words.size());
  for (const std::string_view word : words) {
    EXPECT_GE(word.size(), 3U);
    EXPECT_TRUE(std::ranges::all_of(word, [](char c) {
      return c == '-' || (c >= 'a' && c <= 'z');
    })) << word;
  }
}

TEST(PassphraseWords, suggested_are_six_from_anywhere_in_the_list) {
  test::SeededRandom random(1);
  const auto words = passphrase_words();
  std::set<std::string> drawn;
  for (int i = 0; i < 20'000; ++i) {
    std::istringstream passphrase(suggest_passphrase(random));
    int count = 0;
    for (std::string word; passphrase >> word; ++count) drawn.insert(word);
    ASSERT_EQ(count, 6);
  }
  // Of 120,000 draws none is left out: the chance of that is one in some hundreds for even draws.
  EXPECT_EQ(drawn, std::set<std::string>(words.begin(), words.end()));
}

}  // namespace
}  // namespace magpie::client
