// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/message_protection.h"

#include <algorithm>

#include "crypto/base/check.h"
#include "crypto/mls/labels.h"

namespace magpie::mls {
namespace {

constexpr std::string_view kContentLabel = "FramedContentTBS";
constexpr std::size_t kSenderDataSize = 12;

/// FramedContentTBS (RFC 9420 §6.1): the context only for those who are, or become, members.
void encode_content_tbs(Writer& writer, WireFormat wire_format, const FramedContent& content,
                        Bytes group_context) {
  writer.u16(kVersion).u16(static_cast<std::uint16_t>(wire_format));
  content.encode(writer);
  if (content.sender.is_member() || content.sender.type == SenderType::kNewMemberCommit) {
    writer.fixed(group_context);
  }
}

std::size_t tbs_size_hint(const FramedContent& content, Bytes group_context) {
  return content.body.size() + content.authenticated_data.size() + content.group_id.size() +
         group_context.size() + 64;
}

/// SenderDataAAD (RFC 9420 §6.3.2), also the head of PrivateContentAAD.
void encode_aad_head(Writer& writer, const PrivateMessage& message) {
  writer.vector(message.group_id).u64(message.epoch.value());
  writer.u8(static_cast<std::uint8_t>(message.type));
}

/// PrivateContentAAD (RFC 9420 §6.3.1).
Buffer content_aad(const PrivateMessage& message) {
  Writer writer(message.group_id.size() + message.authenticated_data.size() + 24);
  encode_aad_head(writer, message);
  writer.vector(message.authenticated_data);
  return writer.take();
}

Secret guarded_nonce(const SecretTree::Key& key, const SenderData& sender_data) {
  Secret nonce = Secret::copy_of(key.nonce());
  for (std::size_t i = 0; i < sender_data.reuse_guard.size(); ++i) {
    nonce.fill()[i] ^= sender_data.reuse_guard[i];
  }
  return nonce;
}

std::size_t vector_size(std::size_t length) {
  return length + (length < 0x40 ? 1 : length < 0x4000 ? 2 : 4);
}

std::size_t bare_content_size(const AuthenticatedContent& content) {
  std::size_t size = content.content.body.size() + vector_size(content.auth.signature.size());
  if (content.content.type == ContentType::kCommit) {
    size += vector_size(content.auth.confirmation_tag.size());
  }
  return size;
}

/// Everything of the message before the ciphertext's own length header.
std::size_t head_size(const FramedContent& content) {
  constexpr std::size_t kMessageHead = 4;
  return kMessageHead + vector_size(content.group_id.size()) + 8 + 1 +
         vector_size(content.authenticated_data.size()) +
         vector_size(kSenderDataSize + crypto::kAeadTagSize);
}

/// The message with its parts in place: sender data still empty, content still clear.
Buffer lay_out(const AuthenticatedContent& content, std::size_t padding) {
  const FramedContent& framed = content.content;
  const std::size_t sealed = bare_content_size(content) + padding + crypto::kAeadTagSize;
  Writer writer(head_size(framed) + vector_size(sealed));
  encode_message_head(writer, MessageFormat::kPrivateMessage);
  writer.vector(framed.group_id).u64(framed.epoch.value());
  writer.u8(static_cast<std::uint8_t>(framed.type)).vector(framed.authenticated_data);
  writer.vector(std::array<std::uint8_t, kSenderDataSize + crypto::kAeadTagSize>{});
  writer.vector_length(sealed).fixed(framed.body);
  content.auth.encode(writer, framed.type);
  writer.zeros(padding + crypto::kAeadTagSize);
  return writer.take();
}

}  // namespace

crypto::Signature sign_content(const crypto::SignKeyPair& key, WireFormat wire_format,
                               const FramedContent& content, Bytes group_context) {
  Writer tbs(tbs_size_hint(content, group_context));
  encode_content_tbs(tbs, wire_format, content, group_context);
  return sign_with_label(key, kContentLabel, {tbs.view()});
}

Result<void> verify_content(Bytes signature_key, const AuthenticatedContent& content,
                            Bytes group_context) {
  Writer tbs(tbs_size_hint(content.content, group_context));
  encode_content_tbs(tbs, content.wire_format, content.content, group_context);
  return verify_with_label(signature_key, kContentLabel, {tbs.view()}, content.auth.signature);
}

crypto::Digest membership_tag(crypto::HashId hash, Bytes membership_key,
                              const AuthenticatedContent& content, Bytes group_context) {
  Writer tbm;
  encode_content_tbs(tbm, content.wire_format, content.content, group_context);
  content.auth.encode(tbm, content.content.type);
  return crypto::hmac_tag(hash, membership_key, {tbm.view()});
}

SenderDataKeys sender_data_keys(const Suite& suite, Bytes sender_data_secret, Bytes ciphertext) {
  const Bytes sample = ciphertext.first(std::min(suite.hash_size(), ciphertext.size()));
  return {expand_with_label(suite.hash, sender_data_secret, "key", sample, crypto::kAeadKeySize),
          expand_with_label(suite.hash, sender_data_secret, "nonce", sample,
                            crypto::aead_nonce_size(suite.aead))};
}

Result<SenderData> open_sender_data(const Suite& suite, Bytes sender_data_secret,
                                    const PrivateMessage& message) {
  const SenderDataKeys keys = sender_data_keys(suite, sender_data_secret, message.ciphertext);
  Writer aad;
  encode_aad_head(aad, message);
  MAGPIE_TRY(const Buffer plaintext,
             crypto::aead_open(suite.aead, keys.key.expose(), keys.nonce.expose(), aad.view(),
                               message.encrypted_sender_data));
  Reader reader(plaintext);
  SenderData sender_data;
  MAGPIE_TRY(const std::uint32_t leaf, reader.u32());
  MAGPIE_TRY(const std::uint32_t generation, reader.u32());
  MAGPIE_TRY(const Bytes guard, reader.fixed(sender_data.reuse_guard.size()));
  MAGPIE_TRY_VOID(reader.finish());
  sender_data.leaf = LeafIndex(leaf);
  sender_data.generation = Generation(generation);
  std::ranges::copy(guard, sender_data.reuse_guard.begin());
  return sender_data;
}

Result<Secret> open_private_content(const Suite& suite, const PrivateMessage& message,
                                    const SecretTree::Key& key, const SenderData& sender_data) {
  if (message.ciphertext.size() < crypto::kAeadTagSize) {
    return fail(Errc::kDecryptFailed, "private message: no tag");
  }
  Secret plaintext(message.ciphertext.size() - crypto::kAeadTagSize);
  const Secret nonce = guarded_nonce(key, sender_data);
  MAGPIE_TRY_VOID(crypto::aead_open_into(suite.aead, key.key(), nonce.expose(),
                                         content_aad(message), message.ciphertext,
                                         plaintext.fill()));
  return plaintext;
}

Result<ParsedContent> parse_private_content(const PrivateMessage& message, Bytes plaintext,
                                            LeafIndex sender) {
  Reader reader(plaintext);
  ParsedContent parsed;
  AuthenticatedContent& authenticated = parsed.authenticated;
  MAGPIE_TRY(parsed.value, decode_content_value(reader, message.type));
  authenticated.wire_format = WireFormat::kPrivate;
  authenticated.content = {message.group_id,       message.epoch,
                           Sender::member(sender), message.authenticated_data,
                           message.type,           reader.since(Reader(plaintext))};
  MAGPIE_TRY(authenticated.auth, ContentAuth::decode(reader, message.type));
  if (std::ranges::any_of(reader.rest(), [](std::uint8_t octet) { return octet != 0; })) {
    return fail(Errc::kMalformed, "private message: padding");
  }
  return parsed;
}

Result<std::size_t> padding_for(const AuthenticatedContent& content,
                                const PaddedSize& padded_size) {
  if (!padded_size) return 0;
  const std::size_t head = head_size(content.content);
  const std::size_t bare = bare_content_size(content) + crypto::kAeadTagSize;
  const std::size_t target = padded_size(head + vector_size(bare));
  // The length header grows with what it counts, so a few sizes cannot be met.
  for (const std::size_t header : {1U, 2U, 4U}) {
    if (target < head + header + bare) break;
    const std::size_t padding = target - head - header - bare;
    if (head + vector_size(bare + padding) == target) return padding;
  }
  return fail(Errc::kBadLength, "private message: padded size");
}

Buffer seal_private_message(const Suite& suite, const AuthenticatedContent& content,
                            Bytes sender_data_secret, const SecretTree::Key& key,
                            const SenderData& sender_data, std::size_t padding) {
  const FramedContent& framed = content.content;
  MAGPIE_CHECK(framed.sender.is_member());
  const PrivateMessage head{framed.group_id,           framed.epoch, framed.type,
                            framed.authenticated_data, {},           {}};
  Buffer message = lay_out(content, padding);
  const std::size_t sealed = bare_content_size(content) + padding + crypto::kAeadTagSize;
  const MutableBytes ciphertext = MutableBytes(message).last(sealed);
  const Secret nonce = guarded_nonce(key, sender_data);
  crypto::aead_seal_into(suite.aead, key.key(), nonce.expose(), content_aad(head),
                         ciphertext.first(sealed - crypto::kAeadTagSize), ciphertext);

  Writer clear(kSenderDataSize);
  clear.u32(sender_data.leaf.value()).u32(sender_data.generation.value());
  clear.fixed(sender_data.reuse_guard);
  Writer aad;
  encode_aad_head(aad, head);
  const SenderDataKeys keys = sender_data_keys(suite, sender_data_secret, ciphertext);
  constexpr std::size_t kSize = kSenderDataSize + crypto::kAeadTagSize;
  crypto::aead_seal_into(suite.aead, keys.key.expose(), keys.nonce.expose(), aad.view(),
                         clear.view(),
                         MutableBytes(message).subspan(head_size(framed) - kSize, kSize));
  return message;
}

}  // namespace magpie::mls
