// SPDX-License-Identifier: GPL-3.0-or-later
// A relay's limits: which one is said, the exit status is that of a refusal, and nothing is lost.
#include "tests/cli/support/cli_test.h"

namespace magpie::cli::test {
namespace {

class LimitsTest : public CliTest {
 protected:
  /// From here on the relay has this limit, and the defaults for the rest.
  void limit(const std::string& setting) {
    EXPECT_EQ(relay_->stop(SIGTERM), 0);
    std::ofstream(relay_folder() / "relay.toml") << "[limits]\n" << setting << "\n";
    restart_relay();
  }
};

TEST_F(LimitsTest, what_a_full_room_cannot_take_waits_until_it_can) {
  ASSERT_NO_FATAL_FAILURE(meet());
  limit("entries_per_room_max = 1");
  const auto refused = ben_.run({"send", room_, "one more"});
  EXPECT_EQ(refused.status, 5);
  EXPECT_TRUE(refused.err.starts_with("Not sent yet: too much is unread in this room"))
      << refused.err;
  EXPECT_TRUE(refused.out.empty());
  EXPECT_EQ(ben_.done({"history", room_}).json()["state"], "waiting");
  const auto again = ben_.run({"sync"});
  EXPECT_EQ(again.status, 5);
  EXPECT_EQ(again.err, refused.err);

  limit("entries_per_room_max = 100");
  ben_.done({"sync"});
  anna_.done({"sync"});
  EXPECT_EQ(anna_.texts(room_), Lines{"one more"});
}

TEST_F(LimitsTest, a_text_that_is_too_large_is_kept_and_holds_nothing_up) {
  ASSERT_NO_FATAL_FAILURE(meet());
  limit("entry_bytes_max = 512");
  const std::string large(1000, 'x');
  const auto refused = ben_.run({"send", room_, large});
  EXPECT_EQ(refused.status, 5);
  EXPECT_TRUE(refused.err.starts_with("Not sent: the relay takes nothing as large")) << refused.err;
  ben_.done({"send", room_, "short"});
  EXPECT_EQ(ben_.done({"history", room_}).json(0)["state"], "relay");
  EXPECT_EQ(ben_.done({"history", room_}).json(1)["state"], "not-sent");
  EXPECT_EQ(ben_.texts(room_).back(), large);
  anna_.done({"sync"});
  EXPECT_EQ(anna_.texts(room_), Lines{"short"});
}

TEST_F(LimitsTest, a_relay_with_all_its_connections_says_so) {
  ASSERT_NO_FATAL_FAILURE(meet());
  limit("streams_max = 1");
  const auto following = anna_.start({"sync", "--follow"});
  EXPECT_EQ(Json::parse(following->read_line())["event"], "introduction-used");
  const auto refused = ben_.run({"send", room_, "engaged", "--timeout", "2"});
  EXPECT_EQ(refused.status, 5);
  EXPECT_TRUE(refused.err.starts_with("The relay has as many connections as it allows"))
      << refused.err;
  EXPECT_EQ(ben_.run({"introduce"}).status, 2);  // has no relay: nothing is asked of it
  following->stop(SIGTERM);
  ben_.done({"sync"});
  anna_.done({"sync"});
  EXPECT_EQ(anna_.texts(room_), Lines{"engaged"});
}

}  // namespace
}  // namespace magpie::cli::test
