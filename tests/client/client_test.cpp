// SPDX-License-Identifier: GPL-3.0-or-later
// The client's door, against a relay that runs as a process of its own.
#include "client/core/client.h"

#include <gtest/gtest.h>

#include "client/core/relay_address.h"
#include "client/core/vault/vault.h"
#include "tests/client/support/person.h"
#include "tests/server/support/relay_process.h"
#include "tests/support/temporary_folder.h"

namespace magpie::client::test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

class ClientTest : public ::testing::Test {
 protected:
  ClientTest() { start_relay("127.0.0.1:0"); }

  void start_relay(const std::string& listen) {
    relay_.emplace(std::vector<std::string>{"serve", "--data", (dir_.path() / "relay").string(),
                                            "--listen", listen, "--open"});
    address_ = parse_relay_address(relay_->address());
    ASSERT_TRUE(address_.has_value());
  }
  void kill_relay() { relay_->stop(SIGKILL); }
  void restart_relay() { start_relay(format_host_port(address_->host, address_->port)); }

  fs::path folder(const std::string& name) const { return dir_.path() / name; }

  /// Anna and Ben, who has come by Anna's link; both know each other.
  void meet(Person& anna, Person& ben) {
    ASSERT_TRUE(anna.create("Anna", address_));
    const auto introduction = anna.introduce();
    ASSERT_TRUE(introduction) << name(introduction.error().code);
    link_ = introduction->link;
    const auto joined = ben.join_new("Ben", link_);
    ASSERT_TRUE(joined) << name(joined.error().code);
    room_ = joined->room;
    ASSERT_TRUE(
        anna.saw<event::IntroductionUsed>([&](const auto& used) { return used.room == room_; }));
  }

  magpie::test::TemporaryFolder dir_;
  std::optional<server::test::RelayProcess> relay_;
  std::optional<RelayAddress> address_;
  std::string link_;
  RoomId room_;
};

TEST_F(ClientTest, two_people_meet_and_write) {
  Person anna(folder("anna"));
  Person ben(folder("ben"));
  const auto created = anna.create("Anna", address_);
  ASSERT_TRUE(created);
  EXPECT_EQ(created->name, "Anna");
  EXPECT_EQ(created->relay, address_);
  const auto introduction = anna.introduce({.label = "Ben", .greeting = "Hello", .pin = "4711"});
  ASSERT_TRUE(introduction);
  EXPECT_EQ(introduction->state, IntroductionState::kWaiting);

  EXPECT_EQ(code_of(ben.preview(introduction->link, "4712")), Errc::kDecryptFailed);
  const auto offer = ben.preview(introduction->link, "4711");
  ASSERT_TRUE(offer);
  EXPECT_EQ(offer->inviter, "Anna");
  EXPECT_EQ(offer->greeting, "Hello");
  EXPECT_EQ(offer->fingerprint, created->fingerprint);
  EXPECT_FALSE(fs::exists(folder("ben")));  // looking leaves nothing

  const auto joined = ben.join_new("Ben", introduction->link, "4711");
  ASSERT_TRUE(joined);
  EXPECT_EQ(joined->inviter, "Anna");
  EXPECT_EQ(joined->fingerprint, created->fingerprint);
  EXPECT_EQ(joined->room, offer->room);
  const auto first = ben.send(joined->room, "first");
  ASSERT_TRUE(first) << name(first.error().code) << " " << first.error().site;
  EXPECT_TRUE(anna.saw_text("first"));
  EXPECT_TRUE(ben.saw_state(*first, MessageState::kRelay));
  EXPECT_TRUE(ben.saw_state(*first, MessageState::kDelivered));
  const auto second = anna.send(joined->room, "second");
  ASSERT_TRUE(second);
  EXPECT_TRUE(ben.saw_text("second"));
  EXPECT_TRUE(anna.saw_state(*second, MessageState::kDelivered));

  const auto history = anna.history(joined->room);
  ASSERT_TRUE(history);
  ASSERT_EQ(history->size(), 2U);
  EXPECT_EQ((*history)[0].text, "first");
  EXPECT_EQ((*history)[0].from_name, "Ben");
  EXPECT_EQ((*history)[0].state, MessageState::kReceived);
  EXPECT_EQ((*history)[1].text, "second");
  EXPECT_EQ((*history)[1].state, MessageState::kDelivered);
  EXPECT_TRUE(anna.settle());
  EXPECT_TRUE(ben.settle());
}

