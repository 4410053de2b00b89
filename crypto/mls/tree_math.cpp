// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/tree_math.h"

#include <bit>

#include "crypto/base/check.h"

namespace magpie::mls {

std::uint32_t level(NodeIndex node) {
  return static_cast<std::uint32_t>(std::countr_one(node.value()));
}

NodeIndex root(std::uint32_t leaves) {
  MAGPIE_CHECK(std::has_single_bit(leaves));
  return NodeIndex(leaves - 1);
}

NodeIndex left(NodeIndex node) {
  MAGPIE_CHECK(!is_leaf(node));
  return NodeIndex(node.value() ^ (1U << (level(node) - 1)));
}

NodeIndex right(NodeIndex node) {
  MAGPIE_CHECK(!is_leaf(node));
  return NodeIndex(node.value() ^ (3U << (level(node) - 1)));
}

NodeIndex parent(NodeIndex node) {
  const std::uint32_t k = level(node);
  const std::uint32_t above = node.value() >> (k + 1) & 1;
  return NodeIndex((node.value() | 1U << k) ^ above << (k + 1));
}

NodeIndex sibling(NodeIndex node) {
  const NodeIndex above = parent(node);
  return node < above ? right(above) : left(above);
}

LeafIndex first_leaf(NodeIndex node) {
  return LeafIndex((node.value() - ((1U << level(node)) - 1)) / 2);
}

std::uint32_t leaf_span(NodeIndex node) { return 1U << level(node); }

bool is_under(LeafIndex leaf, NodeIndex node) {
  const std::uint32_t first = first_leaf(node).value();
  return leaf.value() >= first && leaf.value() - first < leaf_span(node);
}

NodeIndex common_ancestor(LeafIndex a, LeafIndex b) {
  NodeIndex node = node_of(a);
  while (!is_under(b, node)) node = parent(node);
  return node;
}

std::vector<NodeIndex> direct_path(LeafIndex leaf, std::uint32_t leaves) {
  std::vector<NodeIndex> path;
  const NodeIndex top = root(leaves);
  for (NodeIndex node = node_of(leaf); node != top;) {
    node = parent(node);
    path.push_back(node);
  }
  return path;
}

}  // namespace magpie::mls
