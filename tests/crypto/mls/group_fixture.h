// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "crypto/mls/group.h"
#include "tests/support/seeded_random.h"

namespace magpie::mls::test {

constexpr Seconds kNow{std::chrono::seconds(1'800'000'000)};
constexpr std::uint16_t kTestExtension = 0xF0A1;

inline std::shared_ptr<const Policy> permissive() {
  return {std::shared_ptr<const Policy>(), &permissive_policy()};
}

/// One member with its group.
struct Party {
  std::string name;
  std::unique_ptr<Group> group;
};

inline void expect_agreement(const std::vector<const Party*>& parties) {
  const Group& first = *parties[0]->group;
  const Secret exported = first.export_secret("test", as_bytes("context"), 32);
  for (const Party* party : parties) {
    const Group& group = *party->group;
    EXPECT_EQ(group.epoch(), first.epoch()) << party->name;
    EXPECT_TRUE(equal(group.epoch_authenticator(), first.epoch_authenticator())) << party->name;
    EXPECT_EQ(group.group_context(), first.group_context()) << party->name;
    EXPECT_EQ(group.ratchet_tree(), first.ratchet_tree()) << party->name;
    EXPECT_EQ(group.members(), first.members()) << party->name;
    EXPECT_TRUE(equal_secret(group.export_secret("test", as_bytes("context"), 32).expose(),
                             exported.expose()));
    const auto self = group.member(group.own_index());
    ASSERT_TRUE(self);
    EXPECT_EQ(as_text(self->identity), party->name);
  }
}

/// Makes parties and carries their messages, from a seed.
class World {
 public:
  explicit World(std::uint64_t seed, std::uint16_t suite = kSuiteX25519)
      : random(seed), suite_(*find_suite(suite)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
  }

  Identity identity(const std::string& name) {
    return {to_buffer(as_bytes(name)), crypto::SignKeyPair::generate(random)};
  }

  KeyPackageBundle key_package(const std::string& name,
                               std::vector<std::uint16_t> extensions = {kTestExtension}) {
    return make_key_package(suite_, identity(name), {std::move(extensions)}, kNow,
                            std::chrono::hours(24 * 28), random);
  }

  Party create(const std::string& name, std::vector<Extension> extensions = {},
               std::shared_ptr<const Policy> policy = permissive()) {
    auto group = Group::create(suite_, as_bytes("group"), identity(name), {{kTestExtension}},
                               std::move(extensions), kNow, std::move(policy), random);
    EXPECT_TRUE(group) << (group ? "" : group.error().site);
    return {name, std::make_unique<Group>(*std::move(group))};
  }

  Party join(const KeyPackageBundle& bundle, const std::string& name, Bytes welcome,
             std::span<const ExternalPsk> psks = {}, std::optional<Bytes> tree = std::nullopt,
             std::shared_ptr<const Policy> policy = permissive()) {
    auto group = Group::join(welcome, bundle, psks, tree, kNow, std::move(policy));
    EXPECT_TRUE(group) << (group ? "" : group.error().site);
    if (!group) return {name, nullptr};
    return {name, std::make_unique<Group>(*std::move(group))};
  }

  /// `committer` commits and moves on; every other party follows.
  PendingCommit commit(Party& committer, const std::vector<Party*>& others,
                       const CommitOptions& options) {
    auto pending = committer.group->commit(options, kNow, random);
    EXPECT_TRUE(pending) << (pending ? "" : pending.error().site);
    for (Party* party : others) follow(*party, pending->commit);
    *committer.group = std::move(*pending->next);
    return *std::move(pending);
  }

  void follow(Party& party, Bytes message) {
    auto handled = party.group->handle(message, kNow);
    ASSERT_TRUE(handled) << party.name << ": " << (handled ? "" : handled.error().site);
    auto* commit = std::get_if<CommitReceived>(&*handled);
    if (commit == nullptr) return;
    if (!commit->active) {
      party.group.reset();
    } else {
      *party.group = std::move(*commit->next);
    }
  }

  /// `adder` adds a new member; the others follow.
  Party add(Party& adder, const std::vector<Party*>& others, const std::string& name,
            bool with_path = false) {
    const KeyPackageBundle bundle = key_package(name);
    CommitOptions options;
    options.add = {bundle.key_package};
    options.force_path = with_path;
    const PendingCommit pending = commit(adder, others, options);
    return join(bundle, name, *pending.welcome);
  }

  /// Each of `readers` reads a message of `sender`.
  void expect_readable(Party& sender, const std::vector<Party*>& readers) {
    const std::string text = "from " + sender.name;
    const auto message = sender.group->protect(as_bytes(text), as_bytes("ad"), nullptr, random);
    ASSERT_TRUE(message);
    for (Party* reader : readers) {
      auto handled = reader->group->handle(*message, kNow);
      ASSERT_TRUE(handled) << reader->name << ": " << handled.error().site;
      const auto& application = std::get<ApplicationMessage>(*handled);
      EXPECT_EQ(as_text(application.plaintext.expose()), text);
      EXPECT_EQ(as_text(application.authenticated_data), "ad");
      EXPECT_EQ(application.sender, sender.group->own_index());
    }
  }

  const Suite& suite() const { return suite_; }

  magpie::test::SeededRandom random;

 private:
  const Suite& suite_;
};

}  // namespace magpie::mls::test