TEST_F(ClientTest, safety_numbers_are_equal_and_comparing_is_remembered) {
  Person anna(folder("anna"));
  Person ben(folder("ben"));
  ASSERT_NO_FATAL_FAILURE(meet(anna, ben));
  const auto other = [&](Person& person) {
    const auto rooms = person.rooms();
    return rooms->front().members.at(1).fingerprint;
  };
  const auto number = [&](Person& person) {
    return person.ask<std::string>(
        [&](auto done) { person.client().safety_number(room_, other(person), std::move(done)); });
  };
  const auto of_anna = number(anna);
  ASSERT_TRUE(of_anna);
  EXPECT_EQ(of_anna->size(), 71U);
  EXPECT_EQ(of_anna, number(ben));
  EXPECT_FALSE(ben.rooms()->front().members.at(1).numbers_compared);
  EXPECT_TRUE(ben.ask<void>(
      [&](auto done) { ben.client().verify(room_, other(ben), true, std::move(done)); }));
  ASSERT_TRUE(ben.lock());
  ASSERT_TRUE(ben.open());
  EXPECT_TRUE(ben.rooms()->front().members.at(1).numbers_compared);
}

TEST_F(ClientTest, locked_it_answers_nothing_and_keeps_no_secret) {
  const std::size_t before = secret_bytes_in_use();
  Person anna(folder("anna"));
  EXPECT_EQ(code_of(anna.rooms()), Errc::kLocked);
  EXPECT_EQ(code_of(anna.settle()), Errc::kLocked);
  EXPECT_EQ(code_of(anna.open()), Errc::kNotFound);
  EXPECT_FALSE(fs::exists(folder("anna")));
  const auto created = anna.create("Anna", address_);
  ASSERT_TRUE(created);
  ASSERT_TRUE(anna.introduce());
  EXPECT_GT(secret_bytes_in_use(), before);

  ASSERT_TRUE(anna.lock());
  EXPECT_EQ(secret_bytes_in_use(), before);
  EXPECT_EQ(code_of(anna.rooms()), Errc::kLocked);
  EXPECT_EQ(code_of(anna.introduce()), Errc::kLocked);
  EXPECT_EQ(code_of(anna.open(passphrase("correct horse batterx"))), Errc::kWrongPassphrase);
  EXPECT_EQ(code_of(anna.rooms()), Errc::kLocked);
  const auto opened = anna.open();
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->fingerprint, created->fingerprint);
  EXPECT_EQ(anna.rooms()->size(), 1U);
  EXPECT_EQ(code_of(anna.open()), Errc::kUsage);
}

TEST_F(ClientTest, locking_answers_everybody_who_waits) {
  Person anna(folder("anna"));
  ASSERT_TRUE(anna.create("Anna", address_));
  kill_relay();
  std::promise<std::optional<Errc>> introduced;
  anna.client().introduce({}, [&](const auto& outcome) { introduced.set_value(code_of(outcome)); });
  std::promise<std::optional<Errc>> settled;
  anna.client().settle(kPatience,
                       [&](const auto& outcome) { settled.set_value(code_of(outcome)); });
  ASSERT_TRUE(anna.lock());
  // The relay may have refused the connection before the lock came.
  const auto outcome = introduced.get_future().get();
  EXPECT_TRUE(outcome == Errc::kLocked || outcome == Errc::kUnreachable);
  const auto settling = settled.get_future().get();
  EXPECT_TRUE(settling == Errc::kLocked || !settling);
  // Locking wins over an opening under way.
  std::promise<std::optional<Errc>> opened;
  anna.client().open(passphrase(), [&](const auto& done) { opened.set_value(code_of(done)); });
  ASSERT_TRUE(anna.lock());
  EXPECT_EQ(opened.get_future().get(), Errc::kLocked);
  EXPECT_TRUE(anna.open());
}

TEST_F(ClientTest, one_holder_has_a_profile) {
  Person anna(folder("anna"));
  ASSERT_TRUE(anna.create("Anna", address_));
  Person again(folder("anna"));
  EXPECT_EQ(code_of(again.open()), Errc::kInUse);
  EXPECT_EQ(code_of(again.create("Eve", address_)), Errc::kInUse);
  ASSERT_TRUE(anna.lock());
  EXPECT_EQ(code_of(again.create("Eve", address_)), Errc::kExists);
  const auto opened = again.open();
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->name, "Anna");
}

TEST_F(ClientTest, a_profile_needs_a_name) {
  Person anna(folder("anna"));
  EXPECT_EQ(code_of(anna.create(" \n ", address_)), Errc::kUsage);
  EXPECT_FALSE(fs::exists(folder("anna")));
  EXPECT_FALSE(Client::profile_exists(folder("anna")));
  ASSERT_TRUE(anna.create("Anna", std::nullopt));
  EXPECT_TRUE(Client::profile_exists(folder("anna")));
  EXPECT_EQ(code_of(anna.introduce()), Errc::kUsage);  // no relay
  EXPECT_TRUE(anna.ask<void>([&](auto done) { anna.client().set_relay(*address_, done); }));
  EXPECT_TRUE(anna.introduce());
}

