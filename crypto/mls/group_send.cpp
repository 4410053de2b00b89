// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/group_send.h"

#include <algorithm>

#include "crypto/mls/labels.h"

namespace magpie::mls {
namespace {

ProposalRef proposal_ref(const GroupState& state, const AuthenticatedContent& content) {
  Writer writer;
  content.encode(writer);
  return to_buffer(ref_hash(state.suite->hash, kProposalRefLabel, {writer.view()}).bytes());
}

/// Whether a pending proposal takes this member out, so that its client may come back.
bool removal_is_pending(const GroupState& state, LeafIndex index) {
  return std::ranges::any_of(state.proposals, [&](const CachedProposalPtr& cached) {
    const auto* remove = std::get_if<Remove>(&cached->proposal);
    return remove != nullptr && remove->removed == index;
  });
}

Result<void> check_not_a_member(const GroupState& state, const LeafNode& leaf) {
  for (std::uint32_t i = 0; i < state.tree->leaf_count(); ++i) {
    const LeafNode* member = state.tree->leaf(LeafIndex(i));
    if (member != nullptr && equal(member->signature_key, leaf.signature_key) &&
        !removal_is_pending(state, LeafIndex(i))) {
      return fail(Errc::kInvalidProposal, "add: a member already (§12.2)");
    }
  }
  return {};
}

}  // namespace

FramedContent OwnContent::framed(const GroupState& state) const {
  return {state.context.group_id,
          state.context.epoch,
          Sender::member(state.keys.own),
          authenticated_data,
          type,
          body};
}

AuthenticatedContent OwnContent::authenticated(const GroupState& state) const {
  return {wire_format, framed(state), {signature.bytes(), confirmation_tag.bytes()}};
}

void OwnContent::sign(const GroupState& state) {
  signature =
      sign_content(state.identity.signature_key, wire_format, framed(state), state.encoded_context);
}

Result<ProtectedContent> protect_content(const GroupState& state, const OwnContent& content,
                                         const PaddedSize& padded_size, Random& random) {
  const AuthenticatedContent authenticated = content.authenticated(state);
  if (content.wire_format == WireFormat::kPublic) {
    const crypto::Digest tag =
        membership_tag(state.suite->hash, state.secrets.membership_key.expose(), authenticated,
                       state.encoded_context);
    return ProtectedContent{encode_public_message(authenticated, tag.bytes()), std::nullopt};
  }
  MAGPIE_TRY(const std::size_t padding, padding_for(authenticated, padded_size));
  const RatchetType type = content.type == ContentType::kApplication ? RatchetType::kApplication
                                                                     : RatchetType::kHandshake;
  MAGPIE_TRY(SecretTree::Key key, state.messages.next(state.keys.own, type));
  SenderData sender_data{state.keys.own, key.generation, {}};
  random.fill(sender_data.reuse_guard);
  Buffer message =
      seal_private_message(*state.suite, authenticated, state.secrets.sender_data_secret.expose(),
                           key, sender_data, padding);
  return ProtectedContent{std::move(message), std::move(key)};
}

Result<Buffer> protect_application(GroupState& state, Bytes plaintext, Bytes authenticated_data,
                                   const PaddedSize& padded_size, Random& random) {
  MAGPIE_TRY_VOID(state.check_open());
  if (plaintext.size() >= (1U << 29)) return fail(Errc::kTooLarge, "protect: plaintext");
  Writer body(plaintext.size() + 4);
  body.vector(plaintext);
  OwnContent content;
  content.body = body.take();
  content.authenticated_data = to_buffer(authenticated_data);
  content.sign(state);
  auto sealed = protect_content(state, content, padded_size, random);
  wipe(content.body);
  if (!sealed) return tl::unexpected<Error>(sealed.error());
  state.messages.apply(*std::move(sealed->key));
  return std::move(sealed->message);
}

Result<Buffer> send_proposal(GroupState& state, Proposal proposal, WireFormat format,
                             Secret leaf_key, Random& random) {
  if (state.proposals.size() >= GroupState::kProposalsMax) {
    return fail(Errc::kTooLarge, "propose: too many proposals");
  }
  Writer body;
  encode_proposal(body, proposal);
  OwnContent content;
  content.body = body.take();
  content.type = ContentType::kProposal;
  content.wire_format = format;
  content.sign(state);
  MAGPIE_TRY(ProtectedContent sealed, protect_content(state, content, nullptr, random));
  ProposalRef ref = proposal_ref(state, content.authenticated(state));
  if (!leaf_key.empty()) state.own_updates.push_back({ref, std::move(leaf_key)});
  state.proposals.push_back(std::make_shared<const CachedProposal>(
      CachedProposal{std::move(ref), std::move(proposal), Sender::member(state.keys.own)}));
  if (sealed.key) state.messages.apply(*std::move(sealed.key));
  return std::move(sealed.message);
}

Result<Buffer> propose_add(GroupState& state, Bytes key_package, WireFormat format, Seconds now,
                           Random& random) {
  MAGPIE_TRY_VOID(state.check_open());
  MAGPIE_TRY(KeyPackagePtr decoded, KeyPackage::decode_message(key_package));
  const LeafNode& leaf = *decoded->leaf_node;
  MAGPIE_TRY_VOID(check_key_package(*state.suite, *decoded,
                                    LifetimeRule::sending(now, *state.policy), *state.policy));
  MAGPIE_TRY(const Requirements requirements,
             Requirements::of(*state.suite, state.context.extensions));
  MAGPIE_TRY_VOID(check_leaf_supports(leaf, requirements));
  MAGPIE_TRY_VOID(check_not_a_member(state, leaf));
  return send_proposal(state, Add{std::move(decoded)}, format, {}, random);
}

Result<Buffer> propose_remove(GroupState& state, LeafIndex index, WireFormat format,
                              Random& random) {
  MAGPIE_TRY_VOID(state.check_open());
  MAGPIE_TRY_VOID(check_proposal(state.view(), Remove{index}, state.keys.own, {}));
  return send_proposal(state, Remove{index}, format, {}, random);
}

Result<Buffer> propose_update(GroupState& state, WireFormat format, Random& random) {
  MAGPIE_TRY_VOID(state.check_open());
  const LeafNode& old = state.own_leaf();
  crypto::Kem::KeyPair pair = generate_key_pair(*state.suite, random);
  LeafNodePtr leaf =
      make_leaf_node({.encryption_key = pair.public_key,
                      .identity = state.identity.identity,
                      .capabilities = old.capabilities.encoded,
                      .source = LeafNodeSource::kUpdate,
                      .lifetime = {},
                      .parent_hash = {},
                      .extensions = &old.extensions},
                     state.identity.signature_key, {state.context.group_id, state.keys.own});
  return send_proposal(state, Update{std::move(leaf)}, format, std::move(pair.private_key), random);
}

Result<Proposal> make_psk_proposal(const GroupState& state, Bytes psk_id, Random& random) {
  PreSharedKeyId id{PreSharedKeyId::External{to_buffer(psk_id)}, Buffer(state.suite->hash_size())};
  MAGPIE_TRY_VOID(state.find_psk(id));
  random.fill(id.nonce);
  return PreSharedKey{std::move(id)};
}

Result<Buffer> propose_psk(GroupState& state, Bytes psk_id, WireFormat format, Random& random) {
  MAGPIE_TRY_VOID(state.check_open());
  MAGPIE_TRY(Proposal proposal, make_psk_proposal(state, psk_id, random));
  return send_proposal(state, std::move(proposal), format, {}, random);
}

Result<Buffer> propose_extensions(GroupState& state, const std::vector<Extension>& extensions,
                                  WireFormat format, Random& random) {
  MAGPIE_TRY_VOID(state.check_open());
  if (has_duplicate_types(extensions)) {
    return fail(Errc::kInvalidProposal, "extensions: type twice (§13.4)");
  }
  MAGPIE_TRY(const Requirements requirements, Requirements::of(*state.suite, extensions));
  for (std::uint32_t i = 0; i < state.tree->leaf_count(); ++i) {
    const LeafNode* leaf = state.tree->leaf(LeafIndex(i));
    if (leaf != nullptr) MAGPIE_TRY_VOID(check_leaf_supports(*leaf, requirements));
  }
  return send_proposal(state, GroupContextExtensions{extensions}, format, {}, random);
}

}  // namespace magpie::mls
