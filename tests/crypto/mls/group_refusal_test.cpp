// SPDX-License-Identifier: GPL-3.0-or-later
// What a group refuses; and that a refusal leaves its state as it was, bit for bit.
#include <gtest/gtest.h>

#include "crypto/mls/framing.h"
#include "tests/crypto/mls/group_fixture.h"

namespace magpie::mls {
namespace {

using test::kNow;
using test::Party;
using test::World;

/// A group's whole state, to be compared with a later one.
class Snapshot {
 public:
  explicit Snapshot(const Group& group) : state_(group.serialize()) {}
  bool same_as(const Group& group) const {
    const Group::State now = group.serialize();
    return equal(state_.epoch.expose(), now.epoch.expose()) && state_.tree == now.tree &&
           equal(state_.ratchets.expose(), now.ratchets.expose());
  }

 private:
  Group::State state_;
};

void expect_refused(Group& group, Bytes message, std::optional<Errc> code = std::nullopt) {
  const Snapshot before(group);
  const auto handled = group.handle(message, kNow);
  ASSERT_FALSE(handled);
  if (code) {
    EXPECT_EQ(handled.error().code, *code) << handled.error().site;
  }
  EXPECT_TRUE(before.same_as(group));
}

/// Every byte of `message` changed in turn is refused; then the genuine one passes.
void expect_every_change_refused(Group& group, const Buffer& message) {
  const Snapshot before(group);
  for (std::size_t i = 0; i < message.size(); ++i) {
    Buffer changed = message;
    changed[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
    ASSERT_FALSE(group.handle(changed, kNow)) << "byte " << i;
    if (i % 16 == 0) {
      ASSERT_TRUE(before.same_as(group)) << "byte " << i;
    }
  }
  for (std::size_t size = 0; size < message.size(); ++size) {
    ASSERT_FALSE(group.handle(Bytes(message).first(size), kNow)) << "size " << size;
  }
  Buffer longer = message;
  longer.push_back(0);
  EXPECT_FALSE(group.handle(longer, kNow));
  EXPECT_TRUE(before.same_as(group));
  EXPECT_TRUE(group.handle(message, kNow));
}

class Refusals : public testing::TestWithParam<WireFormat> {
 protected:
  World world{20};
  Party alice = world.create("alice");
  Party bob = world.add(alice, {}, "bob");
  Party carol = world.add(bob, {&alice}, "carol", true);
};

INSTANTIATE_TEST_SUITE_P(Formats, Refusals,
                         testing::Values(WireFormat::kPrivate, WireFormat::kPublic),
                         [](const auto& parameter) {
                           return parameter.param == WireFormat::kPublic ? "public" : "private";
                         });

TEST_P(Refusals, changed_commits) {
  const KeyPackageBundle dave = world.key_package("dave");
  CommitOptions options;
  options.add = {dave.key_package};
  options.force_path = true;
  options.wire_format = GetParam();
  const auto pending = bob.group->commit(options, kNow, world.random);
  ASSERT_TRUE(pending);
  expect_every_change_refused(*alice.group, pending->commit);
}

TEST_P(Refusals, changed_proposals) {
  const auto message = bob.group->propose_update(GetParam(), world.random);
  ASSERT_TRUE(message);
  expect_every_change_refused(*alice.group, *message);
}

TEST_P(Refusals, replayed_stale_own_and_foreign_messages) {
  const auto proposal = bob.group->propose_update(GetParam(), world.random);
  expect_refused(*bob.group, *proposal, Errc::kOwnMessage);
  ASSERT_TRUE(alice.group->handle(*proposal, kNow));
  expect_refused(*alice.group, *proposal, Errc::kKeyUsed);
  ASSERT_TRUE(carol.group->handle(*proposal, kNow));

  CommitOptions options;
  options.wire_format = GetParam();
  Group before_commit = alice.group->clone();
  const PendingCommit pending = world.commit(bob, {&alice, &carol}, options);
  expect_refused(*alice.group, pending.commit, Errc::kWrongEpoch);
  expect_refused(*bob.group, pending.commit, Errc::kWrongEpoch);
  const auto ahead = alice.group->propose_update(GetParam(), world.random);
  expect_refused(before_commit, *ahead, Errc::kWrongEpoch);

  World elsewhere(21);
  auto foreign =
      Group::create(elsewhere.suite(), as_bytes("other"), elsewhere.identity("eve"),
                    {{test::kTestExtension}}, {}, kNow, test::permissive(), elsewhere.random);
  const auto message = foreign->propose_update(GetParam(), elsewhere.random);
  expect_refused(*alice.group, *message, Errc::kWrongGroup);
}

TEST_P(Refusals, a_commit_whose_proposal_did_not_arrive) {
  ASSERT_TRUE(bob.group->propose_update(GetParam(), world.random));
  const auto remove = carol.group->propose_remove(LeafIndex(1), GetParam(), world.random);
  ASSERT_TRUE(alice.group->handle(*remove, kNow));
  CommitOptions options;
  options.wire_format = GetParam();
  const auto pending = alice.group->commit(options, kNow, world.random);
  ASSERT_TRUE(pending);
  expect_refused(*bob.group, pending->commit, Errc::kUnknownProposal);
  ASSERT_TRUE(bob.group->handle(*remove, kNow));
  const auto handled = bob.group->handle(pending->commit, kNow);
  ASSERT_TRUE(handled);
  EXPECT_FALSE(std::get<CommitReceived>(*handled).active);
}

TEST_P(Refusals, a_commit_with_a_psk_that_is_not_held) {
  for (Party* party : {&bob, &carol}) {
    party->group->add_psk({to_buffer(as_bytes("psk")), Secret::copy_of(as_bytes("secret"))});
  }
  CommitOptions options;
  options.psk_ids = {to_buffer(as_bytes("psk"))};
  options.wire_format = GetParam();
  const auto pending = bob.group->commit(options, kNow, world.random);
  ASSERT_TRUE(pending);
  expect_refused(*alice.group, pending->commit, Errc::kUnknownPsk);
  alice.group->add_psk({to_buffer(as_bytes("psk")), Secret::copy_of(as_bytes("wrong"))});
  expect_refused(*alice.group, pending->commit, Errc::kBadMac);
  alice.group->add_psk({to_buffer(as_bytes("psk")), Secret::copy_of(as_bytes("secret"))});
  EXPECT_TRUE(alice.group->handle(pending->commit, kNow));
}

TEST(Refusal, changed_and_replayed_application_messages) {
  World world(22);
  Party alice = world.create("alice");
  Party bob = world.add(alice, {}, "bob");
  const auto message =
      alice.group->protect(as_bytes("hello"), as_bytes("data"), nullptr, world.random);
  expect_every_change_refused(*bob.group, *message);
  expect_refused(*bob.group, *message, Errc::kKeyUsed);
  expect_refused(*alice.group, *message, Errc::kOwnMessage);
}

TEST(Refusal, changed_welcomes) {
  World world(23);
  Party alice = world.create("alice");
  const KeyPackageBundle bundle = world.key_package("bob");
  CommitOptions options;
  options.add = {bundle.key_package};
  options.force_path = true;
  const PendingCommit pending = world.commit(alice, {}, options);
  const auto join = [&](Bytes welcome) {
    return Group::join(welcome, bundle, {}, std::nullopt, kNow, test::permissive());
  };
  for (std::size_t i = 0; i < pending.welcome->size(); ++i) {
    Buffer changed = *pending.welcome;
    changed[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
    ASSERT_FALSE(join(changed)) << "byte " << i;
  }
  for (std::size_t size = 0; size < pending.welcome->size(); ++size) {
    ASSERT_FALSE(join(Bytes(*pending.welcome).first(size)));
  }
  EXPECT_TRUE(join(*pending.welcome));
  const auto other = Group::join(*pending.welcome, world.key_package("eve"), {}, std::nullopt, kNow,
                                 test::permissive());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::kNoKeyPackage);
}

TEST(Refusal, a_generation_too_far_ahead) {
  World world(24);
  Party alice = world.create("alice");
  Party bob = world.add(alice, {}, "bob");
  Buffer message;
  for (int i = 0; i < 1026; ++i) {
    message = *alice.group->protect(as_bytes("x"), {}, nullptr, world.random);
  }
  expect_refused(*bob.group, message, Errc::kGenerationTooFar);
}

TEST(Refusal, application_data_in_the_clear_and_messages_of_other_kinds) {
  World world(25);
  Party alice = world.create("alice");
  Party bob = world.add(alice, {}, "bob");
  const KeyPackageBundle bundle = world.key_package("carol");
  expect_refused(*alice.group, bundle.key_package, Errc::kWrongFormat);
  expect_refused(*alice.group, {}, Errc::kTruncated);
  CommitOptions options;
  options.add = {bundle.key_package};
  const auto pending = alice.group->commit(options, kNow, world.random);
  expect_refused(*bob.group, *pending->welcome, Errc::kWrongFormat);

  Writer body;
  body.vector(as_bytes("clear"));
  const Buffer group_id = to_buffer(alice.group->group_id());
  const Buffer zeros(64);
  const AuthenticatedContent content{WireFormat::kPublic,
                                     {group_id,
                                      alice.group->epoch(),
                                      Sender::member(LeafIndex(0)),
                                      {},
                                      ContentType::kApplication,
                                      body.view()},
                                     {zeros, {}}};
  expect_refused(*bob.group, encode_public_message(content, Bytes(zeros).first(32)),
                 Errc::kWrongFormat);
}

/// Every way to send something invalid is an error that changes nothing.
TEST(Refusal, invalid_proposals_and_commits_of_our_own) {
  World world(26);
  Party alice = world.create("alice");
  Party bob = world.add(alice, {}, "bob");
  Group& group = *alice.group;
  const Snapshot before(group);
  const WireFormat format = WireFormat::kPrivate;
  const auto code = [](const auto& result) {
    EXPECT_FALSE(result);
    return result ? Errc::kUsage : result.error().code;
  };
  const KeyPackageBundle plain = world.key_package("carol", {});
  const KeyPackageBundle good = world.key_package("dave");
  Buffer forged = good.key_package;
  forged.back() ^= 1;

  EXPECT_EQ(code(group.propose_remove(LeafIndex(2), format, world.random)), Errc::kInvalidProposal);
  EXPECT_EQ(code(group.propose_remove(LeafIndex(0x80000001), format, world.random)),
            Errc::kInvalidProposal);
  EXPECT_EQ(code(group.propose_psk(as_bytes("none"), format, world.random)), Errc::kUnknownPsk);
  EXPECT_EQ(code(group.propose_add(forged, format, kNow, world.random)), Errc::kBadSignature);
  EXPECT_EQ(code(group.propose_add(good.key_package, format, kNow + std::chrono::hours(24 * 29),
                                   world.random)),
            Errc::kInvalidKeyPackage);
  EXPECT_EQ(
      code(group.propose_add(good.key_package, format, kNow - std::chrono::hours(2), world.random)),
      Errc::kInvalidKeyPackage);
  EXPECT_EQ(code(group.propose_extensions({{0xF0F0, {}}}, format, world.random)),
            Errc::kInvalidLeaf);
  EXPECT_EQ(code(group.propose_extensions({{test::kTestExtension, {}}, {test::kTestExtension, {}}},
                                          format, world.random)),
            Errc::kInvalidProposal);
  EXPECT_EQ(code(group.propose_extensions({{kRequiredCapabilities, {1, 2}}}, format, world.random)),
            Errc::kInvalidProposal);

  const auto commit = [&](auto&& fill) {
    CommitOptions options;
    fill(options);
    return code(group.commit(options, kNow, world.random));
  };
  EXPECT_EQ(commit([](CommitOptions& o) { o.remove = {LeafIndex(0)}; }), Errc::kInvalidCommit);
  EXPECT_EQ(commit([](CommitOptions& o) { o.remove = {LeafIndex(7)}; }), Errc::kInvalidProposal);
  EXPECT_EQ(commit([](CommitOptions& o) {
              o.remove = {LeafIndex(1), LeafIndex(1)};
            }),
            Errc::kInvalidCommit);
  EXPECT_EQ(commit([&](CommitOptions& o) {
              o.add = {good.key_package, good.key_package};
            }),
            Errc::kInvalidCommit);
  EXPECT_EQ(commit([&](CommitOptions& o) { o.add = {forged}; }), Errc::kBadSignature);
  EXPECT_EQ(commit([](CommitOptions& o) { o.psk_ids = {{1}}; }), Errc::kUnknownPsk);
  EXPECT_EQ(commit([](CommitOptions& o) { o.extensions = {{{0xF0F0, {}}}}; }), Errc::kInvalidLeaf);
  EXPECT_EQ(commit([&](CommitOptions& o) {
              o.extensions = {{{test::kTestExtension, {}}}};
              o.add = {plain.key_package};
            }),
            Errc::kInvalidLeaf);
  EXPECT_EQ(commit([](CommitOptions& o) { o.padded_size = [](std::size_t) { return 1; }; }),
            Errc::kBadLength);
  EXPECT_TRUE(before.same_as(group));
}

TEST(Refusal, a_member_is_not_added_twice) {
  World world(27);
  Party alice = world.create("alice");
  const KeyPackageBundle bundle = world.key_package("bob");
  CommitOptions options;
  options.add = {bundle.key_package};
  const PendingCommit pending = world.commit(alice, {}, options);
  const auto again = alice.group->commit(options, kNow, world.random);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::kInvalidLeaf);
  const auto proposed =
      alice.group->propose_add(bundle.key_package, WireFormat::kPrivate, kNow, world.random);
  ASSERT_FALSE(proposed);
  EXPECT_EQ(proposed.error().code, Errc::kInvalidProposal);
}

TEST(Refusal, members_who_lack_a_required_capability) {
  World world(28);
  const Extension required{kRequiredCapabilities,
                           encode_required_capabilities(std::array{test::kTestExtension}, {}, {})};
  Party alice = world.create("alice", {required});
  const KeyPackageBundle plain = world.key_package("bob", {});
  CommitOptions options;
  options.add = {plain.key_package};
  const auto refused = alice.group->commit(options, kNow, world.random);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kInvalidLeaf);
  const auto proposed =
      alice.group->propose_add(plain.key_package, WireFormat::kPrivate, kNow, world.random);
  EXPECT_FALSE(proposed);
  Party bob = world.add(alice, {}, "bob");
  test::expect_agreement({&alice, &bob});

