// SPDX-License-Identifier: GPL-3.0-or-later
// Several relays over one store: hubs that know of each other only through it.
#include "server/room/allowances.h"
#include "server/store/memory_store.h"
#include "tests/server/support/relay_fixture.h"
#include "tests/server/support/tested_store.h"
#include "tests/server/support/token_buyer.h"

namespace magpie::server::test {
namespace {

/// One relay's hub. What it commits is known to the others only when they are told.
class SharedHub {
 public:
  SharedHub(Store& store, Random& random, const RelayIdentity& identity,
            Allowances* allowances = nullptr)
      : store_(store),
        random_(random),
        identity_(identity),
        hub_(store, sink_, random, identity, Limits{}, Hub::Shard{}, allowances) {}

  SessionId open() {
    const SessionId session{next_++};
    nonces_[session] = hub_.open(session);
    sink_.take(session);
    return session;
  }
  template <class Body>
  std::uint64_t ask(SessionId session, Body body) {
    hub_.receive(session, ClientFrame{++correlation_, std::move(body)}, kStart);
    return correlation_;
  }
  std::uint64_t attach(SessionId session, const RoomId& room, const crypto::SignKeyPair& key,
                       Sequence after) {
    const auto message = attach_message(nonces_.at(session), identity_, room, after);
    return ask(session, Attach{room, key.public_key(), key.sign(message), after});
  }
  /// One batch; gives the rooms that others must be told of. With `lost`, its outcome is not known.
  std::vector<RoomMark> commit_one(bool lost = false) {
    const auto batch = hub_.take_batch();
    if (batch.empty()) return {};
    auto conflicts = *store_.commit({&batch, 1});
    if (lost) conflicts.clear();
    std::vector<RoomMark> woken;
    for (const auto& write : batch.writes) {
      if (lost && room_of(write) != nullptr) conflicts.push_back(*room_of(write));
    }
    for (const auto& revision : batch.revisions) {
      if (lost) conflicts.push_back(revision.room);
      if (revision.wake) woken.push_back(mark_of(revision.room));
    }
    hub_.committed({}, conflicts);
    return woken;
  }
  std::vector<RoomMark> commit() {
    std::vector<RoomMark> woken;
    for (int quiet = 0; quiet < 2; ++quiet) {
      for (const auto mark : commit_one()) woken.push_back(mark), quiet = 0;
    }
    return woken;
  }
  template <class Body>
  std::vector<ServerFrame> exchange(SessionId session, Body body) {
    ask(session, std::move(body));
    commit();
    return sink_.take(session);
  }
  std::uint64_t last() const { return correlation_; }
  RecordingSink& sink() { return sink_; }
  Hub& hub() { return hub_; }

 private:
  Store& store_;
  Random& random_;
  RelayIdentity identity_;
  RecordingSink sink_;
  Hub hub_;
  std::map<SessionId, Nonce> nonces_;
  std::uint64_t next_ = 1;
  std::uint64_t correlation_ = 0;
};

class SharingTest : public ::testing::Test {
 protected:
  SharingTest() {
    const auto session = here_.open();
    here_.exchange(session, CreateRoom{room_,
                                       {{key_.public_key(), kAllRights},
                                        {guest_key_.public_key(), kRead | kWrite}},
                                       random_.id<EntryId>(),
                                       Buffer{1}});
    at_here_ = attached(here_, key_);
    at_there_ = attached(there_, guest_key_);
  }
  SessionId attached(SharedHub& hub, const crypto::SignKeyPair& key) {
    const auto session = hub.open();
    const auto correlation = hub.attach(session, room_, key, 1);
    hub.commit();
    answer<Attached>(hub.sink().take(session), correlation);
    return session;
  }
  Append entry(Sequence last_control = 1, bool control = false) {
    return {.room = room_,
            .entry_id = random_.id<EntryId>(),
            .control = control,
            .last_control = last_control,
            .payload = Buffer(20, 5)};
  }
  Sequence append(SharedHub& hub, SessionId session, Append frame) {
    const auto frames = hub.exchange(session, std::move(frame));
    return answer<Appended>(frames, hub.last()).sequence;
  }

