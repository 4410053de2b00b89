// SPDX-License-Identifier: GPL-3.0-or-later
// What a group does when all goes well; what it refuses is in group_refusal_test.cpp.
#include "crypto/mls/group.h"

#include <gtest/gtest.h>

#include "crypto/mls/ratchet_tree.h"
#include "tests/crypto/mls/first_format.h"
#include "tests/crypto/mls/group_fixture.h"

namespace magpie::mls {
namespace {

using test::expect_agreement;
using test::kNow;
using test::Party;
using test::World;

class GroupInEachSuite : public testing::TestWithParam<std::uint16_t> {};

std::string suite_name(const testing::TestParamInfo<std::uint16_t>& info) {
  return "suite" + std::to_string(info.param);
}

std::vector<std::uint16_t> all_suites() {
  std::vector<std::uint16_t> ids;
  for (const Suite& suite : suites()) ids.push_back(suite.id);
  return ids;
}

INSTANTIATE_TEST_SUITE_P(Suites, GroupInEachSuite, testing::ValuesIn(all_suites()), suite_name);

TEST_P(GroupInEachSuite, members_join_speak_update_and_leave) {
  World world(1, GetParam());
  Party alice = world.create("alice");
  EXPECT_EQ(alice.group->epoch(), Epoch(0));
  Party bob = world.add(alice, {}, "bob");
  Party carol = world.add(bob, {&alice}, "carol", true);
  expect_agreement({&alice, &bob, &carol});
  world.expect_readable(alice, {&bob, &carol});
  world.expect_readable(carol, {&alice, &bob});

  world.commit(carol, {&alice, &bob}, {});
  expect_agreement({&alice, &bob, &carol});
  CommitOptions removal;
  removal.remove = {bob.group->own_index()};
  world.commit(alice, {&bob, &carol}, removal);
  EXPECT_EQ(bob.group, nullptr);
  expect_agreement({&alice, &carol});
  EXPECT_EQ(alice.group->members().size(), 2U);
  world.expect_readable(carol, {&alice});
}

TEST(Group, proposals_of_every_kind_are_committed_by_reference_and_in_both_wire_formats) {
  for (const WireFormat format : {WireFormat::kPrivate, WireFormat::kPublic}) {
    World world(2);
    Party alice = world.create("alice");
    Party bob = world.add(alice, {}, "bob");
    Party carol = world.add(alice, {&bob}, "carol");
    Party dave = world.add(alice, {&bob, &carol}, "dave");
    for (Party* party : {&alice, &bob, &carol, &dave}) {
      party->group->add_psk({to_buffer(as_bytes("psk")), Secret::copy_of(as_bytes("secret"))});
    }
    const KeyPackageBundle erin = world.key_package("erin");
    const std::vector<Extension> extensions = {{test::kTestExtension, {1, 2, 3}}};

    const auto send = [&](Party& from, Result<Buffer> message) {
      ASSERT_TRUE(message) << (message ? "" : message.error().site);
      for (Party* to : {&alice, &bob, &carol, &dave}) {
        if (to != &from) world.follow(*to, *message);
      }
    };
    send(bob, bob.group->propose_add(erin.key_package, format, kNow, world.random));
    send(bob, bob.group->propose_update(format, world.random));
    send(carol, carol.group->propose_remove(dave.group->own_index(), format, world.random));
    send(carol, carol.group->propose_psk(as_bytes("psk"), format, world.random));
    send(dave, dave.group->propose_extensions(extensions, format, world.random));
    EXPECT_EQ(alice.group->proposal_count(), 5U);

    CommitOptions options;
    options.wire_format = format;
    const PendingCommit pending = world.commit(alice, {&bob, &carol, &dave}, options);
    EXPECT_EQ(dave.group, nullptr);
    std::vector<ExternalPsk> psks;
    psks.push_back({to_buffer(as_bytes("psk")), Secret::copy_of(as_bytes("secret"))});
    Party joined = world.join(erin, "erin", *pending.welcome, psks);
    ASSERT_TRUE(joined.group);
    expect_agreement({&alice, &bob, &carol, &joined});
    EXPECT_EQ(joined.group->extensions(), extensions);
    EXPECT_EQ(joined.group->proposal_count(), 0U);
    world.expect_readable(joined, {&alice, &bob, &carol});
    // The key of bob's committed update is the one that later paths are encrypted to.
    world.commit(joined, {&alice, &bob, &carol}, {});
    expect_agreement({&alice, &bob, &carol, &joined});
  }
}

TEST(Group, the_tree_travels_apart_from_the_welcome) {
  World world(3);
  Party alice = world.create("alice");
  const KeyPackageBundle bundle = world.key_package("bob");
  CommitOptions options;
  options.add = {bundle.key_package};
  options.tree_in_welcome = false;
  const PendingCommit pending = world.commit(alice, {}, options);
  ASSERT_TRUE(pending.ratchet_tree);
  const auto without =
      Group::join(*pending.welcome, bundle, {}, std::nullopt, kNow, test::permissive());
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().code, Errc::kInvalidWelcome);
  Party bob = world.join(bundle, "bob", *pending.welcome, {}, Bytes(*pending.ratchet_tree));
  expect_agreement({&alice, &bob});
}

TEST(Group, several_are_added_at_once_and_a_removal_shrinks_the_tree) {
  World world(4);
  Party alice = world.create("alice");
  std::vector<KeyPackageBundle> bundles;
  CommitOptions options;
  for (int i = 0; i < 5; ++i) {
    bundles.push_back(world.key_package("member" + std::to_string(i)));
    options.add.push_back(bundles.back().key_package);
  }
  const PendingCommit pending = world.commit(alice, {}, options);
  std::vector<Party> joined;
  for (int i = 0; i < 5; ++i) {
    joined.push_back(world.join(bundles[static_cast<std::size_t>(i)], "member" + std::to_string(i),
                                *pending.welcome));
  }
  expect_agreement({&alice, &joined[0], &joined[1], &joined[2], &joined[3], &joined[4]});
  CommitOptions removal;
  removal.remove = {LeafIndex(3), LeafIndex(4), LeafIndex(5)};
  world.commit(joined[0], {&alice, &joined[1], &joined[2], &joined[3], &joined[4]}, removal);
  expect_agreement({&alice, &joined[0], &joined[1]});
  EXPECT_EQ(joined[2].group, nullptr);
  Party late = world.add(joined[1], {&alice, &joined[0]}, "late");
  EXPECT_EQ(late.group->own_index(), LeafIndex(3));
  expect_agreement({&alice, &joined[0], &joined[1], &late});
}

TEST(Group, a_new_signature_key_takes_the_place_of_the_old) {
  World world(5);
  Party alice = world.create("alice");
  Party bob = world.add(alice, {}, "bob");
  const auto before = bob.group->member(LeafIndex(1))->signature_key;
  CommitOptions options;
  options.new_identity = world.identity("bob");
  world.commit(bob, {&alice}, options);
  expect_agreement({&alice, &bob});
  EXPECT_NE(alice.group->member(LeafIndex(1))->signature_key, before);
  world.expect_readable(bob, {&alice});
  world.commit(alice, {&bob}, {});
  world.expect_readable(bob, {&alice});
}

TEST(Group, the_pending_commit_waits_and_another_may_come_first) {
  World world(6);
  Party alice = world.create("alice");
  Party bob = world.add(alice, {}, "bob");
  const auto waiting = alice.group->commit({}, kNow, world.random);
  ASSERT_TRUE(waiting);
  world.commit(bob, {&alice}, {});
  expect_agreement({&alice, &bob});
  world.expect_readable(alice, {&bob});
}

TEST(Group, own_updates_are_replaced_by_an_own_path) {
  World world(7);
  Party alice = world.create("alice");
  Party bob = world.add(alice, {}, "bob");
  ASSERT_TRUE(alice.group->propose_update(WireFormat::kPrivate, world.random));
  const Bytes old_tree_hash = alice.group->tree_hash();
  const Buffer before = to_buffer(old_tree_hash);
  world.commit(alice, {&bob}, {});
  expect_agreement({&alice, &bob});
  EXPECT_NE(to_buffer(alice.group->tree_hash()), before);
  EXPECT_EQ(alice.group->proposal_count(), 0U);
}

TEST(Group, of_conflicting_proposals_a_valid_choice_is_committed) {
  World world(8);
  Party alice = world.create("alice");
  Party bob = world.add(alice, {}, "bob");
  Party carol = world.add(alice, {&bob}, "carol");
  const auto send = [&](Party& from, const Result<Buffer>& message) {
    ASSERT_TRUE(message);
    for (Party* to : {&alice, &bob, &carol}) {
      if (to != &from) world.follow(*to, *message);
    }
  };
  const WireFormat format = WireFormat::kPrivate;
  send(bob, bob.group->propose_update(format, world.random));
  send(bob, bob.group->propose_update(format, world.random));
  send(bob, bob.group->propose_remove(LeafIndex(2), format, world.random));
  send(carol, carol.group->propose_update(format, world.random));
  send(carol, carol.group->propose_remove(LeafIndex(2), format, world.random));
  send(carol, carol.group->propose_remove(LeafIndex(0), format, world.random));
  const KeyPackageBundle dave = world.key_package("dave");
  send(bob, bob.group->propose_add(dave.key_package, format, kNow, world.random));
  send(carol, carol.group->propose_add(dave.key_package, format, kNow, world.random));
  const PendingCommit pending = world.commit(alice, {&bob, &carol}, {});
  EXPECT_EQ(carol.group, nullptr);
  Party joined = world.join(dave, "dave", *pending.welcome);
  expect_agreement({&alice, &bob, &joined});
  EXPECT_EQ(alice.group->members().size(), 3U);
}

TEST(Group, private_messages_have_exactly_the_size_that_is_asked_for) {
  World world(9);
  Party alice = world.create("alice");
  Party bob = world.add(alice, {}, "bob");
  for (const std::size_t bucket : {512UL, 2048UL, 8192UL, 32768UL, 65536UL}) {
    const auto message = alice.group->protect(
        as_bytes("short"), {}, [&](std::size_t) { return bucket; }, world.random);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->size(), bucket);
    const auto handled = bob.group->handle(*message, kNow);
    ASSERT_TRUE(handled);
    EXPECT_EQ(as_text(std::get<ApplicationMessage>(*handled).plaintext.expose()), "short");
  }
  std::size_t bare = 0;
  const auto exact = alice.group->protect(
      as_bytes("short"), {}, [&](std::size_t size) { return bare = size; }, world.random);
  EXPECT_EQ(exact->size(), bare);
  CommitOptions options;
  options.padded_size = [](std::size_t) { return 4096; };
  const PendingCommit pending = world.commit(alice, {&bob}, options);
  EXPECT_EQ(pending.commit.size(), 4096U);
  const auto too_small = alice.group->protect(
      as_bytes("short"), {}, [](std::size_t size) { return size - 1; }, world.random);
  ASSERT_FALSE(too_small);
  EXPECT_EQ(too_small.error().code, Errc::kBadLength);
}