  const auto creation = Group::create(world.suite(), as_bytes("g"), world.identity("eve"), {},
                                      {required}, kNow, test::permissive(), world.random);
  EXPECT_FALSE(creation);
}

/// Refuses whatever it is told to.
class StubbornPolicy final : public Policy {
 public:
  Result<void> check_credential(Bytes identity, const crypto::SignPublicKey&) const override {
    if (as_text(identity) == banned) return fail(Errc::kRefusedByPolicy, "banned");
    return {};
  }
  Result<void> check_change(const Change& change) const override {
    last = change;
    if (refuse) return fail(Errc::kRefusedByPolicy, "refused");
    return {};
  }
  std::string banned;
  bool refuse = false;
  mutable Change last;
};

TEST(PolicyHook, sees_every_change_and_its_refusal_changes_nothing) {
  World world(29);
  const auto policy = std::make_shared<StubbornPolicy>();
  Party alice = world.create("alice", {}, policy);
  Party bob = world.add(alice, {}, "bob");
  Party carol = world.add(alice, {&bob}, "carol");

  const auto removal =
      bob.group->propose_remove(carol.group->own_index(), WireFormat::kPrivate, world.random);
  ASSERT_TRUE(alice.group->handle(*removal, kNow));
  ASSERT_TRUE(carol.group->handle(*removal, kNow));
  const KeyPackageBundle dave = world.key_package("dave");
  CommitOptions options;
  options.add = {dave.key_package};
  options.extensions = {{{test::kTestExtension, {1}}}};
  const auto pending = bob.group->commit(options, kNow, world.random);
  ASSERT_TRUE(pending);

  policy->refuse = true;
  expect_refused(*alice.group, pending->commit, Errc::kRefusedByPolicy);
  const Change& change = policy->last;
  EXPECT_EQ(change.committer, LeafIndex(1));
  ASSERT_EQ(change.before.size(), 3U);
  ASSERT_EQ(change.after.size(), 3U);
  ASSERT_EQ(change.added.size(), 1U);
  EXPECT_EQ(as_text(change.added[0].identity), "dave");
  EXPECT_EQ(change.added[0].index, LeafIndex(2));
  EXPECT_EQ(change.added_by, std::vector{LeafIndex(1)});
  ASSERT_EQ(change.removed.size(), 1U);
  EXPECT_EQ(as_text(change.removed[0].identity), "carol");
  EXPECT_EQ(change.removed_by, std::vector{LeafIndex(1)});
  ASSERT_EQ(change.updated.size(), 1U);
  EXPECT_EQ(as_text(change.updated[0].identity), "bob");
  EXPECT_TRUE(change.extensions_before.empty());
  EXPECT_EQ(change.extensions_after.size(), 1U);
  EXPECT_EQ(change.extensions_by, LeafIndex(1));
  EXPECT_FALSE(change.external);
  EXPECT_FALSE(change.reinit);

  policy->refuse = false;
  policy->banned = "dave";
  expect_refused(*alice.group, pending->commit, Errc::kRefusedByPolicy);
  const Snapshot before(*alice.group);
  const auto own = alice.group->commit(options, kNow, world.random);
  ASSERT_FALSE(own);
  EXPECT_EQ(own.error().code, Errc::kRefusedByPolicy);
  EXPECT_TRUE(before.same_as(*alice.group));
  policy->banned.clear();
  EXPECT_TRUE(alice.group->handle(pending->commit, kNow));
}

TEST(PolicyHook, is_asked_about_the_whole_group_on_joining) {
  World world(30);
  Party alice = world.create("alice");
  Party bob = world.add(alice, {}, "bob");
  const KeyPackageBundle bundle = world.key_package("carol");
  CommitOptions options;
  options.add = {bundle.key_package};
  const PendingCommit pending = world.commit(alice, {&bob}, options);
  const auto policy = std::make_shared<StubbornPolicy>();
  policy->refuse = true;
  const auto refused = Group::join(*pending.welcome, bundle, {}, std::nullopt, kNow, policy);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kRefusedByPolicy);
  EXPECT_EQ(policy->last.after.size(), 3U);
  policy->refuse = false;
  policy->banned = "bob";
  EXPECT_FALSE(Group::join(*pending.welcome, bundle, {}, std::nullopt, kNow, policy));
  policy->banned.clear();
  EXPECT_TRUE(Group::join(*pending.welcome, bundle, {}, std::nullopt, kNow, policy));
}

TEST(PolicyHook, sets_how_long_key_packages_may_live) {
  World world(31);
  Party alice = world.create("alice", {}, std::make_shared<StubbornPolicy>());
  const KeyPackageBundle eternal =
      make_key_package(world.suite(), world.identity("bob"), {{test::kTestExtension}}, kNow,
                       std::chrono::hours(24 * 4000), world.random);
  CommitOptions options;
  options.add = {eternal.key_package};
  const auto refused = alice.group->commit(options, kNow, world.random);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kInvalidKeyPackage);
}

TEST(Removed, members_read_nothing_that_follows) {
  World world(32);
  Party alice = world.create("alice");
  Party bob = world.add(alice, {}, "bob", true);
  Group kept = bob.group->clone();
  CommitOptions removal;
  removal.remove = {LeafIndex(1)};
  const PendingCommit pending = world.commit(alice, {&bob}, removal);
  EXPECT_EQ(bob.group, nullptr);
  const auto secret = alice.group->protect(as_bytes("secret"), {}, nullptr, world.random);
  expect_refused(kept, *secret, Errc::kWrongEpoch);
}

}  // namespace
}  // namespace magpie::mls
