// SPDX-License-Identifier: GPL-3.0-or-later
// tree-operations, tree-validation, treekem
#include "crypto/mls/group_context.h"
#include "crypto/mls/labels.h"
#include "crypto/mls/treekem.h"
#include "crypto/mls/validation.h"
#include "tests/crypto/mls/vectors/vectors.h"

namespace magpie::mls::vectors {
namespace {

void apply(RatchetTree& tree, const Proposal& proposal, LeafIndex sender) {
  if (const auto* add = std::get_if<Add>(&proposal)) {
    tree.add_leaf(add->key_package->leaf_node);
  } else if (const auto* update = std::get_if<Update>(&proposal)) {
    tree.update_leaf(sender, update->leaf_node);
  } else if (const auto* remove = std::get_if<Remove>(&proposal)) {
    tree.remove_leaf(remove->removed);
    tree.truncate();
  }
}

/// What a treekem vector's entry says, in our terms.
struct TreeKem {
  const Suite& suite;
  RatchetTree tree;
  GroupContext context;
  std::vector<TreePrivate> members;
  std::vector<Buffer> signature_keys;

  Buffer context_for(const RatchetTree& updated) const {
    GroupContext provisional = context;
    provisional.tree_hash = to_buffer(updated.hash().bytes());
    return provisional.encode();
  }
};

Outcome load_members(const Json& entry, TreeKem& kem) {
  for (const Json& leaf : entry.at("leaves_private")) {
    TreePrivate member{LeafIndex(leaf.at("index").get<std::uint32_t>()),
                       Secret::copy_of(hex(leaf.at("encryption_priv"))),
                       {}};
    VECTOR_TRY(const Buffer leaf_key, kem.suite.hpke.kem->public_key_of(member.leaf_key.expose()));
    VECTOR_CHECK(equal(leaf_key, kem.tree.leaf(member.own)->encryption_key));
    for (const Json& path : leaf.at("path_secrets")) {
      const NodeIndex node(path.at("node").get<std::uint32_t>());
      const Secret node_secret = derive_secret(kem.suite.hash, hex(path.at("path_secret")), "node");
      auto pair = kem.suite.hpke.kem->derive_key_pair(node_secret.expose());
      VECTOR_CHECK(!kem.tree.is_blank(node));
      VECTOR_CHECK(equal(pair.public_key, kem.tree.encryption_key(node)));
      member.node_keys.emplace(node, std::move(pair.private_key));
    }
    kem.members.push_back(std::move(member));
    kem.signature_keys.push_back(hex(leaf.at("signature_priv")));
  }
  return passed();
}

/// Everyone but the sender reads `path`; all come to `commit_secret`.
Outcome everyone_opens(const TreeKem& kem, LeafIndex sender, const UpdatePath& path,
                       Bytes commit_secret, const Json* path_secrets, RatchetTree& merged) {
  VECTOR_CHECK(verify_leaf_signature(*path.leaf_node, {kem.context.group_id, sender}));
  merged = kem.tree;
  VECTOR_CHECK(merge_update_path(merged, sender, path, {}));
  for (const TreePrivate& member : kem.members) {
    if (member.own == sender) continue;
    TreePrivate keys = member.clone();
    VECTOR_TRY(const Secret opened, open_update_path(kem.suite, merged, sender, path, {},
                                                     kem.context_for(merged), keys));
    VECTOR_CHECK(equal(opened.expose(), commit_secret));
    if (path_secrets == nullptr) continue;
    const Buffer path_secret = hex((*path_secrets)[member.own.value()]);
    const Secret node_secret = derive_secret(kem.suite.hash, path_secret, "node");
    const auto pair = kem.suite.hpke.kem->derive_key_pair(node_secret.expose());
    const NodeIndex meeting = common_ancestor(sender, member.own);
    VECTOR_CHECK(equal(keys.node_keys.at(meeting).expose(), pair.private_key.expose()));
  }
  return passed();
}

Outcome check_given_path(const TreeKem& kem, const Json& update) {
  const LeafIndex sender(update.at("sender").get<std::uint32_t>());
  const Buffer encoded = hex(update.at("update_path"));
  Reader reader(encoded);
  VECTOR_TRY(const UpdatePath path, UpdatePath::decode(reader));
  VECTOR_CHECK(reader.at_end());
  RatchetTree merged(kem.suite.hash);
  Outcome outcome = everyone_opens(kem, sender, path, hex(update.at("commit_secret")),
                                   &update.at("path_secrets"), merged);
  if (outcome.kind != Outcome::Kind::kPassed) return outcome;
  VECTOR_CHECK(equal(merged.hash().bytes(), hex(update.at("tree_hash_after"))));
  return passed();
}

Outcome check_own_path(const TreeKem& kem, LeafIndex sender) {
  std::size_t at = 0;
  while (kem.members[at].own != sender) ++at;
  VECTOR_TRY(const crypto::SignKeyPair key, crypto::SignKeyPair::from_seed(kem.signature_keys[at]));
  RatchetTree tree = kem.tree;
  TreePrivate keys = kem.members[at].clone();
  const LeafNode& old = *kem.tree.leaf(sender);
  const PathDraft draft = draft_update_path(kem.suite, tree, keys,
                                            {.group_id = kem.context.group_id,
                                             .identity = old.credential.identity,
                                             .capabilities = old.capabilities.encoded,
                                             .extensions = old.extensions,
                                             .key = key},
                                            random());
  VECTOR_TRY(const Buffer encoded,
             encrypt_update_path(kem.suite, tree, draft, {}, kem.context_for(tree), random()));
  Reader reader(encoded);
  VECTOR_TRY(const UpdatePath path, UpdatePath::decode(reader));
  VECTOR_CHECK(reader.at_end());
  RatchetTree merged(kem.suite.hash);
  return everyone_opens(kem, sender, path, draft.commit_secret.expose(), nullptr, merged);
}

}  // namespace

Outcome tree_operations(const Json& entry) {
  const SuiteParts parts = parts_of(entry.at("cipher_suite").get<std::uint16_t>());
  if (!parts.hash) return skipped("suite");
  const Buffer before = hex(entry.at("tree_before"));
  VECTOR_TRY(RatchetTree tree, RatchetTree::decode(*parts.hash, before));
  VECTOR_CHECK(tree.encode() == before);
  VECTOR_CHECK(equal(tree.update_hash().bytes(), hex(entry.at("tree_hash_before"))));
  const Buffer encoded = hex(entry.at("proposal"));
  Reader reader(encoded);
  VECTOR_TRY(const Proposal proposal, decode_proposal(reader));
  VECTOR_CHECK(reader.at_end());
  apply(tree, proposal, LeafIndex(entry.at("proposal_sender").get<std::uint32_t>()));
  VECTOR_CHECK(tree.encode() == hex(entry.at("tree_after")));
  VECTOR_CHECK(equal(tree.update_hash().bytes(), hex(entry.at("tree_hash_after"))));
  return passed();
}

Outcome tree_validation(const Json& entry) {
  const SuiteParts parts = parts_of(entry.at("cipher_suite").get<std::uint16_t>());
  if (!parts.hash || !parts.ed25519) return skipped("suite");
  const Buffer encoded = hex(entry.at("tree"));
  const Buffer group_id = hex(entry.at("group_id"));
  VECTOR_TRY(RatchetTree tree, RatchetTree::decode(*parts.hash, encoded));
  VECTOR_CHECK(tree.encode() == encoded);
  VECTOR_CHECK(check_unmerged_leaves(tree));
  tree.update_hash();
  VECTOR_CHECK(entry.at("tree_hashes").size() == node_count(tree.leaf_count()));
  for (std::uint32_t i = 0; i < node_count(tree.leaf_count()); ++i) {
    VECTOR_CHECK(equal(tree.hash(NodeIndex(i)).bytes(), hex(entry.at("tree_hashes")[i])));
    std::vector<std::uint32_t> resolution;
    for (const NodeIndex node : tree.resolution(NodeIndex(i))) resolution.push_back(node.value());
    VECTOR_CHECK(entry.at("resolutions")[i] == resolution);
  }
  VECTOR_CHECK(verify_parent_hashes(tree));
  for (std::uint32_t i = 0; i < tree.leaf_count(); ++i) {
    const LeafNode* leaf = tree.leaf(LeafIndex(i));
    VECTOR_CHECK(leaf == nullptr || verify_leaf_signature(*leaf, {group_id, LeafIndex(i)}));
  }
  return passed();
}

Outcome treekem(const Json& entry) {
  const Suite* suite = find_suite(entry.at("cipher_suite").get<std::uint16_t>());
  if (suite == nullptr) return skipped("suite");
  VECTOR_TRY(RatchetTree tree, RatchetTree::decode(suite->hash, hex(entry.at("ratchet_tree"))));
  tree.update_hash();
  TreeKem kem{*suite,
              std::move(tree),
              {suite->id,
               hex(entry.at("group_id")),
               Epoch(entry.at("epoch").get<std::uint64_t>()),
               {},
               hex(entry.at("confirmed_transcript_hash")),
               {}},
              {},
              {}};
  Outcome outcome = load_members(entry, kem);
  for (const Json& update : entry.at("update_paths")) {
    if (outcome.kind != Outcome::Kind::kPassed) return outcome;
    outcome = check_given_path(kem, update);
    if (outcome.kind != Outcome::Kind::kPassed) return outcome;
    outcome = check_own_path(kem, LeafIndex(update.at("sender").get<std::uint32_t>()));
  }
  return outcome;
}

}  // namespace magpie::mls::vectors
