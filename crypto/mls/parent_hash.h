// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/base/result.h"
#include "crypto/mls/ratchet_tree.h"

/// Parent hashes (RFC 9420 §7.9): how a tree proves that its members set its keys.
namespace magpie::mls {

/// The parent hash of `node` with the copath child that has this original tree hash.
crypto::Digest parent_hash(crypto::HashId hash, const ParentNode& node,
                           Bytes original_sibling_tree_hash);

/// Whether every parent node is parent-hash valid (RFC 9420 §7.9.2, top down), as a joiner asks.
/// Tree hashes must be computed, and `check_unmerged_leaves` must have passed.
/// Errors: kInvalidTree.
Result<void> verify_parent_hashes(const RatchetTree& tree);

}  // namespace magpie::mls
