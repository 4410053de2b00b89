// SPDX-License-Identifier: GPL-3.0-or-later
// Messages of those who are no members (RFC 9420 §12.1.8, §12.4.3.2): taken where the policy looks
// at them and every rule is kept, and only there.
#include <gtest/gtest.h>

#include "crypto/mls/group_commit.h"
#include "crypto/mls/group_receive.h"
#include "crypto/mls/transcript.h"
#include "tests/crypto/mls/room.h"

namespace magpie::mls {
namespace {

using test::Room;
using StatePtr = std::unique_ptr<GroupState>;

/// Allows what RFC 9420 allows, but for outsiders.
class MembersOnly final : public Policy {
 public:
  Result<void> check_credential(Bytes, const crypto::SignPublicKey&) const override { return {}; }
  Result<void> check_change(const Change&) const override { return {}; }
};

class Outsider : public testing::Test {
 protected:
  /// A PublicMessage of an outsider, signed by this key.
  Buffer send(const GroupState& state, Sender sender, ContentType type, Bytes body,
              const crypto::SignKeyPair& key, Bytes tag = {}) {
    const FramedContent content{
        state.context.group_id, state.context.epoch, sender, {}, type, body};
    const auto signature = sign_content(key, WireFormat::kPublic, content, state.encoded_context);
    return encode_public_message({WireFormat::kPublic, content, {signature.bytes(), tag}}, {});
  }
  Buffer propose(const GroupState& state, Sender sender, const Proposal& proposal,
                 const crypto::SignKeyPair& key) {
    Writer body;
    encode_proposal(body, proposal);
    return send(state, sender, ContentType::kProposal, body.view(), key);
  }

  /// A commit by which `joiner` enters by itself (RFC 9420 §12.4.3.2), and its state after it.
  struct Entry {
    Buffer message;
    StatePtr next;
  };
  Entry enter(const GroupState& member, std::vector<ProposalOrRef> more);

  void expect_refused(Bytes message, Errc code) {
    for (const std::size_t index : {0, 6}) {
      const auto state = room.members[index]->clone();
      const test::WholeState before(*state);
      const auto received = receive_message(*state, message, Room::kTime);
      ASSERT_FALSE(received);
      EXPECT_EQ(name(received.error().code), name(code)) << received.error().site;
      EXPECT_TRUE(before.same_as(*state));
    }
  }
  void expect_taken(Bytes message) {
    for (auto& member : room.members) {
      if (member == nullptr) continue;
      const auto received = receive_message(*member, message, Room::kTime);
      ASSERT_TRUE(received) << (received ? "" : received.error().site);
    }
  }
  void only_members() {
    for (auto& member : room.members) {
      if (member != nullptr) member->policy = std::make_shared<MembersOnly>();
    }
  }

