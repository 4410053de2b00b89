// SPDX-License-Identifier: GPL-3.0-or-later
// Hubs on threads over one committer: what is said, when a write fails, and at the end.
#include "server/shards.h"

#include <gtest/gtest.h>

#include <array>
#include <map>

#include "tests/server/support/tested_store.h"
#include "tests/server/support/token_buyer.h"
#include "tests/support/seeded_random.h"

namespace magpie::server::test {
namespace {

/// Collects answers from all threads.
class WaitingSink final : public FrameSink {
 public:
  void send(SessionId, const ServerFrame& frame) override {
    std::lock_guard lock(mutex_);
    if (const auto* greeting = std::get_if<Greeting>(&frame)) nonce_ = greeting->nonce;
    if (const auto* answer = std::get_if<Answer>(&frame)) {
      answers_.emplace(answer->correlation, *answer);
    }
    changed_.notify_all();
  }
  bool ready(SessionId) override { return true; }
  void end(SessionId, Errc) override { ADD_FAILURE() << "a session was ended"; }

  Answer wait_for(std::uint64_t correlation) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return answers_.contains(correlation); });
    return answers_.at(correlation);
  }
  std::size_t count() {
    std::lock_guard lock(mutex_);
    return answers_.size();
  }
  Nonce nonce() {
    std::lock_guard lock(mutex_);
    return nonce_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, Answer> answers_;
  Nonce nonce_;
};

class ShardsTest : public ::testing::Test {
 protected:
  std::unique_ptr<Shards> make(std::uint32_t count, Allowances* allowances = nullptr) {
    return std::make_unique<Shards>(
        store_, sink_, system_random_, RelayIdentity{}, limits_, count,
        [this](SessionId, std::size_t) { ++handled_; }, allowances);
  }
  ClientFrame creation(std::uint64_t correlation) {
    return {correlation, CreateRoom{random_.id<RoomId>(),
                                    {Slot{random_.id<SlotKey>(), kAllRights}},
                                    random_.id<EntryId>(),
                                    Buffer{1}}};
  }

  TestedStore store_;
  WaitingSink sink_;
  SystemRandom system_random_;
  magpie::test::SeededRandom random_{31};
  std::atomic<int> handled_{0};
  const SessionId session_{1};
  Limits limits_;
};

TEST_F(ShardsTest, one_session_uses_rooms_of_every_shard) {
  const auto shards = make(4);
  shards->open(session_);
  std::vector<std::pair<RoomId, crypto::SignKeyPair>> rooms;
  for (std::uint64_t i = 1; i <= 40; ++i) {
    auto key = crypto::SignKeyPair::generate(random_);
    auto frame = creation(i);
    std::get<CreateRoom>(frame.body).slots[0].key = key.public_key();
    rooms.emplace_back(room_of(frame), std::move(key));
    shards->receive(session_, frame, 1);
    EXPECT_TRUE(std::holds_alternative<Created>(sink_.wait_for(i).result));
  }
  std::uint64_t correlation = 100;
  for (const auto& [room, key] : rooms) {
    const auto message = attach_message(sink_.nonce(), RelayIdentity{}, room, 0);
    shards->receive(session_, {++correlation, Attach{room, key.public_key(), key.sign(message), 0}},
                    1);
    EXPECT_TRUE(std::holds_alternative<Attached>(sink_.wait_for(correlation).result));
  }
  EXPECT_EQ(store_.counts()->rooms, 40u);
}

TEST_F(ShardsTest, drain_answers_what_was_received) {
  auto shards = make(2);
  shards->open(session_);
  for (std::uint64_t i = 1; i <= 50; ++i) shards->receive(session_, creation(i), 1);
  shards->drain();
  EXPECT_EQ(sink_.count(), 50u);
  EXPECT_EQ(handled_, 50);
  EXPECT_EQ(store_.counts()->rooms, 50u);
  // Too late, and harmless.
  shards->receive(session_, creation(51), 1);
  shards->close(session_);
  shards.reset();
  EXPECT_EQ(sink_.count(), 50u);
}

