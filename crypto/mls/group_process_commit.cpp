// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "crypto/mls/group_receive.h"
#include "crypto/mls/transcript.h"

namespace magpie::mls {
namespace {

constexpr std::string_view kExternalInitLabel = "MLS 1.0 external init secret";

/// The proposals that a commit covers, those by reference from the cache (RFC 9420 §12.4).
Result<std::vector<ListedProposal>> resolve(const GroupState& state, const Commit& commit,
                                            LeafIndex committer) {
  std::vector<ListedProposal> list;
  for (const ProposalOrRef& item : commit.proposals) {
    if (const auto* proposal = std::get_if<Proposal>(&item)) {
      list.push_back({proposal, committer, false});
      continue;
    }
    const auto& ref = std::get<ProposalRef>(item);
    const auto found = std::ranges::find_if(
        state.proposals, [&](const CachedProposalPtr& cached) { return cached->ref == ref; });
    if (found == state.proposals.end()) {
      return fail(Errc::kUnknownProposal, "commit: proposal not received (§12.4)");
    }
    list.push_back({&(*found)->proposal, (*found)->sender.leaf(), true});
  }
  return list;
}

/// The leaf that a path replaces: the committer's own, or where a joiner from outside takes the
/// place of an old self, that one's (RFC 9420 §12.2).
const LeafNode* replaced_leaf(const GroupState& state, const AppliedProposals& applied,
                              LeafIndex committer) {
  if (committer != kNoLeaf) return state.tree->leaf(committer);
  return applied.change.removed.empty() ? nullptr
                                        : state.tree->leaf(applied.change.removed[0].index);
}

/// Validates a path and merges it (RFC 9420 §12.4.2); gives the committer's leaf.
Result<LeafIndex> merge_path(const GroupState& state, AppliedProposals& applied,
                             const UpdatePath& path, LeafIndex committer) {
  const bool external = committer == kNoLeaf;
  const LeafIndex sender = external ? applied.tree.next_free_leaf() : committer;
  MAGPIE_TRY_VOID(check_replacing_leaf(
      *state.suite, *path.leaf_node, replaced_leaf(state, applied, committer),
      LeafNodeSource::kCommit, {state.context.group_id, sender}, *state.policy));
  MAGPIE_TRY_VOID(check_path_keys(*state.suite, path, applied.tree));
  if (external) applied.tree.add_leaf(path.leaf_node);
  MAGPIE_TRY_VOID(merge_update_path(applied.tree, sender, path, applied.added));
  return sender;
}

/// The init secret that an external commit brings (RFC 9420 §8.3), else the epoch's.
Result<Secret> init_secret_for(const GroupState& state, const AppliedProposals& applied) {
  if (applied.external_init == nullptr) return state.secrets.init_secret.clone();
  const crypto::Kem::KeyPair external =
      state.suite->hpke.kem->derive_key_pair(state.secrets.external_secret.expose());
  return crypto::hpke_receive_export(state.suite->hpke, external.private_key.expose(),
                                     external.public_key, applied.external_init->kem_output, {},
                                     as_bytes(kExternalInitLabel), state.suite->hash_size());
}

/// The member's keys, with that of an own update where the commit covers one.
TreePrivate keys_after_updates(const GroupState& state, const Commit& commit) {
  TreePrivate keys = state.keys.clone();
  for (const OwnUpdate& update : state.own_updates) {
    const bool covered = std::ranges::any_of(commit.proposals, [&](const ProposalOrRef& item) {
      const auto* ref = std::get_if<ProposalRef>(&item);
      return ref != nullptr && *ref == update.ref;
    });
    if (covered) keys.leaf_key = update.leaf_key.clone();
  }
  return keys;
}

bool removes(const Change& change, LeafIndex leaf) {
  return std::ranges::any_of(change.removed,
                             [&](const Member& member) { return member.index == leaf; });
}

/// The secret part (RFC 9420 §12.4.2): path secrets, key schedule, confirmation tag. Takes the
/// tree and the extensions out of `applied`.
Result<std::unique_ptr<GroupState>> follow(const GroupState& state, const ParsedContent& parsed,
                                           AppliedProposals& applied, LeafIndex sender) {
  const Suite& suite = *state.suite;
  const auto& commit = std::get<Commit>(parsed.value);
  TreePrivate keys = keys_after_updates(state, commit);
  keys.forget_blank(applied.tree);
  Secret commit_secret(suite.hash_size());
  if (commit.path) {
    const Buffer context = provisional_context(state, applied.tree, applied.extensions);
    MAGPIE_TRY(commit_secret, open_update_path(suite, applied.tree, sender, *commit.path,
                                               applied.added, context, keys));
  }
  MAGPIE_TRY(Secret psk_secret, state.combine_psks(applied.psks));
  MAGPIE_TRY(Secret init_secret, init_secret_for(state, applied));
  const AuthenticatedContent& authenticated = parsed.authenticated;
  const crypto::Digest confirmed = confirmed_transcript_hash(
      suite.hash, state.interim_transcript_hash, authenticated.wire_format, authenticated.content,
      authenticated.auth.signature);
  NextEpoch next = advance_epoch(state, {.tree = std::move(applied.tree),
                                         .extensions = std::move(applied.extensions),
                                         .keys = std::move(keys),
                                         .identity = state.identity.clone(),
                                         .confirmed_transcript_hash = to_buffer(confirmed.bytes()),
                                         .init_secret = std::move(init_secret),
                                         .commit_secret = std::move(commit_secret),
                                         .psk_secret = std::move(psk_secret)});
  const crypto::Digest tag = confirmation_tag_of(*next.state);
  if (!equal_secret(tag.bytes(), authenticated.auth.confirmation_tag)) {
    return fail(Errc::kBadMac, "commit: confirmation tag (§12.4.2)");
  }
  settle_epoch(*next.state, tag.bytes());
  next.state->reinitialised = applied.change.reinit;
  return std::move(next.state);
}

}  // namespace

Result<ReceivedCommit> process_commit(const GroupState& state, const ParsedContent& parsed,
                                      Seconds now) {
  const auto& commit = std::get<Commit>(parsed.value);
  const LeafIndex committer = parsed.authenticated.content.sender.leaf();
  MAGPIE_TRY(const std::vector<ListedProposal> list, resolve(state, commit, committer));
  MAGPIE_TRY(
      AppliedProposals applied,
      apply_proposals(state.view(), list, committer, LifetimeRule::receiving(now, *state.policy)));
  if (applied.path_required && !commit.path) {
    return fail(Errc::kInvalidCommit, "commit: no path (§12.4)");
  }
  LeafIndex sender = committer;
  if (commit.path) {
    MAGPIE_TRY(sender, merge_path(state, applied, *commit.path, committer));
  } else {
    applied.tree.update_hash();
  }
  MAGPIE_TRY_VOID(finish_change(state.view(), applied, sender, commit.path.has_value()));
  MAGPIE_TRY_VOID(state.policy->check_change(applied.change));

  ReceivedCommit result;
  result.sender = sender;
  result.active = !removes(applied.change, state.keys.own);
  if (result.active) {
    MAGPIE_TRY(result.next, follow(state, parsed, applied, sender));
  }
  result.change = std::move(applied.change);
  return result;
}

}  // namespace magpie::mls
