// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/group_state.h"

#include <algorithm>

#include "crypto/mls/transcript.h"

namespace magpie::mls {
namespace {

GroupContext next_context(const GroupState& state, const RatchetTree& tree,
                          std::vector<Extension> extensions, Bytes confirmed_transcript_hash) {
  return {.cipher_suite = state.context.cipher_suite,
          .group_id = state.context.group_id,
          .epoch = Epoch(state.context.epoch.value() + 1),
          .tree_hash = to_buffer(tree.hash().bytes()),
          .confirmed_transcript_hash = to_buffer(confirmed_transcript_hash),
          .extensions = std::move(extensions)};
}

std::vector<PastEpoch> clone_past(const std::vector<PastEpoch>& past) {
  std::vector<PastEpoch> copy;
  copy.reserve(past.size());
  for (const PastEpoch& p : past) copy.push_back({p.epoch, p.resumption_psk.clone()});
  return copy;
}

std::map<Buffer, Secret> clone_psks(const std::map<Buffer, Secret>& psks) {
  std::map<Buffer, Secret> copy;
  for (const auto& [id, secret] : psks) copy.emplace(id, secret.clone());
  return copy;
}

}  // namespace

std::unique_ptr<GroupState> GroupState::clone() const {
  std::vector<OwnUpdate> updates;
  for (const OwnUpdate& update : own_updates) {
    updates.push_back({update.ref, update.leaf_key.clone()});
  }
  return std::make_unique<GroupState>(GroupState{.suite = suite,
                                                 .policy = policy,
                                                 .context = context,
                                                 .encoded_context = encoded_context,
                                                 .tree = tree,
                                                 .keys = keys.clone(),
                                                 .identity = identity.clone(),
                                                 .secrets = secrets.clone(),
                                                 .messages = messages.clone(),
                                                 .interim_transcript_hash = interim_transcript_hash,
                                                 .proposals = proposals,
                                                 .own_updates = std::move(updates),
                                                 .psks = clone_psks(psks),
                                                 .past_epochs = clone_past(past_epochs),
                                                 .reinitialised = reinitialised});
}

Result<void> GroupState::check_open() const {
  if (reinitialised) return fail(Errc::kUsage, "group: reinitialised (§12.4.2)");
  return {};
}

Result<Bytes> GroupState::find_psk(const PreSharedKeyId& id) const {
  if (const auto* external = std::get_if<PreSharedKeyId::External>(&id.kind)) {
    const auto found = psks.find(external->psk_id);
    if (found != psks.end()) return found->second.expose();
  } else if (const auto& resumption = std::get<PreSharedKeyId::Resumption>(id.kind);
             resumption.group_id == context.group_id) {
    if (resumption.epoch == context.epoch) return secrets.resumption_psk.expose();
    const auto found = std::ranges::find(past_epochs, resumption.epoch, &PastEpoch::epoch);
    if (found != past_epochs.end()) return found->resumption_psk.expose();
  }
  return fail(Errc::kUnknownPsk, "psk: not held (§12.4.2)");
}

Result<Secret> GroupState::combine_psks(const std::vector<PreSharedKeyId>& ids) const {
  std::vector<PskInput> inputs;
  for (const PreSharedKeyId& id : ids) {
    MAGPIE_TRY(const Bytes secret, find_psk(id));
    inputs.push_back({&id, secret});
  }
  if (inputs.size() > 0xffff) return fail(Errc::kTooLarge, "psk: too many");
  return psk_secret(suite->hash, inputs);
}

std::unique_ptr<GroupState> start_epoch(EpochStart start, Buffer encoded_context,
                                        Bytes epoch_secret) {
  const Suite& suite = *start.suite;
  EpochSecrets secrets = derive_epoch_secrets(suite.hash, epoch_secret);
  SecretTree messages(suite.hash, crypto::kAeadKeySize, crypto::aead_nonce_size(suite.aead),
                      start.tree->leaf_count(), std::move(secrets.encryption_secret));
  return std::make_unique<GroupState>(GroupState{.suite = start.suite,
                                                 .policy = std::move(start.policy),
                                                 .context = std::move(start.context),
                                                 .encoded_context = std::move(encoded_context),
                                                 .tree = std::move(start.tree),
                                                 .keys = std::move(start.keys),
                                                 .identity = std::move(start.identity),
                                                 .secrets = std::move(secrets),
                                                 .messages = std::move(messages)});
}

crypto::Digest confirmation_tag_of(const GroupState& state) {
  return confirmation_tag(state.suite->hash, state.secrets.confirmation_key.expose(),
                          state.context.confirmed_transcript_hash);
}

void settle_epoch(GroupState& state, Bytes confirmation_tag) {
  const crypto::Digest interim = interim_transcript_hash(
      state.suite->hash, state.context.confirmed_transcript_hash, confirmation_tag);
  state.interim_transcript_hash = to_buffer(interim.bytes());
}

NextEpoch advance_epoch(const GroupState& state, EpochChange change) {
  const crypto::HashId hash = state.suite->hash;
  GroupContext context = next_context(state, change.tree, std::move(change.extensions),
                                      change.confirmed_transcript_hash);
  Buffer encoded = context.encode();
  NextEpoch next;
  next.joiner_secret = derive_joiner_secret(hash, change.init_secret.expose(),
                                            change.commit_secret.expose(), encoded);
  const Secret member_secret =
      derive_member_secret(hash, next.joiner_secret.expose(), change.psk_secret.expose());
  next.welcome_secret = derive_welcome_secret(hash, member_secret.expose());
  const Secret epoch_secret = derive_epoch_secret(hash, member_secret.expose(), encoded);
  next.state = start_epoch({.suite = state.suite,
                            .policy = state.policy,
                            .context = std::move(context),
                            .tree = RatchetTree::finished(std::move(change.tree)),
                            .keys = std::move(change.keys),
                            .identity = std::move(change.identity)},
                           std::move(encoded), epoch_secret.expose());
  next.state->psks = clone_psks(state.psks);
  next.state->past_epochs = clone_past(state.past_epochs);
  next.state->past_epochs.push_back({state.context.epoch, state.secrets.resumption_psk.clone()});
  if (next.state->past_epochs.size() > GroupState::kPastEpochsMax) {
    next.state->past_epochs.erase(next.state->past_epochs.begin());
  }
  return next;
}

Buffer provisional_context(const GroupState& state, const RatchetTree& tree,
                           const std::vector<Extension>& extensions) {
  return next_context(state, tree, extensions, state.context.confirmed_transcript_hash).encode();
}

}  // namespace magpie::mls
