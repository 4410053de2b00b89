// SPDX-License-Identifier: GPL-3.0-or-later
// Programs that are killed and relays that are away: nothing is lost, doubled or reordered.
#include "tests/cli/support/cli_test.h"
#include "tests/cli/support/line.h"

namespace magpie::cli::test {
namespace {

TEST_F(CliTest, what_cannot_be_sent_waits) {
  ASSERT_NO_FATAL_FAILURE(meet());
  kill_relay();
  const auto refused = ben_.run({"send", room_, "patience", "--timeout", "4"});
  EXPECT_EQ(refused.status, 4);
  EXPECT_EQ(refused.err,
            "The relay cannot be reached. Your messages are safe here and will go when it returns. "
            "Check the connection, then run sync.\n");
  EXPECT_TRUE(refused.out.empty());
  EXPECT_EQ(ben_.done({"send", room_, "more of it", "--no-wait"}).json()["state"], "waiting");
  EXPECT_EQ(ben_.run({"sync", "--timeout", "1"}).status, 4);
  EXPECT_EQ(anna_.run({"introduce"}).status, 4);
  EXPECT_EQ(anna_.done({"rooms"}).out.size(), 1U);  // nothing of it is left
  EXPECT_EQ(ben_.done({"history", room_}).json()["state"], "waiting");

  restart_relay();
  ben_.done({"sync"});
  EXPECT_EQ(ben_.done({"history", room_}).json(1)["state"], "relay");
  anna_.done({"sync"});
  EXPECT_EQ(anna_.texts(room_), (Lines{"patience", "more of it"}));
}

TEST_F(CliTest, another_relay_in_its_place_is_not_talked_to) {
  ASSERT_NO_FATAL_FAILURE(meet());
  const auto own_address = address_;
  kill_relay();
  fs::rename(relay_folder(), dir_.path() / "away");
  restart_relay();
  ASSERT_NE(address_, own_address);  // same port, other key
  const auto refused = ben_.run({"send", room_, "hello?", "--timeout", "5"});
  EXPECT_EQ(refused.status, 4);
  EXPECT_TRUE(refused.err.starts_with("Another computer answered in the relay's place"));
}

TEST_F(CliTest, a_relay_put_back_to_an_earlier_day_is_noticed) {
  ASSERT_NO_FATAL_FAILURE(meet());
  const auto copy = dir_.path() / "copy";
  EXPECT_EQ(relay_->stop(SIGTERM), 0);
  fs::copy(relay_folder(), copy, fs::copy_options::recursive);
  restart_relay();
  ben_.done({"send", room_, "one"});
  EXPECT_EQ(relay_->stop(SIGTERM), 0);
  fs::remove_all(relay_folder());
  fs::rename(copy, relay_folder());
  restart_relay();

  EXPECT_EQ(events(ben_.done({"sync"}), "fork").size(), 1U);
  EXPECT_EQ(ben_.done({"rooms"}).json()["state"], "fork");
  const auto refused = ben_.run({"send", room_, "two"});
  EXPECT_EQ(refused.status, 5);
  EXPECT_TRUE(refused.err.starts_with("Sending is paused in this room")) << refused.err;
  EXPECT_EQ(ben_.texts(room_), Lines{"one"});  // readable, and nothing was queued
}

TEST_F(CliTest, a_relay_killed_in_the_middle_loses_nothing) {
  ASSERT_NO_FATAL_FAILURE(meet());
  Lines sent = {"first"};
  const auto following = anna_.start({"sync", "--follow"});
  EXPECT_EQ(Json::parse(following->read_line())["event"], "introduction-used");
  ben_.done({"send", room_, sent.back()});
  EXPECT_EQ(Json::parse(following->read_line())["text"], sent.back());

  kill_relay();
  for (const auto* text : {"one", "two", "three", "four"}) {
    sent.emplace_back(text);
    ben_.done({"send", room_, sent.back(), "--no-wait"});
  }
  restart_relay();
  const auto sending = ben_.start({"sync", "--timeout", "60"});
  EXPECT_EQ(Json::parse(following->read_line())["text"], "one");
  kill_relay();  // in the middle of the others
  restart_relay();
  sending->read_lines();
  EXPECT_EQ(sending->wait(), 0) << sending->errors();

  for (const auto* text : {"five", "six"}) {
    sent.emplace_back(text);
    const auto send = ben_.start({"send", room_, sent.back(), "--timeout", "60"});
    kill_relay();
    restart_relay();
    send->read_lines();
    EXPECT_EQ(send->wait(), 0) << send->errors();
  }
  for (std::size_t i = 2; i < sent.size(); ++i) {
    EXPECT_EQ(Json::parse(following->read_line())["text"], sent[i]);
  }
  EXPECT_EQ(following->stop(SIGINT), 0);
  EXPECT_EQ(anna_.texts(room_), sent);
  EXPECT_EQ(ben_.texts(room_), sent);
}

TEST_F(CliTest, a_client_killed_before_the_relay_answered_sends_once) {
  const auto colon = address_.find(':');
  const auto hash = address_.find('#');
  Line line(static_cast<std::uint16_t>(std::stoi(address_.substr(colon + 1, hash - colon - 1))));
  const auto address = "127.0.0.1:" + std::to_string(line.port()) + address_.substr(hash);
  anna_.done({"create", "--name", anna_.name(), "--relay", address});
  link_ = anna_.done({"introduce"}).json()["link"];
  room_ = ben_.done({"join", link_, "--name", ben_.name()}).json()["room"];
  const auto following = anna_.start({"sync", "--follow"});
  EXPECT_EQ(Json::parse(following->read_line())["event"], "introduction-used");

  Lines sent;
  bool unanswered = false;
  for (int round = 0; round < 5 && !unanswered; ++round) {
    sent.push_back("round " + std::to_string(round));
    line.slow_down(std::chrono::milliseconds(400));
    const auto sending = ben_.start({"send", room_, sent.back()});
    // Anna has it from the relay, whose answer to Ben is still on the line.
    EXPECT_EQ(Json::parse(following->read_line())["text"], sent.back());
    EXPECT_EQ(sending->stop(SIGKILL), -1);
    // On this line `history` ends long before an answer could come.
    const auto state = ben_.done({"history", room_, "--last", "1"}).json()["state"];
    unanswered = state == "waiting";
    line.slow_down(std::chrono::milliseconds(0));
    ben_.done({"sync"});
    EXPECT_NE(ben_.done({"history", room_, "--last", "1"}).json()["state"], "waiting");
  }
  EXPECT_TRUE(unanswered);
  sent.emplace_back("last");
  ben_.done({"send", room_, sent.back()});
  EXPECT_EQ(Json::parse(following->read_line())["text"], sent.back());
  EXPECT_EQ(following->stop(SIGTERM), 0);
  EXPECT_EQ(anna_.texts(room_), sent);
  EXPECT_EQ(ben_.texts(room_), sent);
}

}  // namespace
}  // namespace magpie::cli::test
