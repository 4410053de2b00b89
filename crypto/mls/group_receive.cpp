// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/group_receive.h"

#include <algorithm>

#include "crypto/mls/external_sender.h"
#include "crypto/mls/labels.h"

namespace magpie::mls {
namespace {

Result<void> check_addressed(const GroupState& state, Bytes group_id, Epoch epoch) {
  if (!equal(group_id, state.context.group_id)) {
    return fail(Errc::kWrongGroup, "message: group id");
  }
  if (epoch != state.context.epoch) return fail(Errc::kWrongEpoch, "message: epoch");
  return {};
}

/// The signature key of a member, or of an external sender, by the rules of RFC 9420 §6.1.
Result<Buffer> sender_key(const GroupState& state, const ParsedContent& parsed) {
  const Sender& sender = parsed.authenticated.content.sender;
  if (sender.is_member()) {
    const LeafNode* leaf = state.tree->leaf(sender.leaf());
    if (leaf == nullptr) return fail(Errc::kUnknownSender, "message: no such member (§6.3.2)");
    return to_buffer(leaf->signature_key);
  }
  if (!state.policy->allow_external()) {
    return fail(Errc::kUnknownSender, "message: sender is no member");
  }
  const auto* proposal = std::get_if<Proposal>(&parsed.value);
  switch (sender.type) {
    case SenderType::kExternal: {
      const Extension* extension = find_extension(state.context.extensions, kExternalSenders);
      if (extension == nullptr) return fail(Errc::kUnknownSender, "message: no external senders");
      MAGPIE_TRY(const auto senders, decode_external_senders(extension->data));
      if (sender.index >= senders.size()) {
        return fail(Errc::kUnknownSender, "message: no such external sender");
      }
      if (proposal == nullptr || !allowed_from_external(type_of(*proposal))) {
        return fail(Errc::kMalformed, "message: not from an external sender (§12.1.8)");
      }
      return to_buffer(senders[sender.index].signature_key);
    }
    case SenderType::kNewMemberProposal: {
      const auto* add = proposal != nullptr ? std::get_if<Add>(proposal) : nullptr;
      if (add == nullptr) return fail(Errc::kMalformed, "message: not from a new member (§6.1)");
      return to_buffer(add->key_package->leaf_node->signature_key);
    }
    default: {
      const auto* commit = std::get_if<Commit>(&parsed.value);
      if (commit == nullptr || !commit->path) {
        return fail(Errc::kMalformed, "message: not from a new member (§6.1)");
      }
      return to_buffer(commit->path->leaf_node->signature_key);
    }
  }
}

/// Keeps a verified proposal for a commit to name. A repetition is refused: it says nothing new.
Result<Received> receive_proposal(GroupState& state, const ParsedContent& parsed, Seconds now) {
  const auto& proposal = std::get<Proposal>(parsed.value);
  const Sender& sender = parsed.authenticated.content.sender;
  MAGPIE_TRY_VOID(check_proposal(state.view(), proposal, sender.leaf(),
                                 LifetimeRule::receiving(now, *state.policy)));
  Writer encoded;
  parsed.authenticated.encode(encoded);
  if (encoded.size() > GroupState::kProposalSizeMax) {
    return fail(Errc::kTooLarge, "proposal: size");
  }
  ProposalRef ref =
      to_buffer(ref_hash(state.suite->hash, kProposalRefLabel, {encoded.view()}).bytes());
  const bool repeated = std::ranges::any_of(
      state.proposals, [&](const CachedProposalPtr& cached) { return cached->ref == ref; });
  if (repeated) return fail(Errc::kKeyUsed, "proposal: repeated");
  if (state.proposals.size() >= GroupState::kProposalsMax) {
    return fail(Errc::kTooLarge, "proposal: too many in this epoch");
  }
  state.proposals.push_back(
      std::make_shared<const CachedProposal>(CachedProposal{std::move(ref), proposal, sender}));
  return ProposalReceived{sender.leaf()};
}

Result<Received> receive_handshake(GroupState& state, const ParsedContent& parsed, Seconds now) {
  if (std::holds_alternative<Proposal>(parsed.value)) return receive_proposal(state, parsed, now);
  MAGPIE_TRY(ReceivedCommit commit, process_commit(state, parsed, now));
  return commit;
}

Result<Received> receive_public(GroupState& state, Reader& reader, Seconds now) {
  MAGPIE_TRY(const PublicMessage message, PublicMessage::decode(reader));
  MAGPIE_TRY_VOID(reader.finish());
  const AuthenticatedContent& authenticated = message.parsed.authenticated;
  const FramedContent& content = authenticated.content;
  MAGPIE_TRY_VOID(check_addressed(state, content.group_id, content.epoch));
  if (content.type == ContentType::kApplication) {
    return fail(Errc::kWrongFormat, "message: application data in the clear (§6)");
  }
  if (content.sender.is_member()) {
    if (content.sender.leaf() == state.keys.own) return fail(Errc::kOwnMessage, "message: own");
    const crypto::Digest tag =
        membership_tag(state.suite->hash, state.secrets.membership_key.expose(), authenticated,
                       state.encoded_context);
    if (!equal_secret(tag.bytes(), message.membership_tag)) {
      return fail(Errc::kBadMac, "message: membership tag (§6.2)");
    }
  }
  MAGPIE_TRY(const Buffer key, sender_key(state, message.parsed));
  MAGPIE_TRY_VOID(verify_content(key, authenticated, state.encoded_context));
  return receive_handshake(state, message.parsed, now);
}

Result<Received> receive_private(GroupState& state, Reader& reader, Seconds now) {
  MAGPIE_TRY(const PrivateMessage message, PrivateMessage::decode(reader));
  MAGPIE_TRY_VOID(reader.finish());
  MAGPIE_TRY_VOID(check_addressed(state, message.group_id, message.epoch));
  MAGPIE_TRY(const SenderData sender_data,
             open_sender_data(*state.suite, state.secrets.sender_data_secret.expose(), message));
  const LeafNode* leaf = state.tree->leaf(sender_data.leaf);
  if (leaf == nullptr) return fail(Errc::kUnknownSender, "message: no such member (§6.3.2)");
  if (sender_data.leaf == state.keys.own) return fail(Errc::kOwnMessage, "message: own");
  const RatchetType type = message.type == ContentType::kApplication ? RatchetType::kApplication
                                                                     : RatchetType::kHandshake;
  MAGPIE_TRY(SecretTree::Key key,
             state.messages.find(sender_data.leaf, type, sender_data.generation));
  MAGPIE_TRY(const Secret plaintext, open_private_content(*state.suite, message, key, sender_data));
  MAGPIE_TRY(const ParsedContent parsed,
             parse_private_content(message, plaintext.expose(), sender_data.leaf));
  MAGPIE_TRY_VOID(verify_content(leaf->signature_key, parsed.authenticated, state.encoded_context));

  if (const auto* data = std::get_if<Bytes>(&parsed.value)) {
    state.messages.apply(std::move(key));
    return ApplicationMessage{sender_data.leaf, Secret::copy_of(*data),
                              to_buffer(message.authenticated_data)};
  }
  MAGPIE_TRY(Received received, receive_handshake(state, parsed, now));
  state.messages.apply(std::move(key));
  return received;
}

}  // namespace

Result<Received> receive_message(GroupState& state, Bytes message, Seconds now) {
  Reader reader(message);
  MAGPIE_TRY(const MessageFormat format, decode_message_head(reader));
  if (format != MessageFormat::kPublicMessage && format != MessageFormat::kPrivateMessage) {
    return fail(Errc::kWrongFormat, "message: not of a group");
  }
  MAGPIE_TRY_VOID(state.check_open());
  return format == MessageFormat::kPublicMessage ? receive_public(state, reader, now)
                                                 : receive_private(state, reader, now);
}

}  // namespace magpie::mls