TEST(Group, messages_of_an_epoch_are_read_in_any_order) {
  World world(10);
  Party alice = world.create("alice");
  Party bob = world.add(alice, {}, "bob");
  std::vector<Buffer> messages;
  for (int i = 0; i < 20; ++i) {
    messages.push_back(
        *alice.group->protect(as_bytes(std::to_string(i)), {}, nullptr, world.random));
  }
  for (const int i : {19, 3, 0, 18, 7, 1, 2, 4, 5, 6, 17, 16, 15, 8, 9, 10, 14, 13, 12, 11}) {
    const auto handled = bob.group->handle(messages[static_cast<std::size_t>(i)], kNow);
    ASSERT_TRUE(handled) << i;
    EXPECT_EQ(as_text(std::get<ApplicationMessage>(*handled).plaintext.expose()),
              std::to_string(i));
  }
}

TEST(Group, a_restored_state_goes_on_where_the_stored_one_stood) {
  World world(11);
  Party alice = world.create("alice");
  Party bob = world.add(alice, {}, "bob", true);
  alice.group->add_psk({to_buffer(as_bytes("psk")), Secret::copy_of(as_bytes("secret"))});
  ASSERT_TRUE(alice.group->protect(as_bytes("spent"), {}, nullptr, world.random));
  ASSERT_TRUE(alice.group->propose_update(WireFormat::kPrivate, world.random));
  const auto later = alice.group->protect(as_bytes("later"), {}, nullptr, world.random);

  const Group::State state = alice.group->serialize();
  auto restored = Group::deserialize(state.epoch.expose(), state.tree, state.ratchets.expose(),
                                     test::permissive());
  ASSERT_TRUE(restored);
  const Group::State again = restored->serialize();
  EXPECT_TRUE(equal(again.epoch.expose(), state.epoch.expose()));
  EXPECT_EQ(again.tree, state.tree);
  EXPECT_TRUE(equal(again.ratchets.expose(), state.ratchets.expose()));
  EXPECT_TRUE(equal(restored->serialize_ratchets().expose(), state.ratchets.expose()));
  *alice.group = *std::move(restored);
  world.expect_readable(alice, {&bob});
  ASSERT_TRUE(bob.group->handle(*later, kNow));
  world.commit(bob, {&alice}, {});
  expect_agreement({&alice, &bob});
}

