// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "crypto/mls/parent_hash.h"
#include "crypto/mls/validation.h"

namespace magpie::mls {
namespace {

/// Every node between an unmerged leaf and the parent that lists it must list it too.
Result<void> check_unmerged_leaf(const RatchetTree& tree, NodeIndex node, LeafIndex leaf) {
  if (!is_under(leaf, node) || tree.leaf(leaf) == nullptr) {
    return fail(Errc::kInvalidTree, "tree: unmerged leaf (§12.4.3.1)");
  }
  for (NodeIndex below = parent(node_of(leaf)); below != node; below = parent(below)) {
    const ParentNode* between = tree.parent(below);
    if (between != nullptr &&
        std::ranges::find(between->unmerged_leaves, leaf) == between->unmerged_leaves.end()) {
      return fail(Errc::kInvalidTree, "tree: unmerged leaf not listed between (§12.4.3.1)");
    }
  }
  return {};
}

/// No HPKE key twice, no signature key twice (RFC 9420 §7.3, §12.4.3.1).
Result<void> check_unique_keys(const RatchetTree& tree) {
  std::vector<Bytes> encryption_keys;
  std::vector<Bytes> signature_keys;
  for (std::uint32_t i = 0; i < node_count(tree.leaf_count()); ++i) {
    const NodeIndex node(i);
    if (tree.is_blank(node)) continue;
    encryption_keys.push_back(tree.encryption_key(node));
    if (is_leaf(node)) signature_keys.push_back(tree.leaf(leaf_of(node))->signature_key);
  }
  for (std::vector<Bytes>* keys : {&encryption_keys, &signature_keys}) {
    std::ranges::sort(*keys, std::ranges::lexicographical_compare);
    if (std::ranges::adjacent_find(*keys, equal) != keys->end()) {
      return fail(Errc::kInvalidTree, "tree: key not unique (§12.4.3.1)");
    }
  }
  return {};
}

/// Every member must support every credential type in use (RFC 9420 §7.3); leaves have passed
/// `check_leaf`, so that each lists its own.
Result<void> check_credential_types(const RatchetTree& tree) {
  std::vector<std::uint16_t> in_use;
  for (std::uint32_t i = 0; i < tree.leaf_count(); ++i) {
    if (const LeafNode* leaf = tree.leaf(LeafIndex(i))) in_use.push_back(leaf->credential.type);
  }
  std::ranges::sort(in_use);
  in_use.erase(std::unique(in_use.begin(), in_use.end()), in_use.end());
  for (std::uint32_t i = 0; i < tree.leaf_count(); ++i) {
    const LeafNode* leaf = tree.leaf(LeafIndex(i));
    if (leaf != nullptr && !std::ranges::all_of(in_use, [&](std::uint16_t type) {
          return leaf->capabilities.credentials.contains(type);
        })) {
      return fail(Errc::kInvalidTree, "tree: credential type not supported by all (§7.3)");
    }
  }
  return {};
}

Result<void> check_leaf_in_tree(const LeafNode& leaf, const LeafPlace& place,
                                const Requirements& requirements, const Policy& policy) {
  MAGPIE_TRY_VOID(check_leaf(*requirements.suite, leaf));
  MAGPIE_TRY_VOID(check_leaf_supports(leaf, requirements));
  if (leaf.source == LeafNodeSource::kKeyPackage) {
    MAGPIE_TRY_VOID(check_lifetime(leaf.lifetime, LifetimeRule::in_tree(policy)));
  }
  MAGPIE_TRY_VOID(policy.check_credential(leaf.credential.identity,
                                          *crypto::SignPublicKey::from(leaf.signature_key)));
  return verify_leaf_signature(leaf, place);
}

/// Growing and halving leave no right half without a member (RFC 9420 §7.7).
bool is_truncated(const RatchetTree& tree) {
  for (std::uint32_t i = tree.leaf_count() / 2; i < tree.leaf_count(); ++i) {
    if (tree.leaf(LeafIndex(i)) != nullptr) return true;
  }
  return false;
}

}  // namespace

Result<void> check_unmerged_leaves(const RatchetTree& tree) {
  for (std::uint32_t i = 1; i < node_count(tree.leaf_count()); i += 2) {
    const ParentNode* node = tree.parent(NodeIndex(i));
    if (node == nullptr) continue;
    const auto not_increasing = [](LeafIndex a, LeafIndex b) { return a >= b; };
    if (std::ranges::adjacent_find(node->unmerged_leaves, not_increasing) !=
        node->unmerged_leaves.end()) {
      return fail(Errc::kInvalidTree, "tree: unmerged leaves not in order (§7.1)");
    }
    for (const LeafIndex leaf : node->unmerged_leaves) {
      MAGPIE_TRY_VOID(check_unmerged_leaf(tree, NodeIndex(i), leaf));
    }
  }
  return {};
}

Result<void> check_tree(RatchetTree& tree, const GroupContext& context,
                        const Requirements& requirements, const Policy& policy) {
  if (!is_truncated(tree)) return fail(Errc::kInvalidTree, "tree: empty right half (§7.7)");
  if (!equal(tree.update_hash().bytes(), context.tree_hash)) {
    return fail(Errc::kInvalidTree, "tree: tree hash (§12.4.3.1)");
  }
  MAGPIE_TRY_VOID(check_unmerged_leaves(tree));
  MAGPIE_TRY_VOID(check_unique_keys(tree));
  for (std::uint32_t i = 1; i < node_count(tree.leaf_count()); i += 2) {
    const ParentNode* parent = tree.parent(NodeIndex(i));
    if (parent != nullptr &&
        !requirements.suite->hpke.kem->check_public_key(parent->encryption_key)) {
      return fail(Errc::kInvalidTree, "tree: parent's encryption key (§7.1)");
    }
  }
  MAGPIE_TRY_VOID(verify_parent_hashes(tree));
  for (std::uint32_t i = 0; i < tree.leaf_count(); ++i) {
    const LeafNode* leaf = tree.leaf(LeafIndex(i));
    if (leaf == nullptr) continue;
    MAGPIE_TRY_VOID(
        check_leaf_in_tree(*leaf, {context.group_id, LeafIndex(i)}, requirements, policy));
  }
  return check_credential_types(tree);
}

}  // namespace magpie::mls
