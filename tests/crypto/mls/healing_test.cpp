// SPDX-License-Identifier: GPL-3.0-or-later
// Post-compromise security: a device's whole state is stolen, and the thief sees all that follows.
// Once an update of the victim is committed, none of the stolen keys opens anything of it.
#include <gtest/gtest.h>

#include "crypto/mls/group_commit.h"
#include "crypto/mls/group_receive.h"
#include "crypto/mls/group_send.h"
#include "crypto/mls/group_serialize.h"
#include "crypto/mls/labels.h"
#include "tests/crypto/mls/room.h"

namespace magpie::mls {
namespace {

using test::Room;
using StatePtr = std::unique_ptr<GroupState>;

constexpr std::size_t kVictim = 0;
constexpr std::size_t kOther = 5;

/// A state as whoever stole it in its stored form has it.
StatePtr stolen(const GroupState& state) {
  return deserialize_group(serialize_epoch(state).expose(), state.tree->changes_from(nullptr),
                           serialize_ratchets(state).expose(), state.policy)
      .value();
}

/// How many path secrets of a commit, a PublicMessage, the private keys of a state open. The
/// engine refuses a member's own commit, so a thief must look for himself.
std::size_t path_secrets_opened(const GroupState& thief, Bytes commit, const GroupState& next) {
  Reader reader(commit);
  EXPECT_TRUE(decode_message_head(reader));
  const auto message = PublicMessage::decode(reader).value();
  const UpdatePath& path = *std::get<Commit>(message.parsed.value).path;
  const Buffer context = provisional_context(thief, *next.tree, next.context.extensions);
  std::vector<const Secret*> keys{&thief.keys.leaf_key};
  for (const auto& [node, key] : thief.keys.node_keys) keys.push_back(&key);
  std::size_t opened = 0;
  for (const Secret* key : keys) {
    const auto public_key = thief.suite->hpke.kem->public_key_of(key->expose());
    for (const UpdatePathNode& node : path.nodes) {
      for (const HpkeCiphertextView& sealed : node.encrypted_path_secret) {
        opened += decrypt_with_label(*thief.suite, key->expose(), *public_key, "UpdatePathNode",
                                     context, sealed.kem_output, sealed.ciphertext)
                      .has_value();
      }
    }
  }
  return opened;
}

OwnCommit commit(GroupState& state, Random& random) {
  CommitOptions options;
  options.wire_format = WireFormat::kPublic;
  options.force_path = true;
  return commit_to_group(state, options, Room::kTime, random).value();
}

bool reads(const GroupState& thief, GroupState& sender, Random& random) {
  const Buffer message = protect_application(sender, as_bytes("text"), {}, nullptr, random).value();
  return receive_message(*thief.clone(), message, Room::kTime).has_value();
}

TEST(Healing, what_is_stolen_opens_what_others_send_and_commit) {
  Room room;
  const StatePtr thief = stolen(*room.members[kVictim]);
  EXPECT_TRUE(reads(*thief, *room.members[kOther], room.random));
  room.members[kOther]->proposals.clear();
  const OwnCommit others = commit(*room.members[kOther], room.random);
  EXPECT_EQ(path_secrets_opened(*thief, others.commit, *others.next), 1U);
  auto received = receive_message(*thief, others.commit, Room::kTime).value();
  StatePtr next = std::move(std::get<ReceivedCommit>(received).next);
  EXPECT_TRUE(reads(*next, *others.next, room.random)) << "another's commit does not heal";
}

TEST(Healing, is_done_by_the_victims_next_commit) {
  Room room;
  const StatePtr thief = stolen(*room.members[kVictim]);
  OwnCommit own = commit(*room.members[kVictim], room.random);
  EXPECT_EQ(path_secrets_opened(*room.members[kOther], own.commit, *own.next), 1U);
  EXPECT_EQ(path_secrets_opened(*thief, own.commit, *own.next), 0U);

  auto received = receive_message(*room.members[kOther], own.commit, Room::kTime).value();
  const StatePtr other = std::move(std::get<ReceivedCommit>(received).next);
  EXPECT_FALSE(reads(*thief, *own.next, room.random));
  EXPECT_FALSE(reads(*thief, *other, room.random));
  EXPECT_TRUE(reads(*other, *own.next, room.random));
  const OwnCommit later = commit(*other, room.random);
  EXPECT_EQ(path_secrets_opened(*own.next, later.commit, *later.next), 1U);
  EXPECT_EQ(path_secrets_opened(*thief, later.commit, *later.next), 0U);
}

TEST(Healing, is_done_by_the_victims_update_once_another_commits_it) {
  Room room;
  // Stolen before the victim made its update; the thief has seen the proposal since.
  const StatePtr thief = stolen(*room.members[kVictim]);
  thief->own_updates.clear();
  const OwnCommit others = commit(*room.members[kOther], room.random);
  const auto refused = receive_message(*thief, others.commit, Room::kTime);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kDecryptFailed);
  EXPECT_EQ(path_secrets_opened(*thief, others.commit, *others.next), 0U);
  EXPECT_EQ(path_secrets_opened(*room.members[6], others.commit, *others.next), 1U);
}

TEST(Healing, what_was_read_before_the_theft_stays_closed) {
  Room room;
  const Buffer message =
      protect_application(*room.members[kOther], as_bytes("before"), {}, nullptr, room.random)
          .value();
  const StatePtr earlier = stolen(*room.members[kVictim]);
  ASSERT_TRUE(receive_message(*room.members[kVictim], message, Room::kTime));
  const auto refused = receive_message(*stolen(*room.members[kVictim]), message, Room::kTime);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kKeyUsed);
  EXPECT_TRUE(receive_message(*earlier, message, Room::kTime)) << "nothing else stands in the way";
}

}  // namespace
}  // namespace magpie::mls
