// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/parent_hash.h"

#include <algorithm>

namespace magpie::mls {
namespace {

/// The parent_hash field of a node, empty for a leaf that no commit made.
Bytes parent_hash_field(const RatchetTree& tree, NodeIndex node) {
  return is_leaf(node) ? tree.leaf(leaf_of(node))->parent_hash
                       : Bytes(tree.parent(node)->parent_hash);
}

/// Whether a descendant on the side of `child` was set together with `node`: the one member of
/// the child's resolution that is not unmerged at `node` (RFC 9420 §7.9.2, third criterion).
bool chains_through(const RatchetTree& tree, NodeIndex node, NodeIndex child) {
  const ParentNode& parent = *tree.parent(node);
  const auto is_unmerged = [&](NodeIndex n) {
    return is_leaf(n) && std::ranges::binary_search(parent.unmerged_leaves, leaf_of(n));
  };
  const std::vector<NodeIndex> resolution = tree.resolution(child);
  const auto unmerged_below = std::ranges::count_if(
      parent.unmerged_leaves, [&](LeafIndex leaf) { return is_under(leaf, child); });
  const auto unmerged_here = std::ranges::count_if(resolution, is_unmerged);
  const auto size = static_cast<std::ptrdiff_t>(resolution.size());
  if (unmerged_here != unmerged_below || unmerged_here + 1 != size) return false;

  const NodeIndex candidate = *std::ranges::find_if_not(resolution, is_unmerged);
  const Bytes field = parent_hash_field(tree, candidate);
  if (field.empty()) return false;
  const crypto::Digest original = tree.hash_without(sibling(child), parent.unmerged_leaves);
  return equal(field, parent_hash(tree.hash_id(), parent, original.bytes()).bytes());
}

}  // namespace

crypto::Digest parent_hash(crypto::HashId hash, const ParentNode& node,
                           Bytes original_sibling_tree_hash) {
  Writer writer;
  writer.vector(node.encryption_key).vector(node.parent_hash).vector(original_sibling_tree_hash);
  return crypto::hash(hash, writer.view());
}

Result<void> verify_parent_hashes(const RatchetTree& tree) {
  for (std::uint32_t i = 1; i < node_count(tree.leaf_count()); i += 2) {
    const NodeIndex node(i);
    if (tree.is_blank(node)) continue;
    const bool by_left = chains_through(tree, node, left(node));
    const bool by_right = chains_through(tree, node, right(node));
    if (by_left == by_right) return fail(Errc::kInvalidTree, "tree: parent hash (§7.9.2)");
  }
  return {};
}

}  // namespace magpie::mls
