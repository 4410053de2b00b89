// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "crypto/base/shared_vector.h"
#include "crypto/mls/leaf_node.h"
#include "crypto/mls/stored_tree.h"
#include "crypto/mls/tree_math.h"
#include "crypto/primitives/hash.h"

namespace magpie::mls {

/// A parent node's public part (RFC 9420 §7.1). Immutable once it is in a tree.
struct ParentNode {
  Buffer encryption_key;
  Buffer parent_hash;
  std::vector<LeafIndex> unmerged_leaves;  ///< in increasing order

  void encode(Writer& writer) const;
  static Result<ParentNode> decode(Reader& reader);
  friend bool operator==(const ParentNode&, const ParentNode&) = default;
};
using ParentNodePtr = std::shared_ptr<const ParentNode>;

/// The public ratchet tree (RFC 9420 §4, §7). A value: an epoch and its successor hold one copy of
/// what did not change. Tree hashes are kept with the nodes and dropped along the path that a
/// change touches.
class RatchetTree {
 public:
  /// The most leaves that a received tree may have; what comes in costs memory before anything
  /// of it is verified.
  static constexpr std::uint32_t kLeavesMax = 1U << 16;

  /// One blank leaf.
  explicit RatchetTree(crypto::HashId hash);

  /// The ratchet_tree extension (RFC 9420 §12.4.3.3): `optional<Node> ratchet_tree<V>`.
  /// Decoding checks the form (node types in their places, nothing blank at the end) and no more.
  /// Errors: parse errors, kMalformed, kTooLarge.
  Buffer encode() const;
  static Result<RatchetTree> decode(crypto::HashId hash, Bytes encoded);

  /// The nodes in which this tree differs from `stored`, as they are stored, in increasing order;
  /// a blank one for what is there only. `stored` null: every node that is not blank.
  std::vector<StoredNode> changes_from(const RatchetTree* stored) const;
  /// The tree of all its stored nodes: strictly increasing, none blank. The last one decides the
  /// number of leaves, as in `decode`, which checks no less and no more. Errors: as of `decode`.
  static Result<RatchetTree> assemble(crypto::HashId hash, std::span<const StoredNode> nodes);

  /// The number of leaves, blank ones included: a power of two.
  std::uint32_t leaf_count() const { return static_cast<std::uint32_t>(leaves_.size()); }
  /// Null where blank or outside the tree.
  const LeafNode* leaf(LeafIndex index) const;
  LeafNodePtr leaf_ptr(LeafIndex index) const;
  const ParentNode* parent(NodeIndex node) const;
  bool is_blank(NodeIndex node) const;
  /// The HPKE public key of a node that is not blank.
  Bytes encryption_key(NodeIndex node) const;

  /// Puts a leaf into the leftmost blank place, growing the tree where there is none, and notes
  /// it as unmerged above (RFC 9420 §12.1.1).
  LeafIndex add_leaf(LeafNodePtr leaf);
  /// Where `add_leaf` would put it.
  LeafIndex next_free_leaf() const;
  /// Replaces a leaf and blanks its path (RFC 9420 §12.1.2).
  void update_leaf(LeafIndex index, LeafNodePtr leaf);
  /// Blanks a leaf and its path (RFC 9420 §12.1.3); `truncate` follows when all are done.
  void remove_leaf(LeafIndex index);
  /// Drops right halves without a member (RFC 9420 §7.7).
  void truncate();

  // For update paths (treekem.h).
  void set_leaf(LeafIndex index, LeafNodePtr leaf);
  void set_parent(NodeIndex node, ParentNodePtr parent);
  void blank_path(LeafIndex index);

  /// Resolution (RFC 9420 §4.1.1).
  std::vector<NodeIndex> resolution(NodeIndex node) const;
  struct PathStep {
    NodeIndex node;
    NodeIndex copath_child;
  };
  /// Filtered direct path (RFC 9420 §4.1.2), lowest first.
  std::vector<PathStep> filtered_direct_path(LeafIndex index) const;

  /// Computes what is missing of the tree hashes (RFC 9420 §7.8) under a node.
  crypto::Digest update_hash(NodeIndex node);
  /// Of the root.
  crypto::Digest update_hash() { return update_hash(root(leaf_count())); }
  /// A tree hash that was computed since the last change under the node.
  const crypto::Digest& hash(NodeIndex node) const;
  const crypto::Digest& hash() const { return hash(root(leaf_count())); }
  /// The tree hash of a node if these leaves were blank and unmerged nowhere: the original
  /// sibling tree hash (RFC 9420 §7.9). `excluded` is in increasing order.
  crypto::Digest hash_without(NodeIndex node, std::span<const LeafIndex> excluded) const;

  /// Whether any node has one of these encryption keys.
  bool has_any_key(std::span<const Bytes> encryption_keys) const;

  crypto::HashId hash_id() const { return hash_; }

  /// The tree of an epoch, once its making is over: copies of it cost little.
  static std::shared_ptr<const RatchetTree> finished(RatchetTree tree);

 private:
  struct LeafSlot {
    LeafNodePtr node;
    crypto::Digest hash;  // empty: not computed
  };
  struct ParentSlot {
    ParentNodePtr node;
    crypto::Digest hash;
  };

  LeafSlot& edit_leaf(LeafIndex index) { return leaves_.edit(index.value()); }
  ParentSlot& edit_parent(NodeIndex node) { return parents_.edit(node.value() / 2); }
  const LeafSlot& leaf_slot(LeafIndex index) const { return leaves_[index.value()]; }
  const ParentSlot& parent_slot(NodeIndex node) const { return parents_[node.value() / 2]; }
  void grow();
  Result<void> make_room(NodeIndex node);
  bool same_node(NodeIndex node, const RatchetTree& other) const;
  void encode_node(NodeIndex node, Writer& writer) const;
  Result<void> decode_node(NodeIndex node, Reader& reader);
  void touch(NodeIndex node);
  void forget_hash(NodeIndex node);
  void append_resolution(NodeIndex node, std::vector<NodeIndex>& out) const;
  bool resolves_to_nothing(NodeIndex node) const;
  crypto::Digest hash_leaf(LeafIndex index, const LeafNode* leaf) const;
  crypto::Digest hash_parent(const ParentNode* parent, Bytes left_hash, Bytes right_hash) const;

  crypto::HashId hash_;
  SharedVector<LeafSlot> leaves_;     // node 2i
  SharedVector<ParentSlot> parents_;  // node 2i + 1
};

}  // namespace magpie::mls
