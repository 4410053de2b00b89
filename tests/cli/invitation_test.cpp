// SPDX-License-Identifier: GPL-3.0-or-later
// A relay that makes rooms for those whom it invited, as its administrator and its users see it.
#include <thread>

#include "tests/cli/support/cli_test.h"
#include "tests/support/seeded_random.h"

namespace magpie::cli::test {
namespace {

class InvitationTest : public CliTest {
 protected:
  InvitationTest() : CliTest(false) {}

  std::string invite(int rooms, int uses = 1) const {
    server::test::RelayProcess process({"invite", "--data", relay_folder().string(), "--rooms",
                                        std::to_string(rooms), "--uses", std::to_string(uses)});
    auto code = process.read_line();
    EXPECT_EQ(process.wait(), 0);
    return code;
  }
  Lines creation(const std::string& code) const {
    return {"create", "--name", "Anna", "--relay", address_, "--invite", code};
  }
  int introductions_left(const Person& person) const {
    int made = 0;
    while (person.run({"introduce"}).status == 0) ++made;
    return made;
  }
};

TEST_F(InvitationTest, a_code_lets_its_holder_make_so_many_rooms_and_guests_need_none) {
  const auto code = invite(2);
  EXPECT_EQ(code.size(), 23U) << code;
  anna_.done(creation(code));
  const auto made = anna_.done({"introduce"}).json();
  const std::string room = ben_.done({"join", made["link"], "--name", "Ben"}).json()["room"];
  ben_.done({"send", room, "no code, no account"});
  anna_.done({"introduce"});
  const auto refused = anna_.run({"introduce"});
  EXPECT_EQ(refused.status, 5);
  EXPECT_TRUE(refused.err.starts_with("This relay makes rooms for those whom it invited"))
      << refused.err;
  EXPECT_EQ(anna_.done({"rooms"}).out.size(), 2U);
  anna_.done({"introduce", "--invite", invite(1)});
  EXPECT_EQ(anna_.run({"introduce"}).status, 5);
  anna_.done({"sync"});
  EXPECT_EQ(anna_.texts(room), Lines{"no code, no account"});
}

TEST_F(InvitationTest, a_code_that_is_wrong_or_used_up_is_refused_and_the_profile_stays) {
  EXPECT_EQ(anna_.run(creation("none such")).status, 2);
  EXPECT_FALSE(fs::exists(anna_.profile()));
  const auto refused = anna_.run(creation("01234-56789-abcde-f0123"));
  EXPECT_EQ(refused.status, 5);
  EXPECT_TRUE(refused.err.starts_with("The relay knows no such invitation")) << refused.err;
  EXPECT_EQ(refused.json()["name"], "Anna");
  EXPECT_EQ(anna_.run({"introduce"}).status, 5);

  const auto code = invite(1, 2);
  anna_.done({"introduce", "--invite", code});
  ben_.done(creation(code));
  const Person eve("Eve", dir_.path() / "eve");
  EXPECT_EQ(eve.run(creation(code)).status, 5);
  ben_.done({"introduce"});
}

TEST_F(InvitationTest, a_code_waits_for_a_relay_that_is_away) {
  const auto code = invite(1);
  kill_relay();
  const auto waiting = anna_.run(creation(code));
  EXPECT_EQ(waiting.status, 4);
  EXPECT_EQ(waiting.json()["name"], "Anna");
  restart_relay();
  anna_.done({"introduce"});  // with the code that was given before
  EXPECT_EQ(anna_.run({"introduce"}).status, 5);
}

TEST_F(InvitationTest, a_stopped_relay_invites_too) {
  EXPECT_EQ(relay_->stop(SIGTERM), 0);
  const auto code = invite(1);
  restart_relay();
  anna_.done(creation(code));
  EXPECT_EQ(introductions_left(anna_), 1);
}

TEST_F(InvitationTest, killed_between_redeeming_and_spending_no_token_is_lost_or_doubled) {
  magpie::test::SeededRandom random{71};
  anna_.done(creation(invite(1)));
  int expected = 1;
  for (int round = 0; round < 3; ++round, ++expected) {
    const auto code = invite(1);
    const auto program = anna_.start({"introduce", "--invite", code});
    // Where it is by then does not matter: that it is somewhere else each time does.
    std::this_thread::sleep_for(std::chrono::milliseconds(200 + random.below(500)));
    if (round % 2 == 0) {
      kill_relay();
      restart_relay();
    }
    program->stop(SIGKILL);
    // Whether it was stored before the kill or not: once, and then for good.
    const auto again = anna_.run({"introduce", "--invite", code});
    EXPECT_TRUE(again.status == 0 || again.status == 5) << again.err;
  }
  introductions_left(anna_);
  anna_.done({"sync"});
  EXPECT_EQ(anna_.done({"rooms"}).out.size(), static_cast<std::size_t>(expected));
}

TEST_F(InvitationTest, an_open_relay_needs_no_code_and_keeps_one_for_later) {
  const auto code = invite(1);
  EXPECT_EQ(relay_->stop(SIGTERM), 0);
  open_ = true;
  restart_relay();
  anna_.done(creation(code));
  anna_.done({"introduce"});
  EXPECT_EQ(relay_->stop(SIGTERM), 0);
  open_ = false;
  restart_relay();
  EXPECT_EQ(introductions_left(anna_), 1);
}

}  // namespace
}  // namespace magpie::cli::test
