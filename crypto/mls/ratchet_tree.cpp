// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/ratchet_tree.h"

#include <algorithm>
#include <bit>
#include <bitset>
#include <optional>

#include "crypto/base/check.h"

namespace magpie::mls {
namespace {

// NodeType (RFC 9420 §7.8)
constexpr std::uint8_t kLeafType = 1;
constexpr std::uint8_t kParentType = 2;

bool equal_content(const LeafNode& a, const LeafNode& b) { return a.encoded == b.encoded; }
bool equal_content(const ParentNode& a, const ParentNode& b) { return a == b; }

/// Whether an element is the same in both, which mostly shows without a look at what it says.
template <class Slots>
bool same_element(const Slots& a, const Slots& b, std::size_t index) {
  if (index < a.size() && a.shares(index, b)) return true;
  const auto* mine = index < a.size() ? a[index].node.get() : nullptr;
  const auto* other = index < b.size() ? b[index].node.get() : nullptr;
  if (mine == other) return true;
  return mine != nullptr && other != nullptr && equal_content(*mine, *other);
}

std::uint8_t first_byte(Bytes key) { return key.empty() ? 0 : key[0]; }

}  // namespace

void ParentNode::encode(Writer& writer) const {
  writer.vector(encryption_key).vector(parent_hash);
  writer.vector_length(4 * unmerged_leaves.size());
  for (const LeafIndex leaf : unmerged_leaves) writer.u32(leaf.value());
}

Result<ParentNode> ParentNode::decode(Reader& reader) {
  ParentNode node;
  MAGPIE_TRY(const Bytes key, reader.vector());
  MAGPIE_TRY(const Bytes parent_hash, reader.vector());
  MAGPIE_TRY(const Bytes unmerged, reader.vector());
  node.encryption_key = to_buffer(key);
  node.parent_hash = to_buffer(parent_hash);
  for (Reader list(unmerged); !list.at_end();) {
    MAGPIE_TRY(const std::uint32_t leaf, list.u32());
    node.unmerged_leaves.push_back(LeafIndex(leaf));
  }
  return node;
}

RatchetTree::RatchetTree(crypto::HashId hash) : hash_(hash), leaves_(1) {}

const LeafNode* RatchetTree::leaf(LeafIndex index) const {
  return index.value() < leaf_count() ? leaves_[index.value()].node.get() : nullptr;
}

LeafNodePtr RatchetTree::leaf_ptr(LeafIndex index) const {
  return index.value() < leaf_count() ? leaves_[index.value()].node : nullptr;
}

const ParentNode* RatchetTree::parent(NodeIndex node) const { return parent_slot(node).node.get(); }

bool RatchetTree::is_blank(NodeIndex node) const {
  return is_leaf(node) ? leaf(leaf_of(node)) == nullptr : parent(node) == nullptr;
}

Bytes RatchetTree::encryption_key(NodeIndex node) const {
  MAGPIE_CHECK(!is_blank(node));
  return is_leaf(node) ? leaf(leaf_of(node))->encryption_key : Bytes(parent(node)->encryption_key);
}

void RatchetTree::forget_hash(NodeIndex node) {
  if (is_leaf(node)) {
    edit_leaf(leaf_of(node)).hash = {};
  } else if (!parent_slot(node).hash.empty()) {
    edit_parent(node).hash = {};
  }
}

void RatchetTree::touch(NodeIndex node) {
  const NodeIndex top = root(leaf_count());
  forget_hash(node);
  while (node != top) {
    node = mls::parent(node);
    forget_hash(node);
  }
}

void RatchetTree::set_leaf(LeafIndex index, LeafNodePtr leaf) {
  edit_leaf(index).node = std::move(leaf);
  touch(node_of(index));
}

void RatchetTree::set_parent(NodeIndex node, ParentNodePtr parent) {
  edit_parent(node).node = std::move(parent);
  touch(node);
}

void RatchetTree::blank_path(LeafIndex index) {
  for (const NodeIndex node : direct_path(index, leaf_count())) edit_parent(node) = {};
  touch(node_of(index));
}

void RatchetTree::grow() {
  leaves_.resize(2 * leaves_.size());
  parents_.resize(leaves_.size() - 1);
}

// Of what is read: a tree of the size that the node needs.
Result<void> RatchetTree::make_room(NodeIndex node) {
  while (node.value() >= node_count(leaf_count())) {
    if (leaf_count() == kLeavesMax) return fail(Errc::kTooLarge, "ratchet tree: leaves");
    grow();
  }
  return {};
}

LeafIndex RatchetTree::next_free_leaf() const {
  std::uint32_t index = 0;
  while (index < leaf_count() && leaves_[index].node != nullptr) ++index;
  return LeafIndex(index);
}

LeafIndex RatchetTree::add_leaf(LeafNodePtr leaf) {
  const LeafIndex index = next_free_leaf();
  if (index.value() == leaf_count()) grow();
  for (const NodeIndex node : direct_path(index, leaf_count())) {
    if (parent(node) == nullptr) continue;
    auto changed = std::make_shared<ParentNode>(*parent(node));
    const auto at = std::ranges::lower_bound(changed->unmerged_leaves, index);
    changed->unmerged_leaves.insert(at, index);
    edit_parent(node).node = std::move(changed);
  }
  set_leaf(index, std::move(leaf));
  return index;
}

void RatchetTree::update_leaf(LeafIndex index, LeafNodePtr leaf) {
  blank_path(index);
  set_leaf(index, std::move(leaf));
}

void RatchetTree::remove_leaf(LeafIndex index) { update_leaf(index, nullptr); }

void RatchetTree::truncate() {
  std::size_t used = leaves_.size();
  while (used > 1 && leaves_[used - 1].node == nullptr) --used;
  leaves_.resize(std::bit_ceil(used));
  parents_.resize(leaves_.size() - 1);
}

void RatchetTree::append_resolution(NodeIndex node, std::vector<NodeIndex>& out) const {
  if (!is_blank(node)) {
    out.push_back(node);
    if (!is_leaf(node)) {
      for (const LeafIndex leaf : parent(node)->unmerged_leaves) out.push_back(node_of(leaf));
    }
  } else if (!is_leaf(node)) {
    append_resolution(left(node), out);
    append_resolution(right(node), out);
  }
}

std::vector<NodeIndex> RatchetTree::resolution(NodeIndex node) const {
  std::vector<NodeIndex> out;
  append_resolution(node, out);
  return out;
}

bool RatchetTree::resolves_to_nothing(NodeIndex node) const {
  if (!is_blank(node)) return false;
  return is_leaf(node) || (resolves_to_nothing(left(node)) && resolves_to_nothing(right(node)));
}

std::vector<RatchetTree::PathStep> RatchetTree::filtered_direct_path(LeafIndex index) const {
  std::vector<PathStep> path;
  NodeIndex below = node_of(index);
  for (const NodeIndex node : direct_path(index, leaf_count())) {
    const NodeIndex copath_child = sibling(below);
    if (!resolves_to_nothing(copath_child)) path.push_back({node, copath_child});
    below = node;
  }
  return path;
}

bool RatchetTree::has_any_key(std::span<const Bytes> encryption_keys) const {
  // Nearly all are told apart by their first byte.
  std::bitset<256> first_bytes;
  for (const Bytes key : encryption_keys) first_bytes.set(first_byte(key));
  const auto matches = [&](Bytes key) {
    return first_bytes[first_byte(key)] &&
           std::ranges::any_of(encryption_keys, [&](Bytes other) { return equal(key, other); });
  };
  for (std::size_t i = 0; i < leaves_.size(); ++i) {
    const LeafNode* leaf = leaves_[i].node.get();
    if (leaf != nullptr && matches(leaf->encryption_key)) return true;
  }
  for (std::size_t i = 0; i < parents_.size(); ++i) {
    const ParentNode* parent = parents_[i].node.get();
    if (parent != nullptr && matches(parent->encryption_key)) return true;
  }
  return false;
}

crypto::Digest RatchetTree::hash_leaf(LeafIndex index, const LeafNode* leaf) const {
  Writer head;
  head.u8(kLeafType).u32(index.value()).presence(leaf != nullptr);
  return crypto::hash(hash_, {head.view(), leaf != nullptr ? Bytes(leaf->encoded) : Bytes()});
}

crypto::Digest RatchetTree::hash_parent(const ParentNode* parent, Bytes left_hash,
                                        Bytes right_hash) const {
  Writer input(256);
  input.u8(kParentType).presence(parent != nullptr);
  if (parent != nullptr) parent->encode(input);
  input.vector(left_hash).vector(right_hash);
  return crypto::hash(hash_, input.view());
}

crypto::Digest RatchetTree::update_hash(NodeIndex node) {
  if (is_leaf(node)) {
    if (const crypto::Digest& kept = leaf_slot(leaf_of(node)).hash; !kept.empty()) return kept;
    LeafSlot& slot = edit_leaf(leaf_of(node));
    return slot.hash = hash_leaf(leaf_of(node), slot.node.get());
  }
  if (const crypto::Digest& kept = parent_slot(node).hash; !kept.empty()) return kept;
  const crypto::Digest left_hash = update_hash(left(node));
  const crypto::Digest right_hash = update_hash(right(node));
  ParentSlot& slot = edit_parent(node);
  return slot.hash = hash_parent(slot.node.get(), left_hash.bytes(), right_hash.bytes());
}

std::shared_ptr<const RatchetTree> RatchetTree::finished(RatchetTree tree) {
  tree.leaves_.share();
  tree.parents_.share();
  return std::make_shared<const RatchetTree>(std::move(tree));
}

const crypto::Digest& RatchetTree::hash(NodeIndex node) const {
  const crypto::Digest& digest =
      is_leaf(node) ? leaves_[leaf_of(node).value()].hash : parent_slot(node).hash;
  MAGPIE_CHECK(!digest.empty());
  return digest;
}

crypto::Digest RatchetTree::hash_without(NodeIndex node,
                                         std::span<const LeafIndex> excluded) const {
  const auto first = std::ranges::lower_bound(excluded, first_leaf(node));
  if (first == excluded.end() || !is_under(*first, node)) return hash(node);
  if (is_leaf(node)) return hash_leaf(leaf_of(node), nullptr);
  const crypto::Digest left_hash = hash_without(left(node), excluded);
  const crypto::Digest right_hash = hash_without(right(node), excluded);
  if (parent(node) == nullptr) return hash_parent(nullptr, left_hash.bytes(), right_hash.bytes());
  ParentNode original = *parent(node);
  std::erase_if(original.unmerged_leaves,
                [&](LeafIndex leaf) { return std::ranges::binary_search(excluded, leaf); });
  return hash_parent(&original, left_hash.bytes(), right_hash.bytes());
}

void RatchetTree::encode_node(NodeIndex node, Writer& writer) const {
  if (is_leaf(node)) {
    writer.u8(kLeafType).fixed(leaf(leaf_of(node))->encoded);
  } else {
    parent(node)->encode(writer.u8(kParentType));
  }
}

Result<void> RatchetTree::decode_node(NodeIndex node, Reader& reader) {
  MAGPIE_TRY(const std::uint8_t type, reader.u8());
  if (type != (is_leaf(node) ? kLeafType : kParentType)) {
    return fail(Errc::kMalformed, "ratchet tree: node type");
  }
  if (is_leaf(node)) {
    MAGPIE_TRY(edit_leaf(leaf_of(node)).node, LeafNode::decode(reader));
  } else {
    MAGPIE_TRY(ParentNode parent, ParentNode::decode(reader));
    edit_parent(node).node = std::make_shared<const ParentNode>(std::move(parent));
  }
  return {};
}

Buffer RatchetTree::encode() const {
  std::size_t count = node_count(leaf_count());
  while (count > 0 && is_blank(NodeIndex(static_cast<std::uint32_t>(count - 1)))) --count;
  Writer writer;
  writer.vector_of([&](Writer& list) {
    for (std::uint32_t i = 0; i < count; ++i) {
      const NodeIndex node(i);
      list.presence(!is_blank(node));
      if (!is_blank(node)) encode_node(node, list);
    }
  });
  return writer.take();
}

Result<RatchetTree> RatchetTree::decode(crypto::HashId hash, Bytes encoded) {
  Reader outer(encoded);
  MAGPIE_TRY(const Bytes nodes, outer.vector());
  MAGPIE_TRY_VOID(outer.finish());
  RatchetTree tree(hash);
  std::uint32_t count = 0;
  bool present = false;
  for (Reader list(nodes); !list.at_end(); ++count) {
    const NodeIndex node(count);
    MAGPIE_TRY_VOID(tree.make_room(node));
    MAGPIE_TRY(present, list.presence());
    if (present) MAGPIE_TRY_VOID(tree.decode_node(node, list));
  }
  if (!present) return fail(Errc::kMalformed, "ratchet tree: blank at the end");
  return tree;
}

bool RatchetTree::same_node(NodeIndex node, const RatchetTree& other) const {
  const std::size_t index = node.value() / 2;
  return is_leaf(node) ? same_element(leaves_, other.leaves_, index)
                       : same_element(parents_, other.parents_, index);
}

std::vector<StoredNode> RatchetTree::changes_from(const RatchetTree* stored) const {
  const RatchetTree nothing(hash_);
  const RatchetTree& before = stored != nullptr ? *stored : nothing;
  const std::uint32_t own_count = node_count(leaf_count());
  const std::uint32_t count = std::max(own_count, node_count(before.leaf_count()));
  std::vector<StoredNode> changes;
  for (std::uint32_t i = 0; i < count; ++i) {
    const NodeIndex node(i);
    if (same_node(node, before)) continue;
    Writer writer;
    if (i < own_count && !is_blank(node)) encode_node(node, writer);
    changes.push_back({node, writer.take()});
  }
  return changes;
}

Result<RatchetTree> RatchetTree::assemble(crypto::HashId hash, std::span<const StoredNode> nodes) {
  if (nodes.empty()) return fail(Errc::kMalformed, "ratchet tree: no nodes");
  const NodeIndex last = nodes.back().node;
  RatchetTree tree(hash);
  MAGPIE_TRY_VOID(tree.make_room(last));
  std::optional<NodeIndex> before;
  for (const StoredNode& stored : nodes) {
    if (stored.node > last || (before && stored.node <= *before)) {
      return fail(Errc::kMalformed, "ratchet tree: order of nodes");
    }
    before = stored.node;
    Reader reader(stored.encoded);
    MAGPIE_TRY_VOID(tree.decode_node(stored.node, reader));
    MAGPIE_TRY_VOID(reader.finish());
  }
  return tree;
}

}  // namespace magpie::mls
