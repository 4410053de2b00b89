// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/mls/group_context.h"
#include "crypto/mls/policy.h"
#include "crypto/mls/proposal.h"
#include "crypto/mls/ratchet_tree.h"
#include "crypto/mls/suite.h"
#include "crypto/mls/update_path.h"

/// The checks of RFC 9420 on leaves, key packages, trees and single proposals, each named by its
/// section where it fails. Pure functions: they change nothing. What a list of proposals must
/// satisfy as a whole is in proposal_list.h.
namespace magpie::mls {

/// When a key package's lifetime passes (RFC 9420 §7.2, §7.3). Times in seconds since 1970.
struct LifetimeRule {
  std::uint64_t now = 0;
  std::uint64_t grace = 0;      ///< how long after its end it still passes
  std::uint64_t total_max = 0;  ///< the longest that passes at all
  bool check_now = true;        ///< false: the total length alone

  /// For what is being sent: in time now.
  static LifetimeRule sending(std::chrono::sys_seconds now, const Policy& policy);
  /// For messages received: with the policy's grace.
  static LifetimeRule receiving(std::chrono::sys_seconds now, const Policy& policy);
  /// For the leaves of a tree, which may have been in it for long.
  static LifetimeRule in_tree(const Policy& policy);
};
/// Errors: kInvalidKeyPackage.
Result<void> check_lifetime(const Lifetime& lifetime, const LifetimeRule& rule);

/// What the GroupContext extensions ask of every member (RFC 9420 §11.1, §13.4). Views them.
struct Requirements {
  const Suite* suite = nullptr;
  const std::vector<Extension>* extensions = nullptr;
  std::optional<RequiredCapabilities> required;

  /// Errors: kInvalidProposal where an extension that RFC 9420 defines does not parse.
  static Result<Requirements> of(const Suite& suite, const std::vector<Extension>& extensions);
};

/// A leaf by itself (RFC 9420 §7.3): keys of the suite's form, a basic credential that it lists,
/// extensions that it lists. Errors: kInvalidLeaf.
Result<void> check_leaf(const Suite& suite, const LeafNode& leaf);
/// Whether a member with this leaf may be in such a group (RFC 9420 §7.3, §13.4).
/// Errors: kInvalidLeaf.
Result<void> check_leaf_supports(const LeafNode& leaf, const Requirements& requirements);
/// Whether new leaves differ from all others in their keys, and every member supports every
/// credential type in use (RFC 9420 §7.3). Errors: kInvalidLeaf.
Result<void> check_new_leaves(const RatchetTree& tree, std::span<const LeafIndex> leaves);

/// A key package (RFC 9420 §10.1), but for what a group asks. Errors: kInvalidKeyPackage,
/// kInvalidLeaf, kBadSignature, kUnsupported for another version, kWrongSuite, the policy's.
Result<void> check_key_package(const Suite& suite, const KeyPackage& key_package,
                               const LifetimeRule& lifetime, const Policy& policy);

/// A leaf that replaces `old` (RFC 9420 §7.3, §12.1.2): from an Update proposal or a path. The
/// policy is asked where the credential or its key is new. `old` is null for a joiner from
/// outside. Errors: kInvalidLeaf, kBadSignature, the policy's.
Result<void> check_replacing_leaf(const Suite& suite, const LeafNode& leaf, const LeafNode* old,
                                  LeafNodeSource source, const LeafPlace& place,
                                  const Policy& policy);

/// A received tree, as a joiner verifies it (RFC 9420 §12.4.3.1): unmerged leaves, keys, tree
/// hash, parent hashes, and every leaf with its signature, once each. Computes the tree hashes.
/// Errors: kInvalidTree, kInvalidLeaf, kBadSignature, the policy's.
Result<void> check_tree(RatchetTree& tree, const GroupContext& context,
                        const Requirements& requirements, const Policy& policy);
/// The part of it about unmerged_leaves, which all other walks of a tree rely on.
Result<void> check_unmerged_leaves(const RatchetTree& tree);

/// A path before it is merged (RFC 9420 §12.4.2): keys of the suite's form, all new to the tree
/// and to each other. Errors: kInvalidCommit.
Result<void> check_path_keys(const Suite& suite, const UpdatePath& path, const RatchetTree& tree);

/// The epoch against which a proposal is checked.
struct EpochView {
  const Suite& suite;
  const GroupContext& context;
  const RatchetTree& tree;
  const Policy& policy;
};

/// A proposal by itself (RFC 9420 §12.1): what no other proposal of a commit could make valid.
/// `sender` is kNoLeaf for one from outside. Errors: kInvalidProposal and those of the above.
Result<void> check_proposal(const EpochView& epoch, const Proposal& proposal, LeafIndex sender,
                            const LifetimeRule& lifetime);

/// The member at a leaf that is not blank.
Member member_at(const RatchetTree& tree, LeafIndex index);
std::vector<Member> members_of(const RatchetTree& tree);

}  // namespace magpie::mls
