// SPDX-License-Identifier: GPL-3.0-or-later
// Groups of two to eight under random operations, from a seed: after each step all members agree
// on everything, each reads each, those who were removed read nothing, and what each has written
// of its state, act by act, is its whole state.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/crypto/mls/group_fixture.h"

namespace magpie::mls {
namespace {

using test::kNow;
using test::Party;
using test::World;

class RandomGroup {
 public:
  RandomGroup(std::uint64_t seed, std::uint16_t suite) : world_(seed, suite) {
    parties_.push_back(world_.create("member0"));
    add(parties_[0]);
  }

  void step() {
    Party& actor = any();
    switch (world_.random.below(6)) {
      case 0:
        if (parties_.size() < 8) add(actor);
        break;
      case 1:
        remove(actor);
        break;
      case 2:
        commit(actor, {});
        break;
      case 3:
        propose(actor);
        propose(any());
        commit(actor, {});
        break;
      case 4:
        restart(actor);
        break;
      default:
        propose(actor);
        break;
    }
    check();
  }

 private:
  /// A member's disk, and the tree that is on it.
  struct Stored {
    Group::State state;
    std::shared_ptr<const RatchetTree> tree;
  };

  Party& any() { return parties_[world_.random.below(parties_.size())]; }
  WireFormat format() {
    return world_.random.chance(500) ? WireFormat::kPrivate : WireFormat::kPublic;
  }

  std::vector<Party*> others(const Party& actor) {
    std::vector<Party*> list;
    for (Party& party : parties_) {
      if (&party != &actor) list.push_back(&party);
    }
    return list;
  }

  void commit(Party& actor, CommitOptions options) {
    options.wire_format = format();
    options.tree_in_welcome = world_.random.chance(500);
    options.force_path = world_.random.chance(500);
    const PendingCommit pending = world_.commit(actor, others(actor), options);
    for (Party& party : parties_) {
      if (party.group == nullptr) gone_.push_back(std::move(last_state_.at(party.name)));
    }
    std::erase_if(parties_, [](const Party& party) { return party.group == nullptr; });
    if (pending.welcome) join_all(pending);
    offered_.clear();  // what was not committed in its epoch never will be
  }

  void join_all(const PendingCommit& pending) {
    const auto tree =
        pending.ratchet_tree ? std::optional<Bytes>(*pending.ratchet_tree) : std::nullopt;
    for (auto& [name, bundle] : offered_) {
      auto joined = Group::join(*pending.welcome, bundle, {}, tree, kNow, test::permissive());
      if (!joined) {
        EXPECT_EQ(joined.error().code, Errc::kNoKeyPackage) << joined.error().site;
        continue;
      }
      parties_.push_back({name, std::make_unique<Group>(*std::move(joined))});
    }
  }

  Buffer offer() {
    const std::string name = "member" + std::to_string(++names_);
    offered_.emplace_back(name, world_.key_package(name));
    return offered_.back().second.key_package;
  }

  void add(Party& actor) {
    CommitOptions options;
    options.add = {offer()};
    commit(actor, std::move(options));
  }

  void remove(Party& actor) {
    Party& victim = any();
    if (parties_.size() <= 2 || &victim == &actor) return;
    CommitOptions options;
    options.remove = {victim.group->own_index()};
    commit(actor, std::move(options));
  }

  void propose(Party& actor) {
    const auto send = [&](Result<Buffer> message) {
      ASSERT_TRUE(message) << (message ? "" : message.error().site);
      for (Party* party : others(actor)) world_.follow(*party, *message);
    };
    switch (world_.random.below(4)) {
      case 0:
        send(actor.group->propose_update(format(), world_.random));
        break;
      case 1:
        if (parties_.size() + offered_.size() < 8) {
          send(actor.group->propose_add(offer(), format(), kNow, world_.random));
        }
        break;
      case 2:
        if (parties_.size() > 3) {
          send(actor.group->propose_remove(any().group->own_index(), format(), world_.random));
        }
        break;
      default:
        send(actor.group->propose_extensions(
            {{test::kTestExtension, {static_cast<std::uint8_t>(world_.random.below(256))}}},
            format(), world_.random));
        break;
    }
  }

  /// Writes what has changed since the last time.
  const Stored& store(const Party& party) {
    Stored& stored = stored_[party.name];
    Group::State changed = party.group->serialize(stored.tree.get());
    for (const StoredNode& node : changed.tree) {
      EXPECT_EQ(std::ranges::count(stored.state.tree, node), 0) << "was there already";
    }
    changed.tree = overlay(stored.state.tree, changed.tree);
    stored = {std::move(changed), party.group->tree()};
    return stored;
  }

  /// A restart from the stored state must not be seen by anyone.
  void restart(Party& actor) {
    const Group::State& state = store(actor).state;
    auto restored = Group::deserialize(state.epoch.expose(), state.tree, state.ratchets.expose(),
                                       test::permissive());
    ASSERT_TRUE(restored);
    *actor.group = *std::move(restored);
  }

  void check_stored(const Party& party) {
    const Group::State& state = store(party).state;
    const auto restored = Group::deserialize(state.epoch.expose(), state.tree,
                                             state.ratchets.expose(), test::permissive());
    ASSERT_TRUE(restored);
    const Group::State again = restored->serialize();
    EXPECT_TRUE(equal(again.epoch.expose(), state.epoch.expose()));
    EXPECT_TRUE(equal(again.ratchets.expose(), state.ratchets.expose()));
    EXPECT_EQ(again.tree, state.tree);
    EXPECT_EQ(restored->ratchet_tree(), party.group->ratchet_tree());
  }

  void check() {
    std::vector<const Party*> all;
    for (const Party& party : parties_) all.push_back(&party);
    test::expect_agreement(all);
    for (Party& party : parties_) world_.expect_readable(party, others(party));
    for (const Party& party : parties_) {
      EXPECT_EQ(store(party).state.tree, party.group->serialize().tree) << party.name;
    }
    check_stored(parties_[++checks_ % parties_.size()]);
    const auto message = parties_[0].group->protect(as_bytes("after"), {}, nullptr, world_.random);
    for (Group& removed : gone_) EXPECT_FALSE(removed.handle(*message, kNow));
    last_state_.clear();
    for (const Party& party : parties_) last_state_.emplace(party.name, party.group->clone());
  }

  World world_;
  std::vector<Party> parties_;
  std::map<std::string, Stored> stored_;
  std::vector<std::pair<std::string, KeyPackageBundle>> offered_;
  std::map<std::string, Group> last_state_;  // to try to read with, once removed
  std::vector<Group> gone_;
  int names_ = 0;
  std::size_t checks_ = 0;
};

class RandomOperations : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RandomOperations, keep_members_in_agreement) {
  const std::uint64_t seed = GetParam();
  SCOPED_TRACE("seed " + std::to_string(seed));
  const auto known = suites();
  // The first suites are slow in debug builds: most seeds run the one of the official vectors.
  RandomGroup group(seed, seed % 4 == 0 ? known[seed / 4 % known.size()].id : kSuiteX25519);
  for (int i = 0; i < 25 && !testing::Test::HasFailure(); ++i) group.step();
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomOperations, testing::Range<std::uint64_t>(1, 25));

}  // namespace
}  // namespace magpie::mls
