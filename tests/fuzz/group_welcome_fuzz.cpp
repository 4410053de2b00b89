// SPDX-License-Identifier: GPL-3.0-or-later
// A member who holds genuine keys invites somebody, with anything altered before it is signed and
// encrypted: the commit, the tree, the GroupInfo, the GroupSecrets, the Welcome. The newcomer
// refuses, or joins into a state that is whole.
#include "crypto/base/check.h"
#include "crypto/mls/group_join.h"
#include "tests/crypto/mls/room.h"
#include "tests/fuzz/alter_mls.h"

namespace magpie::fuzz {
namespace {

using namespace mls;
using namespace mls::test;

constexpr std::size_t kSender = 5;

struct Scene {
  Room room;
  KeyPackageBundle newcomer = room.key_package("seven");
  KeyPackagePtr key_package = KeyPackage::decode_message(newcomer.key_package).value();
  std::vector<KeyPackageBundle> others;

  Scene() { others.push_back(room.key_package("eight")); }
};

Scene& scene() {
  static Scene scene;
  return scene;
}

/// One change of the public tree; what depends on it is computed again.
void alter(Alterations& alterations, RatchetTree& tree) {
  const auto node =
      NodeIndex(static_cast<std::uint32_t>(alterations.below(node_count(tree.leaf_count()))));
  if (is_leaf(node)) {
    const auto from = LeafIndex(static_cast<std::uint32_t>(alterations.below(tree.leaf_count())));
    tree.set_leaf(leaf_of(node), alterations.below(2) == 0 ? nullptr : tree.leaf_ptr(from));
    return;
  }
  if (tree.is_blank(node) || alterations.below(4) == 0) {
    tree.set_parent(node, nullptr);
    return;
  }
  ParentNode changed = *tree.parent(node);
  alterations.maybe(changed.encryption_key);
  alterations.maybe(changed.parent_hash);
  if (alterations.here()) {
    changed.unmerged_leaves.clear();
    for (std::size_t i = alterations.below(4); i > 0; --i) {
      changed.unmerged_leaves.push_back(
          LeafIndex(static_cast<std::uint32_t>(alterations.below(9))));
    }
  }
  tree.set_parent(node, std::make_shared<const ParentNode>(std::move(changed)));
}

void alter(Alterations& alterations, GroupContext& context) {
  alterations.maybe_number(context.cipher_suite);
  alterations.maybe(context.group_id);
  std::uint64_t epoch = context.epoch.value();
  alterations.maybe_number(epoch);
  context.epoch = Epoch(epoch);
  alterations.maybe(context.tree_hash);
  alterations.maybe(context.confirmed_transcript_hash);
  alter(alterations, context.extensions);
}

void alter(Alterations& alterations, Secret& secret) {
  Buffer bytes = to_buffer(secret.expose());
  alterations.maybe(bytes);
  secret = Secret::copy_of(bytes);
}

WelcomeEdits edits_of(Alterations& alterations, Buffer& tag) {
  WelcomeEdits edits;
  edits.tree = [&](RatchetTree& tree) {
    if (alterations.here()) alter(alterations, tree);
  };
  edits.context = [&](GroupContext& context) { alter(alterations, context); };
  edits.info = [&](GroupInfo& info) {
    alter(alterations, info.extensions);
    tag = to_buffer(info.confirmation_tag);
    alterations.maybe(tag);
    info.confirmation_tag = tag;
    std::uint32_t signer = info.signer.value();
    alterations.maybe_number(signer);
    info.signer = LeafIndex(signer);
  };
  edits.encoded_info = [&](Buffer& info) { alterations.maybe(info); };
  edits.secrets = [&](GroupSecrets& secrets) {
    alter(alterations, secrets.joiner_secret);
    alter(alterations, secrets.path_secret);
    if (alterations.here()) {
      secrets.psks.push_back({PreSharedKeyId::External{to_buffer(as_bytes(Room::kPsk))},
                              Buffer(alterations.below(33))});
    }
  };
  edits.encoded_secrets = [&](Buffer& secrets) { alterations.maybe(secrets); };
  return edits;
}

/// The newcomer's key package, and what else the commit does.
std::vector<ProposalOrRef> make_list(Alterations& alterations, const GroupState& state) {
  std::vector<ProposalOrRef> list{Proposal(Add{scene().key_package})};
  if (alterations.here()) {
    list.push_back(make_proposal(alterations, state, scene().others));
  }
  return list;
}

}  // namespace
}  // namespace magpie::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace magpie::fuzz;
  Scene& s = scene();
  Alterations alterations(data, size);
  magpie::test::SeededRandom random(9);
  const Forger forger(*s.room.members[kSender], random);
  Edits commit_edits;
  commit_edits.leaf = [&](LeafFields& leaf) { alter(alterations, leaf); };
  const ForgedCommit commit =
      forger.commit(make_list(alterations, forger.state()), alterations.below(2) == 0,
                    WireFormat::kPrivate, commit_edits);
  magpie::Buffer tag;
  magpie::Buffer welcome =
      forger.welcome(commit, *s.key_package, commit.added.front(), edits_of(alterations, tag));
  alterations.maybe(welcome);
  std::vector<magpie::mls::ExternalPsk> psks;
  psks.push_back({magpie::to_buffer(magpie::as_bytes(Room::kPsk)),
                  magpie::Secret::copy_of(magpie::as_bytes("psk secret"))});
  const auto joined = magpie::mls::join_group(
      welcome, s.newcomer, psks, std::nullopt,
      {std::shared_ptr<const magpie::mls::Policy>(), &magpie::mls::permissive_policy()});
  MAGPIE_CHECK(joined || alterations.count() > 0);
  if (joined) {
    MAGPIE_CHECK(!broken_invariant(**joined));
    MAGPIE_CHECK(magpie::equal((*joined)->own_leaf().encoded, s.key_package->leaf_node->encoded));
  }
  return 0;
}
