// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/treekem.h"

#include <algorithm>

#include "crypto/base/check.h"
#include "crypto/mls/labels.h"

namespace magpie::mls {
namespace {

constexpr std::string_view kPathLabel = "UpdatePathNode";

crypto::Kem::KeyPair node_key_pair(const Suite& suite, const Secret& path_secret) {
  const Secret node_secret = derive_secret(suite.hash, path_secret.expose(), "node");
  return suite.hpke.kem->derive_key_pair(node_secret.expose());
}

/// Those whom a step's secret is encrypted to: the copath child's resolution without the leaves
/// that this commit adds (RFC 9420 §7.6).
std::vector<NodeIndex> recipients(const RatchetTree& tree, const RatchetTree::PathStep& step,
                                  std::span<const LeafIndex> added) {
  std::vector<NodeIndex> nodes = tree.resolution(step.copath_child);
  std::erase_if(nodes, [&](NodeIndex node) {
    return is_leaf(node) && std::ranges::find(added, leaf_of(node)) != added.end();
  });
  return nodes;
}

/// Puts new keys along a filtered path, each with its parent hash, from the root down (RFC 9420
/// §7.9), and gives the parent hash that the leaf must carry.
template <class KeyOf>
Buffer replace_path(RatchetTree& tree, LeafIndex sender,
                    const std::vector<RatchetTree::PathStep>& steps, KeyOf key_of) {
  tree.blank_path(sender);
  Buffer above;
  for (std::size_t i = steps.size(); i-- > 0;) {
    ParentNode node{to_buffer(key_of(i)), std::move(above), {}};
    const crypto::Digest sibling_hash = tree.update_hash(steps[i].copath_child);
    above = to_buffer(parent_hash(tree.hash_id(), node, sibling_hash.bytes()).bytes());
    tree.set_parent(steps[i].node, std::make_shared<const ParentNode>(std::move(node)));
  }
  return above;
}

}  // namespace

TreePrivate TreePrivate::clone() const {
  TreePrivate copy{own, leaf_key.clone(), {}};
  for (const auto& [node, key] : node_keys) copy.node_keys.emplace(node, key.clone());
  return copy;
}

void TreePrivate::forget_blank(const RatchetTree& tree) {
  const std::uint32_t nodes = node_count(tree.leaf_count());
  std::erase_if(node_keys, [&](const auto& entry) {
    return entry.first.value() >= nodes || tree.is_blank(entry.first);
  });
}

void TreePrivate::forget_path(LeafIndex sender, std::uint32_t leaves) {
  for (const NodeIndex node : direct_path(sender, leaves)) node_keys.erase(node);
}

crypto::Kem::KeyPair generate_key_pair(const Suite& suite, Random& random) {
  const Secret seed = random.secret(suite.hpke.kem->private_key_size());
  return suite.hpke.kem->derive_key_pair(seed.expose());
}

Result<Secret> derive_path_keys(const Suite& suite, const RatchetTree& tree, NodeIndex node,
                                Secret path_secret, std::map<NodeIndex, Secret>& keys) {
  const NodeIndex top = root(tree.leaf_count());
  for (;; node = parent(node)) {
    if (!tree.is_blank(node)) {
      crypto::Kem::KeyPair pair = node_key_pair(suite, path_secret);
      if (!equal(pair.public_key, tree.encryption_key(node))) {
        return fail(Errc::kInvalidCommit, "path: public key (§7.5)");
      }
      keys.insert_or_assign(node, std::move(pair.private_key));
      path_secret = derive_secret(suite.hash, path_secret.expose(), "path");
    }
    if (node == top) return path_secret;
  }
}

const Secret& PathDraft::path_secret_for(LeafIndex leaf) const {
  const auto step = std::ranges::find_if(
      steps, [&](const RatchetTree::PathStep& s) { return is_under(leaf, s.copath_child); });
  MAGPIE_CHECK(step != steps.end());
  return path_secrets[static_cast<std::size_t>(step - steps.begin())];
}

PathDraft draft_update_path(const Suite& suite, RatchetTree& tree, TreePrivate& keys,
                            const PathLeaf& leaf, Random& random) {
  PathDraft draft;
  draft.steps = tree.filtered_direct_path(keys.own);
  keys.forget_path(keys.own, tree.leaf_count());
  std::vector<Buffer> public_keys;
  Secret path_secret = random.secret(suite.hash_size());
  for (const RatchetTree::PathStep& step : draft.steps) {
    crypto::Kem::KeyPair pair = node_key_pair(suite, path_secret);
    public_keys.push_back(std::move(pair.public_key));
    keys.node_keys.insert_or_assign(step.node, std::move(pair.private_key));
    Secret next = derive_secret(suite.hash, path_secret.expose(), "path");
    draft.path_secrets.push_back(std::exchange(path_secret, std::move(next)));
  }
  draft.commit_secret = std::move(path_secret);
  const Buffer parent_hash = replace_path(tree, keys.own, draft.steps,
                                          [&](std::size_t i) { return Bytes(public_keys[i]); });

  crypto::Kem::KeyPair pair = generate_key_pair(suite, random);
  keys.leaf_key = std::move(pair.private_key);
  draft.leaf_node = make_leaf_node({.encryption_key = pair.public_key,
                                    .identity = leaf.identity,
                                    .capabilities = leaf.capabilities,
                                    .source = LeafNodeSource::kCommit,
                                    .lifetime = {},
                                    .parent_hash = parent_hash,
                                    .extensions = &leaf.extensions},
                                   leaf.key, {leaf.group_id, keys.own});
  tree.set_leaf(keys.own, draft.leaf_node);
  tree.update_hash();
  return draft;
}

Result<Buffer> encrypt_update_path(const Suite& suite, const RatchetTree& tree,
                                   const PathDraft& draft, std::span<const LeafIndex> added,
                                   Bytes context, Random& random) {
  Writer nodes;
  for (std::size_t i = 0; i < draft.steps.size(); ++i) {
    Writer ciphertexts;
    for (const NodeIndex node : recipients(tree, draft.steps[i], added)) {
      MAGPIE_TRY(const crypto::HpkeCiphertext sealed,
                 encrypt_with_label(suite, tree.encryption_key(node), kPathLabel, context,
                                    draft.path_secrets[i].expose(), random));
      encode_hpke_ciphertext(ciphertexts, sealed.enc, sealed.ciphertext);
    }
    nodes.vector(tree.encryption_key(draft.steps[i].node)).vector(ciphertexts.view());
  }
  Writer path;
  path.fixed(draft.leaf_node->encoded).vector(nodes.view());
  return path.take();
}

Result<void> merge_update_path(RatchetTree& tree, LeafIndex sender, const UpdatePath& path,
                               std::span<const LeafIndex> added) {
  const std::vector<RatchetTree::PathStep> steps = tree.filtered_direct_path(sender);
  if (path.nodes.size() != steps.size()) {
    return fail(Errc::kInvalidCommit, "path: number of nodes (§7.6)");
  }
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (path.nodes[i].encrypted_path_secret.size() != recipients(tree, steps[i], added).size()) {
      return fail(Errc::kInvalidCommit, "path: number of ciphertexts (§7.6)");
    }
  }
  const Buffer parent_hash = replace_path(
      tree, sender, steps, [&](std::size_t i) { return path.nodes[i].encryption_key; });
  if (!equal(path.leaf_node->parent_hash, parent_hash)) {
    return fail(Errc::kInvalidCommit, "path: parent hash (§7.9.2)");
  }
  tree.set_leaf(sender, path.leaf_node);
  tree.update_hash();
  return {};
}

