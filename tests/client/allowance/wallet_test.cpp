// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/allowance/wallet.h"

#include <gtest/gtest.h>

#include "client/core/vault/memory_storage.h"
#include "tests/support/seeded_random.h"

namespace magpie::client {
namespace {

using crypto::voprf::ServerKey;

class WalletTest : public ::testing::Test {
 protected:
  WalletTest() {
    relay_.identity = random_.id<RelayIdentity>();
    greeting_.invited = true;
    greeting_.token_keys = {{5, key_.public_key()}};
  }

  void store() { ASSERT_TRUE(storage_.apply(wallet_->take_changes())); }
  /// What was not stored is forgotten.
  void restart() {
    wallet_.emplace(random_);
    wallet_->load(storage_.invitations().value(), storage_.tokens().value());
  }
  frames::Answer answer(const frames::Redeem& frame, std::size_t count, const ServerKey& key) {
    const auto evaluation =
        key.blind_evaluate(std::span(frame.blinded).first(count), random_).value();
    return {1, frames::Redeemed{frame.key, evaluation.elements, evaluation.proof}};
  }
  void redeem(std::size_t count) {
    wallet_->add(relay_, random_.id<InvitationCode>());
    const auto frame = wallet_->redeem(relay_.identity, greeting_);
    ASSERT_TRUE(frame);
    ASSERT_TRUE(wallet_->redeemed(relay_.identity, answer(*frame, count, key_)));
    store();
  }
  bool good(const frames::Token& token) const {
    return equal_secret(key_.evaluate(token.input.bytes())->expose(), token.output.bytes());
  }

  magpie::test::SeededRandom random_{53};
  ServerKey key_ = ServerKey::generate(random_);
  RelayAddress relay_{"relay.example", 7447, {}};
  frames::Greeting greeting_;
  MemoryStorage storage_;
  std::optional<Wallet> wallet_{random_};
};

TEST(Invitation, is_read_however_it_was_typed) {
  const auto code = parse_invitation("01234-56789-abcde-f0123");
  ASSERT_TRUE(code);
  EXPECT_EQ(code->hex(), "0123456789abcdef0123");
  EXPECT_EQ(parse_invitation(" 01234 56789\nABCDE-F0123 "), code);
  for (const auto* none : {"", "-", "01234-56789-abcde-f012", "01234-56789-abcde-f01234",
                           "g1234-56789-abcde-f0123", "01234_56789_abcde_f0123"}) {
    EXPECT_FALSE(parse_invitation(none)) << none;
  }
}

TEST_F(WalletTest, a_redemption_is_asked_again_with_the_same_elements_after_a_crash) {
  wallet_->add(relay_, random_.id<InvitationCode>());
  store();
  restart();
  const auto first = wallet_->redeem(relay_.identity, greeting_);
  ASSERT_TRUE(first);
  store();
  restart();
  const auto again = wallet_->redeem(relay_.identity, greeting_);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->code, first->code);
  EXPECT_EQ(again->blinded, first->blinded);
  ASSERT_TRUE(wallet_->redeemed(relay_.identity, answer(*again, 3, key_)));
  EXPECT_FALSE(wallet_->waits(relay_.identity));
  store();
  restart();
  EXPECT_FALSE(wallet_->waits(relay_.identity));
  EXPECT_EQ(wallet_->left(relay_.identity), 3U);
  EXPECT_TRUE(good(*wallet_->take(relay_.identity, random_.id<RoomId>())));
}

TEST_F(WalletTest, another_key_draws_anew_and_an_open_relay_is_not_asked) {
  wallet_->add(relay_, random_.id<InvitationCode>());
  const auto first = wallet_->redeem(relay_.identity, greeting_);
  auto later = greeting_;
  later.token_keys = {{6, ServerKey::generate(random_).public_key()}, greeting_.token_keys[0]};
  EXPECT_EQ(wallet_->redeem(relay_.identity, later)->blinded, first->blinded);
  later.token_keys.pop_back();
  EXPECT_NE(wallet_->redeem(relay_.identity, later)->blinded, first->blinded);
  EXPECT_EQ(wallet_->redeem(relay_.identity, later)->key, 6U);
  later.invited = false;
  EXPECT_FALSE(wallet_->redeem(relay_.identity, later));
  EXPECT_FALSE(wallet_->redeem(random_.id<RelayIdentity>(), greeting_));
}

TEST_F(WalletTest, a_key_other_than_the_published_one_is_noticed_and_the_code_kept) {
  wallet_->add(relay_, random_.id<InvitationCode>());
  const auto frame = wallet_->redeem(relay_.identity, greeting_);
  const auto marked = ServerKey::generate(random_);
  const auto outcome = wallet_->redeemed(relay_.identity, answer(*frame, 2, marked));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::kBadSignature);
  EXPECT_EQ(wallet_->left(relay_.identity), 0U);
  EXPECT_TRUE(wallet_->waits(relay_.identity));
}

