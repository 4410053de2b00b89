// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/mls/commit.h"
#include "crypto/mls/framing.h"
#include "crypto/mls/validation.h"

/// The proposals of a commit as a whole: what they must satisfy together (RFC 9420 §12.2) and
/// what they do (§12.3).
namespace magpie::mls {

/// A proposal that was received and waits for a commit. It has passed `check_proposal`.
struct CachedProposal {
  ProposalRef ref;
  Proposal proposal;
  Sender sender;
};
using CachedProposalPtr = std::shared_ptr<const CachedProposal>;

/// A proposal in a commit's list. Borrowed from the commit or the cache.
struct ListedProposal {
  const Proposal* proposal;
  LeafIndex sender;      ///< kNoLeaf: from outside
  bool checked = false;  ///< by reference: it passed `check_proposal` when it came
};

/// What a list of proposals does to the public state, before a path.
struct AppliedProposals {
  RatchetTree tree;
  std::vector<Extension> extensions;
  std::vector<LeafIndex> added{};  ///< in the order of the list
  std::vector<const Add*> adds{};  ///< likewise
  std::vector<LeafIndex> updated{};
  std::vector<PreSharedKeyId> psks{};  ///< in the order of the list
  const ExternalInit* external_init = nullptr;
  bool path_required = true;
  Change change{};  ///< all but `after`, and `updated` by a path
};

/// Checks a list and applies it to copies. `committer` is kNoLeaf for an external commit.
/// Errors: kInvalidProposal, kInvalidCommit, those of validation.h.
Result<AppliedProposals> apply_proposals(const EpochView& epoch,
                                         std::span<const ListedProposal> list, LeafIndex committer,
                                         const LifetimeRule& lifetime);

/// Once a path is merged or there is none: checks what the new leaves ask and are asked for, and
/// completes the change. `committer` has a new leaf where `has_path`.
/// Errors: kInvalidLeaf and those of validation.h.
Result<void> finish_change(const EpochView& epoch, AppliedProposals& applied, LeafIndex committer,
                           bool has_path);

}  // namespace magpie::mls