  Room room;
  const KeyPackageBundle joiner = room.key_package("joiner");
  const KeyPackagePtr key_package = KeyPackage::decode_message(joiner.key_package).value();
};

Outsider::Entry Outsider::enter(const GroupState& member, std::vector<ProposalOrRef> more) {
  const Suite& suite = *member.suite;
  const auto external =
      suite.hpke.kem->derive_key_pair(member.secrets.external_secret.expose()).public_key;
  auto init =
      crypto::hpke_send_export(suite.hpke, external, {}, as_bytes("MLS 1.0 external init secret"),
                               suite.hash_size(), room.random)
          .value();
  std::vector<ProposalOrRef> list{Proposal(ExternalInit{init.enc})};
  RatchetTree tree = *member.tree;
  for (ProposalOrRef& item : more) {
    if (const auto* proposal = std::get_if<Proposal>(&item)) {
      if (const auto* remove = std::get_if<Remove>(proposal)) tree.remove_leaf(remove->removed);
    }
    list.push_back(std::move(item));
  }
  TreePrivate keys{tree.add_leaf(key_package->leaf_node), {}, {}};
  const LeafNode& leaf = *key_package->leaf_node;
  const PathDraft path = draft_update_path(suite, tree, keys,
                                           {.group_id = member.context.group_id,
                                            .identity = joiner.identity.identity,
                                            .capabilities = leaf.capabilities.encoded,
                                            .extensions = leaf.extensions,
                                            .key = joiner.identity.signature_key},
                                           room.random);
  Writer body;
  encode_proposals_or_refs(body, list);
  const Buffer context = provisional_context(member, tree, member.context.extensions);
  body.presence(true).fixed(
      encrypt_update_path(suite, tree, path, {}, context, room.random).value());

  const Sender sender{SenderType::kNewMemberCommit, 0};
  const FramedContent content{member.context.group_id, member.context.epoch, sender, {},
                              ContentType::kCommit,    body.view()};
  const auto signature = sign_content(joiner.identity.signature_key, WireFormat::kPublic, content,
                                      member.encoded_context);
  const auto confirmed = confirmed_transcript_hash(suite.hash, member.interim_transcript_hash,
                                                   WireFormat::kPublic, content, signature.bytes());
  NextEpoch next = advance_epoch(member, {.tree = std::move(tree),
                                          .extensions = member.context.extensions,
                                          .keys = std::move(keys),
                                          .identity = joiner.identity.clone(),
                                          .confirmed_transcript_hash = to_buffer(confirmed.bytes()),
                                          .init_secret = std::move(init.secret),
                                          .commit_secret = path.commit_secret.clone(),
                                          .psk_secret = Secret(suite.hash_size())});
  const auto tag = confirmation_tag_of(*next.state);
  settle_epoch(*next.state, tag.bytes());
  return {send(member, sender, ContentType::kCommit, body.view(), joiner.identity.signature_key,
               tag.bytes()),
          std::move(next.state)};
}

TEST_F(Outsider, enters_by_a_commit_and_all_agree) {
  const Entry entry = enter(*room.members[0], {});
  for (const std::size_t index : {0, 1, 2, 4, 5, 6}) {
    auto received = receive_message(*room.members[index], entry.message, Room::kTime);
    ASSERT_TRUE(received) << (received ? "" : received.error().site);
    auto& commit = std::get<ReceivedCommit>(*received);
    EXPECT_TRUE(commit.change.external);
    EXPECT_EQ(commit.sender, LeafIndex(3)) << "the blank leaf";
    ASSERT_EQ(commit.change.added.size(), 1U);
    EXPECT_EQ(as_text(commit.change.added[0].identity), "joiner");
    EXPECT_EQ(commit.next->encoded_context, entry.next->encoded_context);
    EXPECT_TRUE(equal(commit.next->secrets.epoch_authenticator.expose(),
                      entry.next->secrets.epoch_authenticator.expose()));
    EXPECT_FALSE(test::broken_invariant(*commit.next));
  }
}

TEST_F(Outsider, enters_only_where_the_policy_looks_at_outsiders) {
  const Entry entry = enter(*room.members[0], {});
  only_members();
  expect_refused(entry.message, Errc::kUnknownSender);
}

TEST_F(Outsider, enters_with_no_proposals_but_those_that_are_allowed) {
  const auto refuse = [&](const ProposalOrRef& item) {
    expect_refused(enter(*room.members[0], {item}).message, Errc::kInvalidCommit);
  };
  refuse(Proposal(ExternalInit{Buffer(32)}));
  refuse(Proposal(Add{key_package}));
  refuse(Proposal(GroupContextExtensions{}));
  refuse(room.pending[1]);
}

TEST_F(Outsider, adds_itself_by_a_proposal_that_a_member_commits) {
  const Buffer message = propose(*room.members[0], {SenderType::kNewMemberProposal, 0},
                                 Add{key_package}, joiner.identity.signature_key);
  expect_taken(message);
  const auto own = commit_to_group(*room.members[5], {}, Room::kTime, room.random);
  ASSERT_TRUE(own);
  ASSERT_TRUE(own->welcome);
  const auto received = receive_message(*room.members[0], own->commit, Room::kTime);
  ASSERT_TRUE(received);
  const Change& change = std::get<ReceivedCommit>(*received).change;
  ASSERT_EQ(change.added.size(), 1U);
  EXPECT_EQ(as_text(change.added[0].identity), "joiner");
  EXPECT_EQ(change.added_by, std::vector{kNoLeaf});
}

TEST_F(Outsider, proposes_nothing_else_as_a_new_member) {
  const Sender sender{SenderType::kNewMemberProposal, 0};
  const crypto::SignKeyPair& key = joiner.identity.signature_key;
  expect_refused(propose(*room.members[0], sender, Remove{LeafIndex(1)}, key), Errc::kMalformed);
  const auto stranger = crypto::SignKeyPair::generate(room.random);
  expect_refused(propose(*room.members[0], sender, Add{key_package}, stranger),
                 Errc::kBadSignature);
  const Buffer genuine = propose(*room.members[0], sender, Add{key_package}, key);
  only_members();
  expect_refused(genuine, Errc::kUnknownSender);
}

TEST_F(Outsider, proposes_as_an_external_sender_whom_the_group_names) {
  const auto service = crypto::SignKeyPair::generate(room.random);
  Writer senders;
  senders.vector_of([&](Writer& list) {
    list.vector(service.public_key().bytes());
    encode_basic_credential(list, as_bytes("service"));
  });
  const auto send = [&](std::uint32_t place, const Proposal& proposal) {
    return propose(*room.members[0], {SenderType::kExternal, place}, proposal, service);
  };
  expect_refused(send(0, Remove{LeafIndex(1)}), Errc::kUnknownSender);

  CommitOptions options;
  options.extensions = {{{Room::kExtension, {}}, {kExternalSenders, to_buffer(senders.view())}}};
  room.commit(0, options);
  expect_refused(send(1, Remove{LeafIndex(1)}), Errc::kUnknownSender);
  expect_refused(send(0, Update{room.members[0]->tree->leaf_ptr(LeafIndex(1))}), Errc::kMalformed);
  expect_refused(send(0, ExternalInit{Buffer(32)}), Errc::kMalformed);
  expect_refused(send(0, Remove{LeafIndex(3)}), Errc::kInvalidProposal);
  expect_taken(send(0, Remove{LeafIndex(1)}));
  const auto own = commit_to_group(*room.members[5], {}, Room::kTime, room.random);
  ASSERT_TRUE(own);
  EXPECT_EQ(own->next->tree->leaf(LeafIndex(1)), nullptr);
}

}  // namespace
}  // namespace magpie::mls
