// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/proposal_list.h"

#include <algorithm>
#include <array>

namespace magpie::mls {
namespace {

constexpr std::size_t kTypes = 8;

template <class T>
const T* get(const ListedProposal& listed) {
  return std::get_if<T>(listed.proposal);
}

using TypeCounts = std::array<std::size_t, kTypes>;

TypeCounts count_types(std::span<const ListedProposal> list) {
  TypeCounts counts{};
  for (const ListedProposal& listed : list) {
    ++counts[static_cast<std::size_t>(type_of(*listed.proposal))];
  }
  return counts;
}

std::size_t count(const TypeCounts& counts, ProposalType type) {
  return counts[static_cast<std::size_t>(type)];
}

/// One Update or Remove for a leaf, none of the committer's own (RFC 9420 §12.2).
Result<void> check_targets(std::span<const ListedProposal> list, LeafIndex committer) {
  std::vector<LeafIndex> targets;
  for (const ListedProposal& listed : list) {
    if (get<Update>(listed) != nullptr) {
      if (listed.sender == committer) {
        return fail(Errc::kInvalidCommit, "commit: committer's own update (§12.2)");
      }
      targets.push_back(listed.sender);
    } else if (const auto* remove = get<Remove>(listed)) {
      if (remove->removed == committer) {
        return fail(Errc::kInvalidCommit, "commit: removes the committer (§12.2)");
      }
      targets.push_back(remove->removed);
    }
  }
  std::ranges::sort(targets);
  if (std::ranges::adjacent_find(targets) != targets.end()) {
    return fail(Errc::kInvalidCommit, "commit: two updates or removes of a leaf (§12.2)");
  }
  return {};
}

Result<void> check_adds(std::span<const ListedProposal> list) {
  std::vector<Bytes> clients;
  for (const ListedProposal& listed : list) {
    if (const auto* add = get<Add>(listed)) {
      clients.push_back(add->key_package->leaf_node->signature_key);
    }
  }
  std::ranges::sort(clients, std::ranges::lexicographical_compare);
  if (std::ranges::adjacent_find(clients, equal) != clients.end()) {
    return fail(Errc::kInvalidCommit, "commit: a client added twice (§12.2)");
  }
  return {};
}

Result<void> check_psks(std::span<const ListedProposal> list) {
  std::vector<const PreSharedKeyId*> ids;
  for (const ListedProposal& listed : list) {
    const auto* psk = get<PreSharedKey>(listed);
    if (psk == nullptr) continue;
    const bool repeated =
        std::ranges::any_of(ids, [&](const PreSharedKeyId* other) { return *other == psk->psk; });
    if (repeated) return fail(Errc::kInvalidCommit, "commit: a PSK twice (§12.2)");
    ids.push_back(&psk->psk);
  }
  return {};
}

/// RFC 9420 §12.2, regular commits.
Result<void> check_member_list(std::span<const ListedProposal> list, LeafIndex committer) {
  const TypeCounts counts = count_types(list);
  if (count(counts, ProposalType::kGroupContextExtensions) > 1) {
    return fail(Errc::kInvalidCommit, "commit: extensions twice (§12.2)");
  }
  if (count(counts, ProposalType::kReInit) > 0 && list.size() > 1) {
    return fail(Errc::kInvalidCommit, "commit: reinit beside others (§12.2)");
  }
  if (count(counts, ProposalType::kExternalInit) > 0) {
    return fail(Errc::kInvalidCommit, "commit: external init of a member (§12.2)");
  }
  MAGPIE_TRY_VOID(check_targets(list, committer));
  MAGPIE_TRY_VOID(check_adds(list));
  return check_psks(list);
}

/// RFC 9420 §12.2, external commits.
Result<void> check_external_list(std::span<const ListedProposal> list) {
  const TypeCounts counts = count_types(list);
  const std::size_t init = count(counts, ProposalType::kExternalInit);
  const std::size_t remove = count(counts, ProposalType::kRemove);
  if (init != 1 || remove > 1 || init + remove + count(counts, ProposalType::kPsk) != list.size()) {
    return fail(Errc::kInvalidCommit, "external commit: proposals (§12.2)");
  }
  if (std::ranges::any_of(list, &ListedProposal::checked)) {
    return fail(Errc::kInvalidCommit, "external commit: by reference (§12.4.3.2)");
  }
  return check_psks(list);
}

Result<void> check_each(const EpochView& epoch, std::span<const ListedProposal> list, bool external,
                        const LifetimeRule& lifetime) {
  for (const ListedProposal& listed : list) {
    if (listed.checked || (external && get<ExternalInit>(listed) != nullptr)) continue;
    MAGPIE_TRY_VOID(check_proposal(epoch, *listed.proposal, listed.sender, lifetime));
  }
  return {};
}

/// Everything that is no matter of the tree.
void apply_context(std::span<const ListedProposal> list, AppliedProposals& applied) {
  applied.path_required = list.empty();
  for (const ListedProposal& listed : list) {
    applied.path_required |= requires_path(type_of(*listed.proposal));
    if (const auto* change = get<GroupContextExtensions>(listed)) {
      applied.extensions = change->extensions;
      applied.change.extensions_after = change->extensions;
      applied.change.extensions_by = listed.sender;
    } else if (const auto* psk = get<PreSharedKey>(listed)) {
      applied.psks.push_back(psk->psk);
    } else if (const auto* init = get<ExternalInit>(listed)) {
      applied.external_init = init;
    } else if (get<ReInit>(listed) != nullptr) {
      applied.change.reinit = true;
    }
  }
}

/// Updates, then removes, then adds (RFC 9420 §12.3).
void apply_to_tree(const RatchetTree& before, std::span<const ListedProposal> list,
                   AppliedProposals& applied) {
  for (const ListedProposal& listed : list) {
    if (const auto* update = get<Update>(listed)) {
      applied.tree.update_leaf(listed.sender, update->leaf_node);
      applied.updated.push_back(listed.sender);
    }
  }
  for (const ListedProposal& listed : list) {
    if (const auto* remove = get<Remove>(listed)) {
      applied.tree.remove_leaf(remove->removed);
      applied.change.removed.push_back(member_at(before, remove->removed));
      applied.change.removed_by.push_back(listed.sender);
    }
  }
  if (!applied.change.removed.empty()) applied.tree.truncate();
  for (const ListedProposal& listed : list) {
    if (const auto* add = get<Add>(listed)) {
      applied.added.push_back(applied.tree.add_leaf(add->key_package->leaf_node));
      applied.adds.push_back(add);
      applied.change.added_by.push_back(listed.sender);
    }
  }
}

}  // namespace

Result<AppliedProposals> apply_proposals(const EpochView& epoch,
                                         std::span<const ListedProposal> list, LeafIndex committer,
                                         const LifetimeRule& lifetime) {
  const bool external = committer == kNoLeaf;
  MAGPIE_TRY_VOID(external ? check_external_list(list) : check_member_list(list, committer));
  MAGPIE_TRY_VOID(check_each(epoch, list, external, lifetime));
  AppliedProposals applied{.tree = epoch.tree, .extensions = epoch.context.extensions};
  applied.change.committer = committer;
  applied.change.external = external;
  applied.change.extensions_before = epoch.context.extensions;
  applied.change.extensions_after = epoch.context.extensions;
  apply_context(list, applied);
  apply_to_tree(epoch.tree, list, applied);
  return applied;
}

Result<void> finish_change(const EpochView& epoch, AppliedProposals& applied, LeafIndex committer,
                           bool has_path) {
  MAGPIE_TRY(const Requirements requirements, Requirements::of(epoch.suite, applied.extensions));
  std::vector<LeafIndex> new_leaves = applied.added;
  new_leaves.insert(new_leaves.end(), applied.updated.begin(), applied.updated.end());
  if (has_path) new_leaves.push_back(committer);

  MAGPIE_TRY_VOID(check_new_leaves(applied.tree, new_leaves));
  if (applied.change.extensions_by) {
    // New extensions bind every member (RFC 9420 §12.1.7).
    for (std::uint32_t i = 0; i < applied.tree.leaf_count(); ++i) {
      const LeafNode* leaf = applied.tree.leaf(LeafIndex(i));
      if (leaf != nullptr) MAGPIE_TRY_VOID(check_leaf_supports(*leaf, requirements));
    }
  } else {
    for (const LeafIndex index : new_leaves) {
      MAGPIE_TRY_VOID(check_leaf_supports(*applied.tree.leaf(index), requirements));
    }
  }

  Change& change = applied.change;
  change.committer = committer;
  change.before = members_of(epoch.tree);
  change.after = members_of(applied.tree);
  for (const LeafIndex index : applied.added) {
    change.added.push_back(member_at(applied.tree, index));
  }
  for (const LeafIndex index : applied.updated) {
    change.updated.push_back(member_at(applied.tree, index));
  }
  if (has_path && change.external) {
    change.added.push_back(member_at(applied.tree, committer));
    change.added_by.push_back(kNoLeaf);
  } else if (has_path) {
    change.updated.push_back(member_at(applied.tree, committer));
  }
  return {};
}

}  // namespace magpie::mls
