// SPDX-License-Identifier: GPL-3.0-or-later
// Invitation codes, tokens and what they pay for, over every store.
#include "server/room/allowances.h"
#include "tests/server/support/relay_fixture.h"
#include "tests/server/support/token_buyer.h"

namespace magpie::server::test {
namespace {

using std::chrono::hours;

/// A relay that makes rooms for those whom it invited.
class InvitedTest : public HubTest {
 protected:
  InvitedTest() { start(); }

  /// As a new process does, over what was written.
  void start() {
    restart();
    hub_.reset();
    allowances_ = std::make_unique<Allowances>(store(), random_);
    renew_keys();
    hub_ = std::make_unique<Hub>(store(), sink_, random_, identity_, limits_, Hub::Shard{},
                                 allowances_.get());
    session_ = open();
  }
  void renew_keys() {
    ASSERT_TRUE(allowances_->load(now_));
    const auto batch = allowances_->upkeep(now_);
    if (batch.empty()) return;
    ASSERT_TRUE(store().write({&batch, 1}));
    ASSERT_TRUE(allowances_->load(now_));
  }

  Greeting greeting() {
    const SessionId session{next_session_++};
    hub_->open(session, now_);
    return only<Greeting>(sink_.take(session)).at(0);
  }
  TokenKey newest_key() { return greeting().token_keys.at(0); }

  InvitationCode invite(std::uint32_t rooms, std::uint32_t uses) {
    const auto made = make_invitation(rooms, uses, random_);
    EXPECT_TRUE(store().write({&made.batch, 1}));
    return code_of(made.text);
  }
  TokenBuyer buyer(const InvitationCode& code, std::size_t count = 8) {
    return {code, newest_key(), count, random_};
  }
  std::vector<Token> redeem(const TokenBuyer& buyer) {
    const auto [correlation, frames] = exchange(session_, buyer.frame());
    return buyer.tokens(answer<Redeemed>(frames, correlation));
  }
  Errc redeem_refused(const TokenBuyer& buyer) {
    const auto [correlation, frames] = exchange(session_, buyer.frame());
    return refusal(frames, correlation);
  }
  std::vector<Token> tokens(std::uint32_t count) { return redeem(buyer(invite(count, 1), count)); }

  CreateRoom room_for(const std::optional<Token>& token) {
    auto create = creation({{key().public_key(), kAllRights}});
    create.token = token;
    return create;
  }
  /// Errc{} where the room was made.
  Errc create(const CreateRoom& frame) {
    const auto [correlation, frames] = exchange(session_, frame);
    for (const auto& one : only<Answer>(frames)) {
      const auto* refused = std::get_if<Refusal>(&one.result);
      if (refused != nullptr) return refused->code;
    }
    answer<Created>(frames, correlation);
    return Errc{};
  }
  std::uint64_t rooms() { return store().counts()->rooms; }