  MemoryStore store_{true};
  magpie::test::SeededRandom random_{77};
  RelayIdentity identity_ = random_.id<RelayIdentity>();
  SharedHub here_{store_, random_, identity_};
  SharedHub there_{store_, random_, identity_};
  RoomId room_ = random_.id<RoomId>();
  crypto::SignKeyPair key_ = crypto::SignKeyPair::generate(random_);
  crypto::SignKeyPair guest_key_ = crypto::SignKeyPair::generate(random_);
  SessionId at_here_;
  SessionId at_there_;
};

TEST_F(SharingTest, entries_of_two_relays_have_one_order) {
  EXPECT_EQ(append(here_, at_here_, entry()), 2u);
  EXPECT_EQ(append(there_, at_there_, entry()), 3u);
  EXPECT_EQ(append(here_, at_here_, entry()), 4u);
}

TEST_F(SharingTest, requests_that_wait_behind_a_conflict_are_decided_again_too) {
  here_.ask(at_here_, entry());
  const auto batch = here_.hub().take_batch();
  here_.ask(at_here_, entry());
  EXPECT_EQ(append(there_, at_there_, entry()), 2u);
  here_.hub().committed({}, *store_.commit({&batch, 1}));
  here_.commit();
  const auto frames = here_.sink().take(at_here_);
  EXPECT_EQ(answer<Appended>(frames, here_.last() - 1).sequence, 3u);
  EXPECT_EQ(answer<Appended>(frames, here_.last()).sequence, 4u);
  EXPECT_EQ(sequences(frames), (std::vector<Sequence>{2, 3, 4}));
}

TEST_F(SharingTest, a_control_entry_of_another_relay_makes_an_append_stale) {
  EXPECT_EQ(append(here_, at_here_, entry(1, true)), 2u);
  auto frames = there_.exchange(at_there_, entry(1));
  const auto refused = answer<Refusal>(frames, there_.last());
  EXPECT_EQ(refused.code, Errc::kStale);
  EXPECT_EQ(refused.last_control, 2u);
  // And what is right by the store is not refused by what this relay last saw.
  EXPECT_EQ(append(here_, at_here_, entry(2, true)), 3u);
  EXPECT_EQ(append(there_, at_there_, entry(3)), 4u);
}

TEST_F(SharingTest, readers_get_what_another_relay_took_once_it_is_told) {
  here_.ask(at_here_, entry());
  const auto woken = here_.commit();
  EXPECT_EQ(sequences(there_.sink().take(at_there_)), std::vector<Sequence>{});
  there_.hub().changed(woken);
  there_.hub().changed(woken);
  EXPECT_EQ(sequences(there_.sink().take(at_there_)), (std::vector<Sequence>{2}));
  // Not told, as after a broken connection.
  append(here_, at_here_, entry());
  there_.hub().look_again();
  EXPECT_EQ(sequences(there_.sink().take(at_there_)), (std::vector<Sequence>{3}));
}

TEST_F(SharingTest, what_comes_while_a_batch_is_written_is_not_missed) {
  there_.ask(at_there_, entry());
  const auto batch = there_.hub().take_batch();
  auto conflicts = *store_.commit({&batch, 1});
  here_.ask(at_here_, entry());
  there_.hub().changed(here_.commit());
  there_.hub().committed({}, conflicts);
  EXPECT_EQ(sequences(there_.sink().take(at_there_)), (std::vector<Sequence>{2, 3}));
}

TEST_F(SharingTest, an_unknown_outcome_is_found_out) {
  for (int round = 0; round < 3; ++round) {
    const auto frame = entry();
    here_.ask(at_here_, frame);
    here_.commit_one(true);
    here_.commit();
    const auto frames = here_.sink().take(at_here_);
    const auto sequence = answer<Appended>(frames, here_.last()).sequence;
    EXPECT_EQ(sequence, static_cast<Sequence>(round + 2));
    EXPECT_EQ(sequences(frames), (std::vector<Sequence>{sequence}));
    EXPECT_EQ((*store_.find_id(room_, frame.entry_id))->sequence, sequence);
  }
  here_.ask(at_here_, CloseRoom{room_});
  here_.commit_one(true);
  here_.commit();
  answer<Closed>(here_.sink().take(at_here_), here_.last());
  EXPECT_FALSE(store_.load_room(room_)->has_value());
}

TEST_F(SharingTest, a_room_made_by_a_batch_of_unknown_outcome_is_made_once) {
  const auto session = here_.open();
  const CreateRoom create{
      random_.id<RoomId>(), {{key_.public_key(), kAllRights}}, random_.id<EntryId>(), Buffer{1}};
  here_.ask(session, create);
  here_.commit_one(true);
  here_.commit();
  answer<Created>(here_.sink().take(session), here_.last());
  EXPECT_EQ(store_.list_entries(create.room, 0, 9, 9)->size(), 1u);
}

TEST_F(SharingTest, a_room_that_two_relays_make_at_once_is_made_by_one) {
  CreateRoom create{
      random_.id<RoomId>(), {{key_.public_key(), kAllRights}}, random_.id<EntryId>(), Buffer{1}};
  const auto first = here_.open();
  const auto second = there_.open();
  here_.ask(first, create);
  create.entry_id = random_.id<EntryId>();
  there_.ask(second, create);
  here_.commit();
  there_.commit();
  answer<Created>(here_.sink().take(first), here_.last());
  EXPECT_EQ(refusal(there_.sink().take(second), there_.last()), Errc::kRoomExists);
}

TEST_F(SharingTest, a_room_closed_elsewhere_is_closed_here) {
  here_.ask(at_here_, CloseRoom{room_});
  const auto woken = here_.commit();
  there_.ask(at_there_, entry());  // decided before it knew
  there_.hub().changed(woken);
  there_.commit();
  const auto frames = there_.sink().take(at_there_);
  EXPECT_EQ(refusal(frames, there_.last()), Errc::kNotAttached);
  ASSERT_EQ(only<Notice>(frames).size(), 1u);
  EXPECT_EQ(only<Notice>(frames)[0].kind, Notice::Kind::kRoomClosed);
  EXPECT_EQ(there_.hub().cached_room_count(), 0u);
}

TEST_F(SharingTest, a_room_made_anew_under_the_same_id_is_not_the_one_that_was_open) {
  here_.exchange(at_here_, CloseRoom{room_});
  const auto other = crypto::SignKeyPair::generate(random_);
  here_.exchange(at_here_,
                 CreateRoom{room_,
                            {{other.public_key(), kAllRights}, {random_.id<SlotKey>(), kAllRights}},
                            random_.id<EntryId>(),
                            Buffer{1}});
  there_.hub().look_again();
  EXPECT_TRUE(there_.sink().ended().contains(at_there_));
  EXPECT_EQ(sequences(there_.sink().take(at_there_)), std::vector<Sequence>{});
}

TEST_F(SharingTest, a_key_exchanged_elsewhere_opens_nothing_and_managers_are_told) {
  auto exchange = entry();
  exchange.new_slot_key = random_.id<SlotKey>();
  append(there_, at_there_, exchange);
  const auto second = here_.open();
  here_.attach(second, room_, guest_key_, 0);
  here_.commit();
  EXPECT_EQ(refusal(here_.sink().take(second), here_.last()), Errc::kSlotExchanged);
  ASSERT_EQ(only<Notice>(here_.sink().take(at_here_)).size(), 1u);
  // A manager at the other relay is told as well, when that is told.
  const auto manager = attached(there_, key_);
  here_.attach(second, room_, guest_key_, 0);
  there_.hub().changed(here_.commit());
  EXPECT_EQ(only<Notice>(there_.sink().take(manager)).size(), 1u);
}

TEST_F(SharingTest, a_removed_slot_reads_up_to_its_removal_at_every_relay) {
  auto remove = entry(1, true);
  remove.slot_changes = {RemoveSlot{guest_key_.public_key()}};
  append(here_, at_here_, remove);
  here_.ask(at_here_, entry(2));
  const auto woken = here_.commit();
  there_.hub().changed(woken);
  const auto frames = there_.sink().take(at_there_);
  EXPECT_EQ(sequences(frames), (std::vector<Sequence>{2}));
  there_.ask(at_there_, entry(2));
  there_.commit();
  EXPECT_EQ(refusal(there_.sink().take(at_there_), there_.last()), Errc::kNoRight);
}

/// A relay that makes rooms for those whom it, or another of them, invited.
struct InvitingRelay {
  InvitingRelay(Store& store, Random& random, const RelayIdentity& identity)
      : allowances(store, random), hub(store, random, identity, &allowances) {
    EXPECT_TRUE(allowances.load(kStart));
    const auto batch = allowances.upkeep(kStart);
    EXPECT_TRUE(batch.empty() || store.write({&batch, 1}));
    EXPECT_TRUE(allowances.load(kStart));
  }
  TokenKey key() const { return allowances.published(kStart).at(0); }

