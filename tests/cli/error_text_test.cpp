// SPDX-License-Identifier: GPL-3.0-or-later
// The sentences that people read when something fails.
#include "client/cli/error_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace magpie::cli::test {
namespace {

std::vector<Errc> all_codes() {
  std::vector<Errc> codes;
  for (std::uint16_t value = 0; value < 1000; ++value) {
    if (name(Errc{value}) != "unknown") codes.push_back(Errc{value});
  }
  return codes;
}

/// Every sentence there is: by code, and by the sites that tell some apart.
std::vector<std::string> all_sentences() {
  std::vector<std::string> all;
  for (const Errc code : all_codes()) {
    for (const auto where :
         {std::string_view("a test"), site::kNoRoom, site::kNoPerson, site::kRelay, site::kNoName,
          site::kProfileExists, site::kNoPassphrase, site::kNoPassphraseFile, site::kLongPassphrase,
          site::kShortPassphrase, site::kNotRepeated, site::kNoText, site::kQrFile,
          std::string_view("vault: no owner"), std::string_view("introduce: no relay")}) {
      all.emplace_back(sentence({code, where}));
    }
  }
  std::ranges::sort(all);
  all.erase(std::ranges::unique(all).begin(), all.end());
  return all;
}

TEST(ErrorText, says_what_happened_what_is_safe_and_what_to_do) {
  EXPECT_GT(all_codes().size(), 50U);
  const auto all = all_sentences();
  EXPECT_GT(all.size(), 35U);
  for (const auto& text : all) {
    EXPECT_GE(std::ranges::count(text, '.'), 2) << text;
    const auto says = [&](std::string_view word) { return text.find(word) != std::string::npos; };
    EXPECT_TRUE(says("othing") || says("safe") || says("kept here") || says("undisturbed") ||
                says("works"))
        << text;
  }
}

TEST(ErrorText, has_none_of_the_words_that_frighten) {
  for (const auto& text : all_sentences()) {
    for (const auto word : {"encrypt", "session", "identity", "might", " key "}) {
      EXPECT_EQ(text.find(word), std::string::npos) << word << ": " << text;
    }
  }
}

TEST(ErrorText, exit_statuses_are_those_of_the_contract) {
  const auto status = [](Errc code) { return exit_status({code, "a test"}); };
  EXPECT_EQ(status(Errc::kInUse), 1);
  EXPECT_EQ(status(Errc::kDiskFull), 1);
  EXPECT_EQ(status(Errc::kUsage), 2);
  EXPECT_EQ(status(Errc::kBadLink), 2);
  EXPECT_EQ(status(Errc::kWrongPassphrase), 3);
  EXPECT_EQ(status(Errc::kDamaged), 3);
  EXPECT_EQ(status(Errc::kUnreachable), 4);
  EXPECT_EQ(status(Errc::kTimedOut), 4);
  EXPECT_EQ(status(Errc::kIntroductionUsed), 5);
  EXPECT_EQ(status(Errc::kInDoubt), 5);
  EXPECT_EQ(status(Errc::kLimit), 5);
  for (const Errc code : all_codes()) EXPECT_NE(status(code), 0) << name(code);
}

TEST(ErrorText, every_limit_of_a_relay_has_words_of_its_own) {
  std::set<std::string_view> sentences;
  const auto sites = {"limit: entry size",      "limit: room full", "limit: slots",
                      "limit: control entries", "limit: rooms",     "limit: guesses",
                      "limit: connections",     "limit: another"};
  for (const std::string_view site : sites) sentences.insert(sentence({Errc::kLimit, site}));
  EXPECT_EQ(sentences.size(), sites.size());
}

}  // namespace
}  // namespace magpie::cli::test