TEST(Group, damaged_states_are_refused) {
  World world(12);
  Party alice = world.create("alice");
  Party bob = world.add(alice, {}, "bob");
  const Group::State state = alice.group->serialize();
  const Group::State other = bob.group->serialize();
  for (std::size_t size = 0; size < state.epoch.size(); size += 7) {
    EXPECT_FALSE(Group::deserialize(state.epoch.expose().first(size), state.tree,
                                    state.ratchets.expose(), test::permissive()));
  }
  for (std::size_t size = 0; size < state.ratchets.size(); ++size) {
    EXPECT_FALSE(Group::deserialize(state.epoch.expose(), state.tree,
                                    state.ratchets.expose().first(size), test::permissive()));
  }
  world.commit(alice, {&bob}, {});
  const Group::State next = alice.group->serialize();
  const auto error_of = [](const Group::State& epoch, const Group::State& tree,
                           const Group::State& ratchets) {
    const auto mixed = Group::deserialize(epoch.epoch.expose(), tree.tree,
                                          ratchets.ratchets.expose(), test::permissive());
    return mixed ? Errc{} : mixed.error().code;
  };
  EXPECT_EQ(error_of(next, next, state), Errc::kDamaged);
  EXPECT_EQ(error_of(next, state, next), Errc::kDamaged);
  EXPECT_EQ(error_of(state, next, state), Errc::kDamaged);
}

