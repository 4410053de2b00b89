// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/introduction/link.h"

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"

namespace magpie::client {
namespace {

Link some_link(test::SeededRandom& random) {
  Link link;
  link.relay = {"relay.example.org", 4433, random.id<RelayIdentity>()};
  link.needs_pin = random.chance(500);
  link.standing = random.chance(500);
  link.seed = random.secret(Link::kSeedSize);
  link.inviter = random.id<Fingerprint>();
  return link;
}

void expect_same(const Link& a, const Link& b) {
  EXPECT_EQ(a.relay, b.relay);
  EXPECT_EQ(a.suite, b.suite);
  EXPECT_EQ(a.needs_pin, b.needs_pin);
  EXPECT_EQ(a.standing, b.standing);
  EXPECT_TRUE(equal_secret(a.seed.expose(), b.seed.expose()));
  EXPECT_EQ(a.inviter, b.inviter);
}

Errc refused_as(std::string_view text) {
  const auto link = parse_link(text);
  return link ? Errc{} : link.error().code;
}

TEST(Link, reads_what_it_writes) {
  test::SeededRandom random(1);
  for (int i = 0; i < 100; ++i) {
    const Link link = some_link(random);
    const auto read = parse_link(format_link(link));
    ASSERT_TRUE(read);
    expect_same(*read, link);
  }
}

TEST(Link, survives_what_mail_programs_do) {
  test::SeededRandom random(2);
  const Link link = some_link(random);
  const std::string text = format_link(link);
  std::string wrapped;
  for (std::size_t i = 0; i < text.size(); i += 40) wrapped += "> " + text.substr(i, 40) + "\r\n";
  for (const std::string& mangled :
       {"  " + text + "\n", "<" + text + ">", wrapped, "Here it is: " + text + "\nRegards, Kim",
        text + " 만나서 반가워요"}) {
    const auto read = parse_link(mangled);
    ASSERT_TRUE(read) << mangled;
    expect_same(*read, link);
  }
}

TEST(Link, refuses_a_link_that_is_cut_off_anywhere) {
  test::SeededRandom random(3);
  const std::string text = format_link(some_link(random));
  const std::size_t version_end = text.find('#') + 5;
  const std::string words(200, text.back() == 'w' ? 'x' : 'w');
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_EQ(refused_as(text.substr(0, size)), Errc::kBadLink) << size;
    // Words after the cut make up the length, and may stand where the version would.
    const Errc code = refused_as(text.substr(0, size) + ' ' + words);
    EXPECT_TRUE(code == Errc::kBadLink || size < version_end) << size;
    EXPECT_NE(code, Errc{}) << size;
  }
}

TEST(Link, refuses_a_changed_character) {
  test::SeededRandom random(4);
  const std::string text = format_link(some_link(random));
  for (std::size_t at = text.find('#') + 1; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    const Errc code = refused_as(changed);
    EXPECT_TRUE(code == Errc::kBadLink || code == Errc::kUnsupported) << at;
  }
}

TEST(Link, says_so_where_version_or_suite_are_not_known) {
  test::SeededRandom random(5);
  Link link = some_link(random);
  // A known suite that is no hybrid is refused as well: a link cannot talk anybody down.
  for (const std::uint16_t suite : {std::uint16_t{0xEEEE}, mls::kSuiteX25519}) {
    link.suite = suite;
    EXPECT_EQ(refused_as(format_link(link)), Errc::kUnsupported);
  }
  EXPECT_EQ(refused_as("magpie://relay:1/#AgAAAAAAAAA"), Errc::kUnsupported);
}

TEST(Link, gives_a_link_or_an_error_for_any_text) {
  test::SeededRandom random(6);
  const std::string text = format_link(some_link(random));
  for (int i = 0; i < 5000; ++i) {
    std::string noise = text.substr(0, random.below(text.size()));
    const std::size_t more = random.below(60);
    for (std::size_t k = 0; k < more; ++k) noise += static_cast<char>(random.below(256));
    EXPECT_FALSE(parse_link(noise));
  }
  EXPECT_EQ(refused_as(std::string(100'000, 'm')), Errc::kBadLink);
}

}  // namespace
}  // namespace magpie::client
