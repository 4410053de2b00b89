// SPDX-License-Identifier: GPL-3.0-or-later
// What magpie-cli refuses, with which exit status, and what is left untouched.
#include "tests/cli/support/cli_test.h"

namespace magpie::cli::test {
namespace {

TEST_F(CliTest, a_link_works_once_and_the_inviter_hears_of_more) {
  ASSERT_NO_FATAL_FAILURE(meet());
  const Person eve("Eve", dir_.path() / "eve");
  const auto refused = eve.run({"join", link_, "--name", "Eve"});
  EXPECT_EQ(refused.status, 5);
  EXPECT_EQ(refused.err,
            "This introduction was already used. Nothing was sent. If it wasn't you, call the "
            "person who gave it to you now.\n");
  EXPECT_TRUE(refused.out.empty());
  EXPECT_FALSE(fs::exists(eve.profile()));
  const auto told = events(anna_.done({"sync"}), "introduction-used");
  ASSERT_EQ(told.size(), 2U);
  EXPECT_NE(told[0]["again"], told[1]["again"]);  // by Ben, and by somebody else
  EXPECT_EQ(told[0]["room"], room_);
  ben_.done({"send", room_, "still here"});
  EXPECT_EQ(events(anna_.done({"sync"}), "message").size(), 1U);
}

TEST_F(CliTest, every_command_warns_of_what_it_comes_upon) {
  ASSERT_NO_FATAL_FAILURE(meet());
  const Person eve("Eve", dir_.path() / "eve");
  EXPECT_EQ(eve.run({"join", link_, "--name", "Eve"}).status, 5);
  const auto sent = anna_.done({"send", room_, "hello"});  // finds that Ben has come, too
  EXPECT_NE(sent.err.find("your introduction was used by"), std::string::npos);
  EXPECT_NE(sent.err.find("somebody else tried your introduction"), std::string::npos);
  EXPECT_EQ(events(ben_.done({"sync"}), "message").size(), 1U);
}

TEST_F(CliTest, a_wrong_passphrase_opens_nothing) {
  anna_.done({"create", "--name", anna_.name(), "--relay", address_});
  const auto refused = anna_.run({"rooms"}, {}, "correct horse battery stable");
  EXPECT_EQ(refused.status, 3);
  EXPECT_EQ(refused.err,
            "That passphrase didn't open Magpie. Nothing was deleted. Check Caps Lock and "
            "keyboard language.\n");
  anna_.done({"rooms"});
}

TEST_F(CliTest, a_damaged_profile_is_not_opened) {
  anna_.done({"create", "--name", anna_.name(), "--relay", address_});
  fs::resize_file(anna_.profile() / "vault" / "slots", 100);
  EXPECT_EQ(anna_.run({"rooms"}).status, 3);
}

TEST_F(CliTest, the_passphrase_may_come_from_a_file) {
  anna_.done({"create", "--name", anna_.name(), "--relay", address_});
  const auto file = dir_.path() / "passphrase";
  std::ofstream(file) << kPassphrase << "\n";
  EXPECT_EQ(anna_.run({"rooms", "--passphrase-file", file.string()}, {}, "not this").status, 0);
  EXPECT_EQ(anna_.run({"rooms", "--passphrase-file", "/nowhere"}).status, 1);
  std::ofstream(file) << std::string(2000, 'x');
  EXPECT_EQ(anna_.run({"rooms", "--passphrase-file", file.string()}).status, 2);
}

TEST_F(CliTest, wrong_usage_is_said_and_changes_nothing) {
  EXPECT_EQ(anna_.run({}).status, 2);
  EXPECT_EQ(anna_.run({"fly"}).status, 2);
  EXPECT_EQ(anna_.run({"create", "--name", "Anna"}).status, 2);
  EXPECT_EQ(anna_.run({"create", "--name", "Anna", "--relay", "localhost:1"}).status, 2);
  EXPECT_EQ(anna_.run({"create", "--name", " ", "--relay", address_}).status, 2);
  EXPECT_EQ(anna_.run({"join", "magpie://nowhere/#x", "--name", "Anna"}).status, 2);
  EXPECT_EQ(anna_.run({"send", "12", "text", "--timeout", "soon"}).status, 2);
  EXPECT_EQ(anna_.run({"send", "12", "text", "--timeout", "1e300"}).status, 2);
  EXPECT_EQ(anna_.run({"send", "12", ""}).status, 2);
  EXPECT_EQ(anna_.run({"rooms"}).status, 1);
  EXPECT_FALSE(fs::exists(anna_.profile()));
  for (const auto* command : {"create", "introduce", "join", "rooms", "send", "sync", "history",
                              "safety-number", "verify"}) {
    const auto help = anna_.run({command, "--help"});
    EXPECT_EQ(help.status, 0) << command;
    EXPECT_FALSE(help.out.empty()) << command;
  }
}

TEST_F(CliTest, what_is_not_there_is_not_found) {
  ASSERT_NO_FATAL_FAILURE(meet());
  EXPECT_EQ(anna_.run({"create", "--name", "Anna", "--relay", address_}).status, 1);
  EXPECT_EQ(ben_.run({"history", "zz"}).status, 1);
  EXPECT_EQ(ben_.run({"send", "zz", "text"}).status, 1);
  EXPECT_EQ(ben_.run({"safety-number", room_, "Nobody"}).status, 1);
  EXPECT_EQ(ben_.run({"join", link_}).status, 1);  // is there already
  const std::string waiting = anna_.done({"introduce"}).json()["room"];
  EXPECT_EQ(anna_.run({"send", waiting, "text"}).status, 1);  // nobody came yet
  EXPECT_EQ(ben_.run({"send", room_, "--stdin"}, std::string(70'000, 'x')).status, 5);
  EXPECT_TRUE(ben_.texts(room_).empty());
}

}  // namespace
}  // namespace magpie::cli::test