/// Five members in a tree of eight leaves, with parents.
class StoredTree : public testing::Test {
 protected:
  StoredTree() {
    parties_.push_back(world_.create("first"));
    for (const char* name : {"second", "third", "fourth", "fifth"}) {
      parties_.push_back(world_.add(parties_[0], others(), name, true));
    }
    for (std::size_t i : {1U, 3U, 4U}) update(parties_[i]);
  }

  std::vector<Party*> others(const Party* actor = nullptr) {
    std::vector<Party*> list;
    for (Party& party : parties_) {
      if (&party != (actor != nullptr ? actor : parties_.data())) list.push_back(&party);
    }
    return list;
  }
  void update(Party& party) {
    CommitOptions options;
    options.force_path = true;
    world_.commit(party, others(&party), options);
  }
  void remove(std::size_t index) {
    CommitOptions options;
    options.remove = {parties_[index].group->own_index()};
    world_.commit(parties_[0], others(), options);
    std::erase_if(parties_, [](const Party& party) { return party.group == nullptr; });
  }
  Group& group() { return *parties_[0].group; }

  static Result<Group> read(const Group::State& state, std::span<const StoredNode> tree) {
    return Group::deserialize(state.epoch.expose(), tree, state.ratchets.expose(),
                              test::permissive());
  }