  Allowances allowances;
  SharedHub hub;
};

class PaidSharingTest : public ::testing::Test {
 protected:
  /// Of a code that the administrator of either relay made.
  InvitationCode invite(std::uint32_t uses) {
    const auto made = make_invitation(2, uses, random_);
    EXPECT_TRUE(store_.write({&made.batch, 1}));
    return code_of(made.text);
  }
  TokenBuyer buyer(const InvitationCode& code) { return {code, here_.key(), 2, random_}; }
  std::vector<Token> tokens() {
    const auto buyer = this->buyer(invite(1));
    return buyer.tokens(ask_for<Redeemed>(here_.hub, at_here_, buyer.frame()));
  }
  CreateRoom room_for(const Token& token) {
    return {random_.id<RoomId>(),
            {{random_.id<SlotKey>(), kAllRights}},
            random_.id<EntryId>(),
            Buffer{1},
            token};
  }
  /// The answer to this alone.
  template <class T, class Body>
  static T ask_for(SharedHub& hub, SessionId session, Body body) {
    const auto frames = hub.exchange(session, std::move(body));
    return answer<T>(frames, hub.last());
  }
  std::vector<ServerFrame> told_here() { return here_.hub.sink().take(at_here_); }
  std::vector<ServerFrame> told_there() { return there_.hub.sink().take(at_there_); }

