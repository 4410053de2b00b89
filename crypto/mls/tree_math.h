// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "crypto/mls/ids.h"

/// Index arithmetic of the array-based tree (RFC 9420 appendix C). Leaves sit at even places,
/// parents between their subtrees:
///
///                3                 root of 4 leaves
///            /       \             a tree has 2^d leaves; growing or halving it
///          1           5           on the right moves no index
///        /   \       /   \         .
///       0     2     4     6        leaf L is at node 2L
///
/// `leaves` is always a power of two. Pure functions; nothing fails.
namespace magpie::mls {

constexpr NodeIndex node_of(LeafIndex leaf) { return NodeIndex(2 * leaf.value()); }
constexpr bool is_leaf(NodeIndex node) { return node.value() % 2 == 0; }
/// The leaf at an even place.
constexpr LeafIndex leaf_of(NodeIndex node) { return LeafIndex(node.value() / 2); }

/// The number of nodes of a tree with `leaves` leaves.
constexpr std::uint32_t node_count(std::uint32_t leaves) { return 2 * leaves - 1; }
/// 0 for leaves, one more for each step up.
std::uint32_t level(NodeIndex node);
NodeIndex root(std::uint32_t leaves);
/// The children of a node that is no leaf.
NodeIndex left(NodeIndex node);
NodeIndex right(NodeIndex node);
/// The node above; for the root of a tree, the root of the doubled tree.
NodeIndex parent(NodeIndex node);
/// The other child of the parent.
NodeIndex sibling(NodeIndex node);

/// The first leaf under a node, and how many there are.
LeafIndex first_leaf(NodeIndex node);
std::uint32_t leaf_span(NodeIndex node);
bool is_under(LeafIndex leaf, NodeIndex node);
/// The lowest node above both; the leaf itself where they are the same.
NodeIndex common_ancestor(LeafIndex a, LeafIndex b);

/// The parents of a leaf up to the root, lowest first (RFC 9420 §4.1.2).
std::vector<NodeIndex> direct_path(LeafIndex leaf, std::uint32_t leaves);

}  // namespace magpie::mls