  World world_{15};
  std::vector<Party> parties_;
};

TEST_F(StoredTree, an_update_writes_its_path_and_nothing_else) {
  const auto before = group().tree();
  EXPECT_TRUE(group().serialize(before.get()).tree.empty());
  update(parties_[1]);
  std::vector<std::uint32_t> changed;
  for (const StoredNode& node : group().serialize(before.get()).tree) {
    changed.push_back(node.node.value());
    EXPECT_FALSE(node.encoded.empty());
  }
  EXPECT_EQ(changed, (std::vector<std::uint32_t>{1, 2, 3, 7}));
}

TEST_F(StoredTree, what_a_smaller_tree_lost_is_written_as_blank) {
  const auto before = group().tree();
  const auto stored = group().serialize().tree;
  EXPECT_GE(stored.back().node.value(), 8U);
  remove(4);
  const Group::State state = group().serialize(before.get());
  EXPECT_EQ(before->leaf_count(), 8U);
  EXPECT_EQ(group().tree()->leaf_count(), 4U);
  const auto now = overlay(stored, state.tree);
  EXPECT_EQ(now, group().serialize().tree);
  EXPECT_LT(now.back().node.value(), 7U);
  EXPECT_TRUE(read(state, now));
  EXPECT_FALSE(read(state, stored));
}

TEST_F(StoredTree, every_damage_of_its_nodes_is_found) {
  remove(2);
  const Group::State state = group().serialize();
  ASSERT_TRUE(read(state, state.tree));
  using Nodes = std::vector<StoredNode>;
  const auto expect_damaged = [&](const char* what, auto damage) {
    for (std::size_t i = 0; i < state.tree.size(); ++i) {
      Nodes tree = state.tree;
      damage(tree, i);
      const auto restored = read(state, tree);
      ASSERT_FALSE(restored) << what << ' ' << i;
      EXPECT_EQ(restored.error().code, Errc::kDamaged) << what << ' ' << i;
    }
  };
  const auto at = [](Nodes& tree, std::size_t i) {
    return tree.begin() + static_cast<std::ptrdiff_t>(i);
  };
  expect_damaged("missing", [&](Nodes& tree, std::size_t i) { tree.erase(at(tree, i)); });
  expect_damaged("all missing", [](Nodes& tree, std::size_t) { tree.clear(); });
  expect_damaged("twice", [&](Nodes& tree, std::size_t i) { tree.insert(at(tree, i), tree[i]); });
  expect_damaged("blank", [](Nodes& tree, std::size_t i) { tree[i].encoded.clear(); });
  expect_damaged("longer", [](Nodes& tree, std::size_t i) { tree[i].encoded.push_back(0); });
  expect_damaged("shorter", [](Nodes& tree, std::size_t i) { tree[i].encoded.pop_back(); });
  expect_damaged("changed", [](Nodes& tree, std::size_t i) { tree[i].encoded.back() ^= 1; });
  expect_damaged("extra", [](Nodes& tree, std::size_t i) {
    tree.push_back({NodeIndex(tree.back().node.value() + 2), tree[i].encoded});
  });
  expect_damaged("far away", [](Nodes& tree, std::size_t i) {
    tree[i].node = NodeIndex(0xffffffff - tree[i].node.value() % 2);
  });
  const auto next = [&](std::size_t i) { return (i + 1) % state.tree.size(); };
  expect_damaged("swapped", [&](Nodes& tree, std::size_t i) {
    std::swap(tree[i].encoded, tree[next(i)].encoded);
  });
  expect_damaged("disordered",
                 [&](Nodes& tree, std::size_t i) { std::swap(tree[i], tree[next(i)]); });
}