TEST_F(ShardsTest, a_failed_write_stops_every_shard) {
  const auto shards = make(4);
  shards->open(session_);
  shards->receive(session_, creation(1), 1);
  sink_.wait_for(1);
  store_.failing = true;
  shards->receive(session_, creation(2), 1);
  const auto refused = std::get<Refusal>(sink_.wait_for(2).result);
  EXPECT_EQ(refused.code, Errc::kRelayStorage);
  EXPECT_TRUE(shards->failed());
  store_.failing = false;
  for (std::uint64_t i = 3; i <= 30; ++i) {
    shards->receive(session_, creation(i), 1);
    EXPECT_EQ(std::get<Refusal>(sink_.wait_for(i).result).code, Errc::kRelayStorage);
  }
  EXPECT_EQ(store_.counts()->rooms, 1u);
}

// Rooms of different shards, on as many threads, and one token for all of them.
TEST_F(ShardsTest, a_token_makes_one_room_however_many_ask_at_once) {
  const Time now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  Allowances allowances(store_, system_random_);
  ASSERT_TRUE(allowances.load(now));
  const auto invitation = make_invitation(30, 1, random_);
  const std::array batches{allowances.upkeep(now), invitation.batch};
  ASSERT_TRUE(store_.write(batches));
  ASSERT_TRUE(allowances.load(now));
  limits_.frames_in_flight_max = 10'000;
  const auto shards = make(8, &allowances);
  shards->open(session_);
  const TokenBuyer buyer(code_of(invitation.text), allowances.published(now).at(0), 30, random_);
  shards->receive(session_, {1, buyer.frame()}, 1);
  const auto tokens = buyer.tokens(std::get<Redeemed>(sink_.wait_for(1).result));
  ASSERT_EQ(tokens.size(), 30u);

  constexpr std::uint64_t kTries = 16;
  std::uint64_t correlation = 1;
  std::vector<ClientFrame> frames;
  for (const auto& token : tokens) {
    for (std::uint64_t i = 0; i < kTries; ++i) {
      frames.push_back(creation(++correlation));
      std::get<CreateRoom>(frames.back().body).token = token;
    }
  }
  std::vector<std::thread> racers;
  for (std::size_t racer = 0; racer < 4; ++racer) {
    racers.emplace_back([&, racer] {
      for (auto i = racer; i < frames.size(); i += 4) shards->receive(session_, frames[i], 1);
    });
  }
  for (auto& racer : racers) racer.join();
  for (std::size_t token = 0; token < tokens.size(); ++token) {
    std::uint64_t made = 0;
    for (std::uint64_t i = 0; i < kTries; ++i) {
      const auto answer = sink_.wait_for(2 + token * kTries + i).result;
      made += std::holds_alternative<Created>(answer) ? 1 : 0;
    }
    EXPECT_EQ(made, 1u) << token;
  }
  EXPECT_EQ(store_.counts()->rooms, tokens.size());
}

TEST_F(ShardsTest, what_is_received_during_a_write_goes_into_the_next_one) {
  const auto shards = make(1);
  std::promise<void> entered;
  std::promise<void> gate;
  store_.entered = &entered;
  store_.gate = gate.get_future().share();
  shards->open(session_);
  shards->receive(session_, creation(1), 1);
  entered.get_future().wait();
  for (std::uint64_t i = 2; i <= 20; ++i) shards->receive(session_, creation(i), 1);
  while (handled_ < 20) std::this_thread::yield();
  EXPECT_EQ(sink_.count(), 0u);
  gate.set_value();
  for (std::uint64_t i = 1; i <= 20; ++i) sink_.wait_for(i);
  EXPECT_EQ(store_.writes, 2);
}

}  // namespace
}  // namespace magpie::server::test