Result<Secret> open_update_path(const Suite& suite, const RatchetTree& tree, LeafIndex sender,
                                const UpdatePath& path, std::span<const LeafIndex> added,
                                Bytes context, TreePrivate& keys) {
  const std::vector<RatchetTree::PathStep> steps = tree.filtered_direct_path(sender);
  const auto step = std::ranges::find_if(
      steps, [&](const RatchetTree::PathStep& s) { return is_under(keys.own, s.copath_child); });
  if (step == steps.end()) return fail(Errc::kInvalidCommit, "path: does not reach us");
  const UpdatePathNode& path_node = path.nodes[static_cast<std::size_t>(step - steps.begin())];

  const std::vector<NodeIndex> nodes = recipients(tree, *step, added);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto held = keys.node_keys.find(nodes[i]);
    const bool own_leaf = nodes[i] == node_of(keys.own);
    if (!own_leaf && held == keys.node_keys.end()) continue;
    const Secret& private_key = own_leaf ? keys.leaf_key : held->second;
    const HpkeCiphertextView& sealed = path_node.encrypted_path_secret[i];
    MAGPIE_TRY(Secret path_secret,
               decrypt_with_label(suite, private_key.expose(), tree.encryption_key(nodes[i]),
                                  kPathLabel, context, sealed.kem_output, sealed.ciphertext));
    if (path_secret.size() != suite.hash_size()) {
      return fail(Errc::kInvalidCommit, "path: size of the secret");
    }
    keys.forget_path(sender, tree.leaf_count());
    return derive_path_keys(suite, tree, step->node, std::move(path_secret), keys.node_keys);
  }
  return fail(Errc::kInvalidCommit, "path: no ciphertext for us");
}

}  // namespace magpie::mls
