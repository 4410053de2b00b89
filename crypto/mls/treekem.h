// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>

#include "crypto/mls/parent_hash.h"
#include "crypto/mls/suite.h"
#include "crypto/mls/update_path.h"

/// TreeKEM (RFC 9420 §7.4 to §7.6): fresh keys along a path, and how they reach the others.
namespace magpie::mls {

/// The private keys that one member holds of a tree.
struct TreePrivate {
  LeafIndex own;
  Secret leaf_key;
  std::map<NodeIndex, Secret> node_keys;  ///< of parents above the own leaf

  TreePrivate clone() const;
  /// Wipes the keys of nodes that the tree no longer has.
  void forget_blank(const RatchetTree& tree);
  /// Wipes the keys along another member's path, which its update replaces.
  void forget_path(LeafIndex sender, std::uint32_t leaves);
};

/// A fresh HPKE key pair for a leaf or an init key.
crypto::Kem::KeyPair generate_key_pair(const Suite& suite, Random& random);

/// Derives the key pairs of the nodes that are not blank from `node` up to the root, from the
/// path secret of `node`, into `keys`; gives the secret after the last, which is the commit
/// secret. Errors: kInvalidCommit where a public key is not the tree's (RFC 9420 §7.5).
Result<Secret> derive_path_keys(const Suite& suite, const RatchetTree& tree, NodeIndex node,
                                Secret path_secret, std::map<NodeIndex, Secret>& keys);

/// A path in the making: the tree and the own keys have changed, nobody else can follow yet.
struct PathDraft {
  LeafNodePtr leaf_node;
  std::vector<RatchetTree::PathStep> steps;
  std::vector<Secret> path_secrets;  ///< one for each step
  Secret commit_secret;

  /// The secret of the lowest step above both the sender and `leaf`.
  const Secret& path_secret_for(LeafIndex leaf) const;
};

/// What the sender's new leaf keeps or takes.
struct PathLeaf {
  Bytes group_id;
  Bytes identity;
  Bytes capabilities;
  const std::vector<Extension>& extensions;
  const crypto::SignKeyPair& key;
};

/// Replaces the keys along `keys.own`'s path in `tree` and in `keys` (RFC 9420 §7.5, steps 1 to
/// 4). Tree hashes are up to date afterwards. Never fails.
PathDraft draft_update_path(const Suite& suite, RatchetTree& tree, TreePrivate& keys,
                            const PathLeaf& leaf, Random& random);

/// Encrypts the path secrets to everyone else but `added` (RFC 9420 §7.6): an encoded UpdatePath.
/// `context`: the encoded provisional GroupContext. Errors: those of HPKE, for a member's bad key.
Result<Buffer> encrypt_update_path(const Suite& suite, const RatchetTree& tree,
                                   const PathDraft& draft, std::span<const LeafIndex> added,
                                   Bytes context, Random& random);

/// Merges another member's path into the tree (RFC 9420 §7.5), with its parent hashes verified
/// and the number of ciphertexts; the leaf itself is the caller's to validate before. Tree hashes
/// are up to date afterwards. Errors: kInvalidCommit; the tree is then unspecified.
Result<void> merge_update_path(RatchetTree& tree, LeafIndex sender, const UpdatePath& path,
                               std::span<const LeafIndex> added);

/// Decrypts the path secret that is meant for `keys.own` and takes the new keys (RFC 9420 §7.5):
/// the commit secret. `tree` has the path merged. Errors: kInvalidCommit, kDecryptFailed; `keys`
/// is then unspecified.
Result<Secret> open_update_path(const Suite& suite, const RatchetTree& tree, LeafIndex sender,
                                const UpdatePath& path, std::span<const LeafIndex> added,
                                Bytes context, TreePrivate& keys);

}  // namespace magpie::mls