  std::unique_ptr<Allowances> allowances_;
  SessionId session_;
};
INSTANTIATE_TEST_SUITE_P(Every, InvitedTest, ::testing::ValuesIn(kEveryStore), name_of);

TEST_P(InvitedTest, a_code_gives_tokens_and_each_of_them_makes_one_room) {
  EXPECT_TRUE(greeting().invited);
  const auto tokens = this->tokens(3);
  ASSERT_EQ(tokens.size(), 3u);
  for (const auto& token : tokens) {
    EXPECT_EQ(create(room_for(token)), Errc{});
    EXPECT_EQ(create(room_for(token)), Errc::kNotInvited);
  }
  EXPECT_EQ(rooms(), 3u);
  start();
  for (const auto& token : tokens) EXPECT_EQ(create(room_for(token)), Errc::kNotInvited);
  EXPECT_EQ(rooms(), 3u);
}

TEST_P(InvitedTest, without_a_token_or_with_a_wrong_one_no_room_is_made) {
  EXPECT_EQ(create(room_for(std::nullopt)), Errc::kNotInvited);
  auto wrong = tokens(1).at(0);
  wrong.output.fill()[63] ^= 1;
  EXPECT_EQ(create(room_for(wrong)), Errc::kNotInvited);
  wrong.output.fill()[63] ^= 1;
  wrong.input.fill()[0] ^= 1;
  EXPECT_EQ(create(room_for(wrong)), Errc::kNotInvited);
  wrong.input.fill()[0] ^= 1;
  wrong.key = 77;
  EXPECT_EQ(create(room_for(wrong)), Errc::kNotInvited);
  EXPECT_EQ(rooms(), 0u);
  wrong.key = newest_key().number;
  EXPECT_EQ(create(room_for(wrong)), Errc{});
}

TEST_P(InvitedTest, the_same_room_again_costs_nothing_and_needs_no_good_token) {
  auto frame = room_for(tokens(1).at(0));
  ask(session_, frame);
  EXPECT_EQ(create(frame), Errc{});  // beside the first, which is not written yet
  start();
  EXPECT_EQ(create(frame), Errc{});
  frame.token.reset();
  EXPECT_EQ(create(frame), Errc{});
  EXPECT_EQ(rooms(), 1u);
}

TEST_P(InvitedTest, a_token_is_spent_with_its_room_or_not_at_all) {
  const auto token = tokens(1).at(0);
  ask(session_, room_for(token));
  ASSERT_FALSE(hub_->take_batch().empty());
  start();  // before it was written
  EXPECT_EQ(rooms(), 0u);
  limits_.control_entry_bytes_max = 2;
  start();
  EXPECT_EQ(create(room_for(token)), Errc::kLimit);
  limits_ = {};
  start();
  EXPECT_EQ(create(room_for(token)), Errc{});
}

TEST_P(InvitedTest, a_redemption_asked_again_is_answered_alike_and_uses_nothing_up) {
  const auto code = invite(2, 1);
  const auto buyer = this->buyer(code);
  ask(session_, buyer.frame());
  const auto before = redeem(buyer);  // beside the first, which is not written yet
  ASSERT_EQ(before.size(), 2u);
  start();
  const auto again = redeem(buyer);
  ASSERT_EQ(again.size(), 2u);
  EXPECT_EQ(again[1].output, before[1].output);
  EXPECT_EQ(redeem_refused(this->buyer(code)), Errc::kNotInvited);
  EXPECT_EQ(create(room_for(again[0])), Errc{});
  EXPECT_EQ(create(room_for(before[0])), Errc::kNotInvited);
}

TEST_P(InvitedTest, a_redemption_that_was_not_written_uses_nothing_up) {
  const auto code = invite(1, 1);
  ask(session_, buyer(code).frame());
  ASSERT_FALSE(hub_->take_batch().empty());
  start();
  EXPECT_EQ(redeem(buyer(code)).size(), 1u);
}

TEST_P(InvitedTest, a_code_is_good_for_its_uses_and_no_more) {
  const auto code = invite(1, 3);
  ask(session_, buyer(code).frame());
  ask(session_, buyer(code).frame());  // in one batch
  EXPECT_EQ(redeem(buyer(code)).size(), 1u);
  EXPECT_EQ(redeem_refused(buyer(code)), Errc::kNotInvited);
  start();
  EXPECT_EQ(redeem_refused(buyer(code)), Errc::kNotInvited);
  EXPECT_EQ(redeem_refused(buyer(random_.id<InvitationCode>())), Errc::kNotInvited);
}

TEST_P(InvitedTest, fewer_elements_than_the_code_gives_get_fewer_tokens) {
  EXPECT_EQ(redeem(buyer(invite(5, 1), 2)).size(), 2u);
  EXPECT_EQ(redeem(buyer(invite(2, 1), 5)).size(), 2u);
}

TEST_P(InvitedTest, an_element_that_is_none_ends_the_session_and_uses_nothing_up) {
  const auto code = invite(1, 1);
  auto frame = buyer(code).frame();
  std::ranges::fill(frame.blinded[0].fill(), std::uint8_t{0xff});
  ask(session_, frame);
  EXPECT_EQ(sink_.ended().at(session_), Errc::kMalformed);
  session_ = open();
  EXPECT_EQ(redeem(buyer(code)).size(), 1u);
}

TEST_P(InvitedTest, keys_follow_each_other_with_an_overlap) {
  const auto first = newest_key();
  const auto token = tokens(2);
  const auto waiting = invite(1, 1);
  const auto prepared = buyer(waiting);
  now_ += kTokenKeyIssues;
  renew_keys();
  const auto keys = greeting().token_keys;
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_GT(keys[0].number, first.number);
  EXPECT_EQ(keys[1].number, first.number);
  EXPECT_EQ(redeem(prepared).size(), 1u);  // a little late
  EXPECT_EQ(redeem(buyer(invite(1, 1))).size(), 1u);

  now_ += kTokenKeyIssues - std::chrono::days(1);
  renew_keys();
  EXPECT_LE(greeting().token_keys.size(), kTokenKeysMax);
  EXPECT_EQ(create(room_for(token[0])), Errc{});
  const TokenBuyer late(invite(1, 1), first, 1, random_);
  EXPECT_EQ(redeem_refused(late), Errc::kStale);

  now_ += std::chrono::days(1);
  EXPECT_EQ(create(room_for(token[1])), Errc::kNotInvited);  // over, before anybody drops it
  start();
  EXPECT_EQ(create(room_for(token[1])), Errc::kNotInvited);
  for (const auto& key : greeting().token_keys) EXPECT_NE(key.number, first.number);
}

TEST_P(InvitedTest, what_was_spent_is_forgotten_only_after_its_key_is_over) {
  const auto token = tokens(1).at(0);
  EXPECT_EQ(create(room_for(token)), Errc{});
  now_ = day_of(now_) + kTokenKeyTaken;
  for (int hour = 0; hour < 24; hour += 6, now_ += hours(6)) {
    start();
    ASSERT_TRUE(store().find_spent(token.key, token_id(token))->has_value()) << hour;
    EXPECT_EQ(create(room_for(token)), Errc::kNotInvited);
  }
  start();
  EXPECT_FALSE(store().find_spent(token.key, token_id(token))->has_value());
  const auto keys = store().list_token_keys();
  for (const auto& key : *keys) EXPECT_NE(key.id, token.key);
  EXPECT_EQ(create(room_for(token)), Errc::kNotInvited);
}

TEST_P(InvitedTest, a_clock_that_was_set_back_makes_no_key_and_ends_none) {
  const auto token = tokens(1).at(0);
  now_ -= hours(24 * 400);
  start();
  EXPECT_EQ(greeting().token_keys.size(), 1u);
  EXPECT_EQ(create(room_for(token)), Errc{});
}

TEST_P(InvitedTest, a_key_that_another_process_made_is_found_in_the_store) {
  now_ += kTokenKeyIssues;
  Allowances other(store(), random_);
  ASSERT_TRUE(other.load(now_));
  const auto batch = other.upkeep(now_);
  ASSERT_TRUE(store().write({&batch, 1}));
  ASSERT_TRUE(other.load(now_));
  const auto key = other.published(now_).at(0);
  ASSERT_NE(newest_key().number, key.number);
  const TokenBuyer buyer(invite(1, 1), key, 1, random_);
  EXPECT_EQ(redeem(buyer).size(), 1u);
  // Both made one at once: the store kept the first, and both use it.
  const auto late = allowances_->upkeep(now_ + kTokenKeyIssues);
  const auto later = other.upkeep(now_ + kTokenKeyIssues);
  ASSERT_TRUE(store().write({&late, 1}));
  ASSERT_TRUE(store().write({&later, 1}));
  now_ += kTokenKeyIssues;
  ASSERT_TRUE(other.load(now_));
  ASSERT_TRUE(allowances_->load(now_));
  EXPECT_EQ(other.published(now_).at(0).public_key, newest_key().public_key);
}

TEST_P(HubTest, an_open_relay_asks_for_nothing_and_redeems_nothing) {
  const auto session = open();
  auto frame = creation({{key().public_key(), kAllRights}});
  frame.token.emplace();
  auto [correlation, frames] = exchange(session, frame);
  answer<Created>(frames, correlation);
  Redeem redeem;
  redeem.blinded.resize(1);
  std::tie(correlation, frames) = exchange(session, redeem);
  EXPECT_EQ(refusal(frames, correlation), Errc::kNotInvited);
}

}  // namespace
}  // namespace magpie::server::test