  TestedStore store_{true};
  magpie::test::SeededRandom random_{78};
  RelayIdentity identity_ = random_.id<RelayIdentity>();
  InvitingRelay here_{store_, random_, identity_};
  InvitingRelay there_{store_, random_, identity_};
  SessionId at_here_ = here_.hub.open();
  SessionId at_there_ = there_.hub.open();
};

TEST_F(PaidSharingTest, relays_have_the_same_keys_and_codes) {
  EXPECT_EQ(here_.key().public_key, there_.key().public_key);
  const auto token = tokens().at(0);
  ask_for<Created>(there_.hub, at_there_, room_for(token));
  EXPECT_EQ(ask_for<Refusal>(here_.hub, at_here_, room_for(token)).code, Errc::kNotInvited);
}

TEST_F(PaidSharingTest, a_token_that_is_spent_at_two_relays_at_once_makes_one_room) {
  const auto tokens = this->tokens();
  here_.hub.ask(at_here_, room_for(tokens[0]));
  there_.hub.ask(at_there_, room_for(tokens[0]));
  const auto other = there_.hub.ask(at_there_, room_for(tokens[1]));
  here_.hub.commit();
  there_.hub.commit();
  answer<Created>(told_here(), here_.hub.last());
  const auto frames = told_there();
  EXPECT_EQ(refusal(frames, other - 1), Errc::kNotInvited);
  answer<Created>(frames, other);
  EXPECT_EQ(store_.counts()->rooms, 2u);
}

TEST_F(PaidSharingTest, a_room_asked_for_at_two_relays_is_made_once_and_told_to_both) {
  const auto tokens = this->tokens();
  auto create = room_for(tokens[0]);
  here_.hub.ask(at_here_, create);
  there_.hub.ask(at_there_, create);
  here_.hub.commit();
  there_.hub.commit();
  answer<Created>(told_here(), here_.hub.last());
  answer<Created>(told_there(), there_.hub.last());
  // The other one makes it just between two looks into the store.
  create = room_for(tokens[1]);
  store_.before_spent = [&] { here_.hub.exchange(at_here_, create); };
  ask_for<Created>(there_.hub, at_there_, create);
  EXPECT_EQ(store_.counts()->rooms, 2u);
}

TEST_F(PaidSharingTest, a_code_gives_what_it_says_whichever_relay_is_asked) {
  const auto code = invite(3);
  const std::array buyers{buyer(code), buyer(code), buyer(code), buyer(code)};
  here_.hub.ask(at_here_, buyers[0].frame());
  const auto batch = here_.hub.hub().take_batch();
  here_.hub.ask(at_here_, buyers[1].frame());
  const auto meanwhile = ask_for<Redeemed>(there_.hub, at_there_, buyers[2].frame());
  EXPECT_EQ(buyers[2].tokens(meanwhile).size(), 2u);
  here_.hub.hub().committed({}, *store_.commit({&batch, 1}));
  here_.hub.commit();
  const auto frames = told_here();
  const auto first = answer<Redeemed>(frames, here_.hub.last() - 1);
  EXPECT_EQ(buyers[0].tokens(first).size(), 2u);
  EXPECT_EQ(buyers[1].tokens(answer<Redeemed>(frames, here_.hub.last())).size(), 2u);
  EXPECT_FALSE(store_.find_code(code_id(code))->has_value());
  const auto too_many = ask_for<Refusal>(there_.hub, at_there_, buyers[3].frame());
  EXPECT_EQ(too_many.code, Errc::kNotInvited);
  const auto again = ask_for<Redeemed>(there_.hub, at_there_, buyers[0].frame());
  EXPECT_EQ(again.evaluated, first.evaluated);
}

TEST_F(PaidSharingTest, a_redemption_asked_at_two_relays_is_done_once_and_told_to_both) {
  const auto code = invite(2);
  const auto buyer = this->buyer(code);
  here_.hub.ask(at_here_, buyer.frame());
  there_.hub.ask(at_there_, buyer.frame());
  here_.hub.commit();
  there_.hub.commit();
  EXPECT_EQ(answer<Redeemed>(told_here(), here_.hub.last()).evaluated,
            answer<Redeemed>(told_there(), there_.hub.last()).evaluated);
  EXPECT_EQ((*store_.find_code(code_id(code)))->uses, 1u);
}

TEST_F(PaidSharingTest, a_payment_of_unknown_outcome_is_made_once) {
  const auto code = invite(1);
  const auto buyer = this->buyer(code);
  here_.hub.ask(at_here_, buyer.frame());
  here_.hub.commit_one(true);
  here_.hub.commit();
  const auto tokens = buyer.tokens(answer<Redeemed>(told_here(), here_.hub.last()));
  ASSERT_EQ(tokens.size(), 2u);
  here_.hub.ask(at_here_, room_for(tokens[0]));
  here_.hub.commit_one(true);
  here_.hub.ask(at_here_, room_for(tokens[1]));
  here_.hub.commit();
  const auto frames = told_here();
  answer<Created>(frames, here_.hub.last() - 1);
  answer<Created>(frames, here_.hub.last());
  EXPECT_EQ(store_.counts()->rooms, 2u);
}

/// Everything at random: who asks where, when batches are taken, told, or their outcome lost.
class ManyRelays {
 public:
  explicit ManyRelays(std::uint64_t seed) : random_(seed) {
    for (int i = 0; i < 3; ++i) {
      hubs_.push_back(std::make_unique<SharedHub>(store_, random_, identity_));
    }
    const auto maker = hubs_[0]->open();
    std::vector<Slot> slots;
    for (const auto& key : keys_) slots.push_back({key.public_key(), kAllRights});
    hubs_[0]->exchange(maker, CreateRoom{room_, slots, random_.id<EntryId>(), Buffer{1}});
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      auto& hub = *hubs_[i % hubs_.size()];
      const auto session = hub.open();
      hub.attach(session, room_, keys_[i], 1);
      hub.commit();
      sessions_.emplace_back(&hub, session);
    }
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) step();
    for (int i = 0; i < 6; ++i) {
      for (auto& hub : hubs_) hub->hub().look_again(), hub->commit();
    }
  }