TEST_F(StoredTree, an_epoch_of_the_first_format_is_read_and_written_as_one_of_today) {
  const Group::State state = group().serialize();
  const Secret first = test::first_format(state.epoch.expose(), group().ratchet_tree());
  const auto read_first = [&](Bytes epoch) {
    return Group::deserialize(epoch, {}, state.ratchets.expose(), test::permissive());
  };
  const auto restored = read_first(first.expose());
  ASSERT_TRUE(restored) << restored.error().site;
  const Group::State again = restored->serialize();
  EXPECT_TRUE(equal(again.epoch.expose(), state.epoch.expose()));
  EXPECT_EQ(again.tree, state.tree);
  for (std::size_t size = 0; size < first.size(); size += 7) {
    const auto cut = read_first(first.expose().first(size));
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().code, Errc::kDamaged);
  }
}

TEST(StoredNodes, make_no_tree_above_the_limit_in_either_form) {
  constexpr std::uint32_t kNodesMax = 2 * RatchetTree::kLeavesMax - 1;
  const auto hash = find_suite(kSuiteX25519)->hash;
  const Buffer parent = {2, 0, 0, 0};  // without a key, unmerged leaves or a hash
  const auto error_of = [&](std::uint32_t last) {
    Writer whole;
    whole.vector_of([&](Writer& list) {
      for (std::uint32_t i = 0; i < last; ++i) list.presence(false);
      list.presence(true).fixed(parent);
    });
    const auto decoded = RatchetTree::decode(hash, whole.view());
    const std::vector<StoredNode> nodes = {{NodeIndex(last), parent}};
    const auto assembled = RatchetTree::assemble(hash, nodes);
    EXPECT_EQ(decoded.has_value(), assembled.has_value());
    if (!decoded || !assembled) return decoded ? assembled.error().code : decoded.error().code;
    EXPECT_EQ(decoded->leaf_count(), assembled->leaf_count());
    EXPECT_EQ(assembled->changes_from(nullptr), nodes);
    return Errc{};
  };
  for (const std::uint32_t last : {1U, 3U, 5U, 7U, 1023U}) {
    EXPECT_EQ(error_of(last), Errc{}) << last;
  }
  EXPECT_EQ(error_of(kNodesMax), Errc::kTooLarge);
}

TEST(Group, a_clone_is_independent) {
  World world(13);
  Party alice = world.create("alice");
  Party bob = world.add(alice, {}, "bob");
  Group copy = bob.group->clone();
  const auto message = alice.group->protect(as_bytes("one"), {}, nullptr, world.random);
  ASSERT_TRUE(bob.group->handle(*message, kNow));
  ASSERT_TRUE(copy.handle(*message, kNow));
  EXPECT_FALSE(copy.handle(*message, kNow));
}

TEST(Group, key_package_bundles_survive_a_restart) {
  World world(14);
  Party alice = world.create("alice");
  const KeyPackageBundle bundle = world.key_package("bob");
  auto restored = KeyPackageBundle::deserialize(bundle.serialize().expose());
  ASSERT_TRUE(restored);
  const auto info = inspect_key_package(bundle.key_package, kNow, permissive_policy());
  ASSERT_TRUE(info);
  EXPECT_EQ(info->reference, restored->reference);
  EXPECT_EQ(as_text(info->identity), "bob");
  CommitOptions options;
  options.add = {bundle.key_package};
  const PendingCommit pending = world.commit(alice, {}, options);
  Party bob = world.join(*restored, "bob", *pending.welcome);
  expect_agreement({&alice, &bob});
}

TEST(Group, leaves_carry_grease_and_groups_live_with_it) {
  World world(15);
  Party alice = world.create("alice");
  CommitOptions options;
  const KeyPackageBundle bundle = world.key_package("bob");
  options.add = {bundle.key_package};
  options.group_info_extensions = {{0x2A2A, {1, 2}}, {0xF123, {}}};
  const PendingCommit pending = world.commit(alice, {}, options);
  Party bob = world.join(bundle, "bob", *pending.welcome);
  expect_agreement({&alice, &bob});
}

}  // namespace
}  // namespace magpie::mls