TEST_F(ClientTest, a_profile_whose_making_was_cut_short_is_finished) {
  ASSERT_TRUE(Vault::create(folder("anna"), passphrase()));  // and nobody's name in it yet
  Person anna(folder("anna"));
  EXPECT_EQ(code_of(anna.open()), Errc::kNotFound);
  EXPECT_EQ(
      code_of(anna.ask<ProfileInfo>([&](auto done) {
        anna.client().create({"Anna", passphrase("another passphrase"), address_}, std::move(done));
      })),
      Errc::kExists);
  const auto created = anna.create("Anna", address_);
  ASSERT_TRUE(created);
  ASSERT_TRUE(anna.lock());
  EXPECT_EQ(anna.open()->fingerprint, created->fingerprint);
}

TEST_F(ClientTest, a_link_works_once) {
  Person anna(folder("anna"));
  Person ben(folder("ben"));
  ASSERT_NO_FATAL_FAILURE(meet(anna, ben));
  Person eve(folder("eve"));
  EXPECT_EQ(code_of(eve.preview(link_)), Errc::kIntroductionUsed);
  EXPECT_EQ(code_of(eve.join_new("Eve", link_)), Errc::kIntroductionUsed);
  EXPECT_FALSE(fs::exists(folder("eve")));
  EXPECT_TRUE(anna.saw<event::IntroductionTriedAgain>(
      [&](const auto& tried) { return tried.room == room_; }));
  EXPECT_EQ(code_of(ben.preview(link_)), Errc::kExists);  // knows it, and troubles nobody
  EXPECT_EQ(code_of(eve.join_new("Eve", "magpie://nowhere")), Errc::kBadLink);
}

TEST_F(ClientTest, a_cancelled_link_has_ended) {
  Person anna(folder("anna"));
  ASSERT_TRUE(anna.create("Anna", address_));
  const auto introduction = anna.introduce();
  ASSERT_TRUE(introduction);
  ASSERT_TRUE(anna.ask<void>(
      [&](auto done) { anna.client().cancel_introduction(introduction->room, std::move(done)); }));
  ASSERT_TRUE(anna.settle());
  Person ben(folder("ben"));
  EXPECT_EQ(code_of(ben.join_new("Ben", introduction->link)), Errc::kIntroductionEnded);
  EXPECT_FALSE(fs::exists(folder("ben")));
}

TEST_F(ClientTest, what_waits_goes_when_the_relay_is_back) {
  Person anna(folder("anna"));
  Person ben(folder("ben"));
  ASSERT_NO_FATAL_FAILURE(meet(anna, ben));
  ASSERT_TRUE(anna.settle());
  kill_relay();
  ASSERT_TRUE(anna.saw<event::Connection>([](const auto& line) { return !line.connected; }));
  ASSERT_TRUE(ben.saw<event::Connection>([](const auto& line) { return !line.connected; }));
  const auto one = anna.send(room_, "one");
  const auto two = anna.send(room_, "two");
  ASSERT_TRUE(one && two);
  EXPECT_EQ(anna.history(room_)->back().state, MessageState::kWaiting);
  EXPECT_EQ(code_of(anna.settle(1s)), Errc::kUnreachable);
  ASSERT_TRUE(anna.lock());
  ASSERT_TRUE(anna.open());

  restart_relay();
  EXPECT_TRUE(anna.settle());
  EXPECT_TRUE(anna.saw_state(*two, MessageState::kRelay));
  EXPECT_TRUE(ben.saw_text("two"));
  const auto history = ben.history(room_);
  ASSERT_TRUE(history);
  ASSERT_EQ(history->size(), 2U);
  EXPECT_EQ((*history)[0].id, *one);
  EXPECT_EQ((*history)[1].id, *two);
}

TEST_F(ClientTest, nothing_is_called_after_the_destructor) {
  { ASSERT_TRUE(Person(folder("anna")).create("Anna", address_)); }
  std::atomic<bool> gone = false;
  std::atomic<int> late = 0;
  const auto note = [&](const auto&) { late += gone ? 1 : 0; };
  for (int round = 0; round < 3; ++round) {
    gone = false;
    {
      Client client(folder("anna"), note);
      client.open(passphrase(), note);
      client.preview("magpie://nowhere", "", note);
      if (round == 1) client.lock(note);
      client.settle(kPatience, note);
    }
    gone = true;
  }
  EXPECT_EQ(late, 0);
  EXPECT_TRUE(Person(folder("anna")).open());  // and the lock is free
}

}  // namespace
}  // namespace magpie::client::test