TEST_F(WalletTest, answers_that_were_not_asked_for_are_refused) {
  const auto none = wallet_->redeemed(relay_.identity, {1, frames::Created{}});
  EXPECT_EQ(none.error().code, Errc::kMalformed);
  wallet_->add(relay_, random_.id<InvitationCode>());
  EXPECT_FALSE(wallet_->redeemed(relay_.identity, {1, frames::Redeemed{5, {}, {}}}));
  const auto frame = wallet_->redeem(relay_.identity, greeting_);
  EXPECT_FALSE(wallet_->redeemed(relay_.identity, {1, frames::Redeemed{5, {}, {}}}));
  auto other = std::get<frames::Redeemed>(answer(*frame, 2, key_).result);
  other.key = 4;
  EXPECT_FALSE(wallet_->redeemed(relay_.identity, {1, other}));
  EXPECT_FALSE(wallet_->redeemed(relay_.identity, {1, frames::Refusal{Errc::kRelayStorage}}));
  EXPECT_TRUE(wallet_->waits(relay_.identity));
  const auto refused = wallet_->redeemed(relay_.identity, {1, frames::Refusal{Errc::kNotInvited}});
  EXPECT_EQ(refused.error().code, Errc::kNotInvited);
  EXPECT_FALSE(wallet_->waits(relay_.identity));
}

TEST_F(WalletTest, a_token_goes_with_one_room_until_it_is_known_what_became_of_it) {
  redeem(2);
  const auto one = random_.id<RoomId>();
  const auto other = random_.id<RoomId>();
  const auto token = wallet_->take(relay_.identity, one);
  ASSERT_TRUE(token);
  store();
  restart();
  EXPECT_EQ(wallet_->take(relay_.identity, one)->input, token->input);
  EXPECT_NE(wallet_->take(relay_.identity, other)->input, token->input);
  EXPECT_FALSE(wallet_->take(relay_.identity, random_.id<RoomId>()));
  wallet_->give_back(other);
  EXPECT_EQ(wallet_->left(relay_.identity), 1U);
  wallet_->spent(one);
  wallet_->spent(one);
  EXPECT_TRUE(wallet_->take(relay_.identity, other));
  EXPECT_TRUE(wallet_->reject(other));
  EXPECT_FALSE(wallet_->reject(other));
  store();
  restart();
  EXPECT_EQ(wallet_->left(relay_.identity), 0U);
  EXPECT_TRUE(storage_.tokens().value().empty());
}

TEST_F(WalletTest, tokens_are_forgotten_only_below_the_oldest_key_that_the_relay_lists) {
  redeem(1);
  const auto number = [](frames::TokenKeyNumber n) { return frames::TokenKey{n, {}}; };
  auto greeting = greeting_;
  greeting.token_keys = {number(9), number(4)};  // 5 is not among them, and may come back
  wallet_->greeted(relay_.identity, greeting);
  EXPECT_EQ(wallet_->left(relay_.identity), 1U);
  greeting.token_keys.clear();
  wallet_->greeted(relay_.identity, greeting);
  greeting.token_keys = {number(6)};
  greeting.invited = false;
  wallet_->greeted(relay_.identity, greeting);
  wallet_->greeted(random_.id<RelayIdentity>(), greeting_);
  EXPECT_EQ(wallet_->left(relay_.identity), 1U);
  greeting.invited = true;
  wallet_->greeted(relay_.identity, greeting);
  EXPECT_EQ(wallet_->left(relay_.identity), 0U);
}

TEST_F(WalletTest, tokens_of_the_oldest_key_go_first) {
  redeem(1);
  greeting_.token_keys = {{4, key_.public_key()}};
  redeem(1);
  EXPECT_EQ(wallet_->take(relay_.identity, random_.id<RoomId>())->key, 4U);
  EXPECT_EQ(wallet_->take(relay_.identity, random_.id<RoomId>())->key, 5U);
}

}  // namespace
}  // namespace magpie::client
