// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/group_commit.h"

#include "crypto/mls/group_send.h"
#include "crypto/mls/proposal_choice.h"
#include "crypto/mls/transcript.h"
#include "crypto/mls/welcome.h"

namespace magpie::mls {
namespace {

/// The private side of the commit in the making.
struct Draft {
  AppliedProposals applied;
  TreePrivate keys;
  Identity identity;
  std::optional<PathDraft> path;
};

Result<Draft> draft_commit(const GroupState& state, const CommitOptions& options,
                           const ProposalChoice& choice, const LifetimeRule& lifetime,
                           Random& random) {
  MAGPIE_TRY(AppliedProposals applied,
             apply_proposals(state.view(), choice.list, state.keys.own, lifetime));
  Draft draft{std::move(applied), state.keys.clone(),
              options.new_identity ? options.new_identity->clone() : state.identity.clone(),
              std::nullopt};
  RatchetTree& tree = draft.applied.tree;
  if (options.new_identity) {
    MAGPIE_TRY_VOID(state.policy->check_credential(draft.identity.identity,
                                                   draft.identity.signature_key.public_key()));
  }
  if (draft.applied.path_required || options.force_path || options.new_identity ||
      choice.covers_own_update) {
    const LeafNode& old = state.own_leaf();
    draft.path = draft_update_path(*state.suite, tree, draft.keys,
                                   {.group_id = state.context.group_id,
                                    .identity = draft.identity.identity,
                                    .capabilities = old.capabilities.encoded,
                                    .extensions = old.extensions,
                                    .key = draft.identity.signature_key},
                                   random);
  } else {
    tree.update_hash();
  }
  draft.keys.forget_blank(tree);
  MAGPIE_TRY_VOID(
      finish_change(state.view(), draft.applied, state.keys.own, draft.path.has_value()));
  MAGPIE_TRY_VOID(state.policy->check_change(draft.applied.change));
  return draft;
}

Result<Buffer> encode_commit(const GroupState& state, const ProposalChoice& choice,
                             const Draft& draft, Random& random) {
  Writer body;
  encode_proposals_or_refs(body, choice.encoded);
  body.presence(draft.path.has_value());
  if (draft.path) {
    const Buffer context = provisional_context(state, draft.applied.tree, draft.applied.extensions);
    MAGPIE_TRY(const Buffer path, encrypt_update_path(*state.suite, draft.applied.tree, *draft.path,
                                                      draft.applied.added, context, random));
    body.fixed(path);
  }
  return body.take();
}

/// The Welcome for everyone who is added (RFC 9420 §12.4.3.1).
Result<Buffer> make_welcome(const NextEpoch& next, const Draft& draft, Bytes confirmation_tag,
                            const CommitOptions& options, Random& random) {
  const GroupState& state = *next.state;
  const Suite& suite = *state.suite;
  std::vector<Extension> extensions = options.group_info_extensions;
  if (options.tree_in_welcome) extensions.push_back({kRatchetTree, state.tree->encode()});
  if (has_duplicate_types(extensions)) return fail(Errc::kUsage, "welcome: extension type twice");
  const Buffer info = encode_group_info(state.encoded_context, extensions, confirmation_tag,
                                        state.keys.own, state.identity.signature_key);
  const Buffer sealed_info = seal_group_info(suite, next.welcome_secret.expose(), info);

  Writer entries;
  for (std::size_t i = 0; i < draft.applied.added.size(); ++i) {
    const KeyPackage& key_package = *draft.applied.adds[i]->key_package;
    const Secret secrets = encode_group_secrets(
        next.joiner_secret,
        draft.path ? &draft.path->path_secret_for(draft.applied.added[i]) : nullptr,
        draft.applied.psks);
    MAGPIE_TRY(
        const crypto::HpkeCiphertext sealed,
        seal_group_secrets(suite, key_package.init_key, sealed_info, secrets.expose(), random));
    entries.vector(key_package_ref(suite.hash, key_package).bytes());
    encode_hpke_ciphertext(entries, sealed.enc, sealed.ciphertext);
  }
  Writer welcome;
  encode_message_head(welcome, MessageFormat::kWelcome);
  welcome.u16(suite.id).vector(entries.view()).vector(sealed_info);
  return welcome.take();
}

}  // namespace

Result<OwnCommit> commit_to_group(GroupState& state, const CommitOptions& options, Seconds now,
                                  Random& random) {
  MAGPIE_TRY_VOID(state.check_open());
  const Suite& suite = *state.suite;
  const LifetimeRule lifetime = LifetimeRule::sending(now, *state.policy);
  MAGPIE_TRY(const ProposalChoice choice, choose_proposals(state, options, lifetime, random));
  MAGPIE_TRY(Draft draft, draft_commit(state, options, choice, lifetime, random));

  OwnContent content;
  content.type = ContentType::kCommit;
  content.wire_format = options.wire_format;
  content.authenticated_data = options.authenticated_data;
  MAGPIE_TRY(content.body, encode_commit(state, choice, draft, random));
  content.sign(state);
  const crypto::Digest confirmed =
      confirmed_transcript_hash(suite.hash, state.interim_transcript_hash, content.wire_format,
                                content.framed(state), content.signature.bytes());
  MAGPIE_TRY(Secret psk_secret, state.combine_psks(draft.applied.psks));
  NextEpoch next = advance_epoch(
      state,
      {.tree = std::move(draft.applied.tree),
       .extensions = std::move(draft.applied.extensions),
       .keys = std::move(draft.keys),
       .identity = std::move(draft.identity),
       .confirmed_transcript_hash = to_buffer(confirmed.bytes()),
       .init_secret = state.secrets.init_secret.clone(),
       .commit_secret = draft.path ? draft.path->commit_secret.clone() : Secret(suite.hash_size()),
       .psk_secret = std::move(psk_secret)});
  content.confirmation_tag = confirmation_tag_of(*next.state);
  settle_epoch(*next.state, content.confirmation_tag.bytes());
  next.state->reinitialised = draft.applied.change.reinit;

  MAGPIE_TRY(ProtectedContent sealed, protect_content(state, content, options.padded_size, random));
  OwnCommit result;
  result.commit = std::move(sealed.message);
  if (!draft.applied.added.empty()) {
    MAGPIE_TRY(result.welcome,
               make_welcome(next, draft, content.confirmation_tag.bytes(), options, random));
    if (!options.tree_in_welcome) result.ratchet_tree = next.state->tree->encode();
  }
  result.next = std::move(next.state);
  if (sealed.key) state.messages.apply(*std::move(sealed.key));
  return result;
}

}  // namespace magpie::mls