  void check() {
    std::map<Sequence, EntryId> stored;
    const auto entries = store_.read_entries(room_, 1, ~Sequence{0}, 100'000, 1 << 30);
    for (const auto& entry : *entries) {
      stored[entry.sequence] = entry.id;
    }
    EXPECT_EQ(stored.size(), asked_.size());  // each exactly once
    for (auto& [hub, session] : sessions_) {
      EXPECT_FALSE(hub->sink().ended().contains(session));
      Sequence expected = 2;
      for (const auto& frame : hub->sink().take(session)) {
        if (const auto* entry = std::get_if<Entry>(&frame)) {
          EXPECT_EQ(entry->sequence, expected++);
          EXPECT_EQ(stored[entry->sequence], entry->entry_id);
        }
        const auto* answered = std::get_if<Answer>(&frame);
        const auto* appended =
            answered == nullptr ? nullptr : std::get_if<Appended>(&answered->result);
        if (appended == nullptr) continue;
        EXPECT_EQ(stored[appended->sequence], asked_.at({hub, answered->correlation}));
        ++acknowledged_;
      }
      EXPECT_EQ(expected, stored.size() + 2);
    }
    EXPECT_EQ(acknowledged_, asked_.size());
  }

 private:
  void step() {
    auto& [hub, session] = sessions_[random_.below(sessions_.size())];
    switch (random_.below(4)) {
      case 0: {
        const auto id = random_.id<EntryId>();
        const auto correlation = hub->ask(
            session, Append{.room = room_, .entry_id = id, .last_control = 1, .payload = {1}});
        asked_[{hub, correlation}] = id;
        break;
      }
      case 1:
        tell(*hub, hub->commit_one(random_.chance(200)));
        break;
      case 2: {
        const auto batch = hub->hub().take_batch();
        if (batch.empty()) break;
        const bool before = random_.chance(500);
        Conflicts conflicts;
        if (before) conflicts = *store_.commit({&batch, 1});
        auto& other = *hubs_[random_.below(hubs_.size())];
        if (&other != hub) tell(other, other.commit_one());
        if (!before) conflicts = *store_.commit({&batch, 1});
        hub->hub().committed({}, conflicts);
        break;
      }
      default:
        tell(*hub, hub->commit());
    }
  }
  void tell(const SharedHub& from, const std::vector<RoomMark>& woken) {
    if (woken.empty() || random_.chance(300)) return;
    for (auto& hub : hubs_) {
      if (hub.get() != &from) hub->hub().changed(woken);
    }
  }

  magpie::test::SeededRandom random_;
  MemoryStore store_{true};
  RelayIdentity identity_ = random_.id<RelayIdentity>();
  RoomId room_ = random_.id<RoomId>();
  std::vector<crypto::SignKeyPair> keys_ = [this] {
    std::vector<crypto::SignKeyPair> keys;
    for (int i = 0; i < 5; ++i) keys.push_back(crypto::SignKeyPair::generate(random_));
    return keys;
  }();
  std::vector<std::unique_ptr<SharedHub>> hubs_;
  std::vector<std::pair<SharedHub*, SessionId>> sessions_;
  std::map<std::pair<SharedHub*, std::uint64_t>, EntryId> asked_;
  std::size_t acknowledged_ = 0;
};

TEST(ManyRelays, lose_double_and_reorder_nothing) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    ManyRelays relays(seed);
    relays.run(150);
    relays.check();
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace magpie::server::test
