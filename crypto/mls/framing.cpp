// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/framing.h"

namespace magpie::mls {
namespace {

void encode_sender(Writer& writer, const Sender& sender) {
  writer.u8(static_cast<std::uint8_t>(sender.type));
  if (sender.type == SenderType::kMember || sender.type == SenderType::kExternal) {
    writer.u32(sender.index);
  }
}

Result<Sender> decode_sender(Reader& reader) {
  MAGPIE_TRY(const std::uint8_t type, reader.u8());
  if (type < 1 || type > 4) return fail(Errc::kMalformed, "framing: sender type");
  Sender sender{SenderType(type), 0};
  if (sender.type == SenderType::kMember || sender.type == SenderType::kExternal) {
    MAGPIE_TRY(sender.index, reader.u32());
  }
  return sender;
}

/// FramedContent; the body is parsed, since only so its end is found.
Result<ParsedContent> decode_framed_content(Reader& reader) {
  ParsedContent parsed;
  FramedContent& content = parsed.authenticated.content;
  MAGPIE_TRY(content.group_id, reader.vector());
  MAGPIE_TRY(const std::uint64_t epoch, reader.u64());
  content.epoch = Epoch(epoch);
  MAGPIE_TRY(content.sender, decode_sender(reader));
  MAGPIE_TRY(content.authenticated_data, reader.vector());
  MAGPIE_TRY(content.type, decode_content_type(reader));
  const Reader body = reader;
  MAGPIE_TRY(parsed.value, decode_content_value(reader, content.type));
  content.body = reader.since(body);
  return parsed;
}

}  // namespace

void encode_message_head(Writer& writer, MessageFormat format) {
  writer.u16(kVersion).u16(static_cast<std::uint16_t>(format));
}

Result<MessageFormat> decode_message_head(Reader& reader) {
  MAGPIE_TRY(const std::uint16_t version, reader.u16());
  if (version != kVersion) return fail(Errc::kUnsupported, "message: version");
  MAGPIE_TRY(const std::uint16_t format, reader.u16());
  if (format < 1 || format > 5) return fail(Errc::kUnsupported, "message: wire format");
  return MessageFormat(format);
}

Result<void> expect_message(Reader& reader, MessageFormat format) {
  MAGPIE_TRY(const MessageFormat found, decode_message_head(reader));
  if (found != format) return fail(Errc::kWrongFormat, "message: another wire format");
  return {};
}

Result<ContentType> decode_content_type(Reader& reader) {
  MAGPIE_TRY(const std::uint8_t type, reader.u8());
  if (type < 1 || type > 3) return fail(Errc::kMalformed, "framing: content type");
  return ContentType(type);
}

void FramedContent::encode(Writer& writer) const {
  writer.vector(group_id).u64(epoch.value());
  encode_sender(writer, sender);
  writer.vector(authenticated_data).u8(static_cast<std::uint8_t>(type)).fixed(body);
}

void ContentAuth::encode(Writer& writer, ContentType type) const {
  writer.vector(signature);
  if (type == ContentType::kCommit) writer.vector(confirmation_tag);
}

Result<ContentAuth> ContentAuth::decode(Reader& reader, ContentType type) {
  ContentAuth auth;
  MAGPIE_TRY(auth.signature, reader.vector());
  if (type == ContentType::kCommit) {
    MAGPIE_TRY(auth.confirmation_tag, reader.vector());
  }
  return auth;
}

void AuthenticatedContent::encode(Writer& writer) const {
  writer.u16(static_cast<std::uint16_t>(wire_format));
  content.encode(writer);
  auth.encode(writer, content.type);
}

Result<ContentValue> decode_content_value(Reader& reader, ContentType type) {
  switch (type) {
    case ContentType::kApplication:
      return reader.vector();
    case ContentType::kProposal:
      return decode_proposal(reader);
    case ContentType::kCommit:
      break;
  }
  return Commit::decode(reader);
}

Result<ParsedContent> ParsedContent::decode(Reader& reader) {
  MAGPIE_TRY(const std::uint16_t format, reader.u16());
  if (format != 1 && format != 2) return fail(Errc::kMalformed, "framing: wire format");
  MAGPIE_TRY(ParsedContent parsed, decode_framed_content(reader));
  parsed.authenticated.wire_format = WireFormat(format);
  MAGPIE_TRY(parsed.authenticated.auth,
             ContentAuth::decode(reader, parsed.authenticated.content.type));
  return parsed;
}

Result<PublicMessage> PublicMessage::decode(Reader& reader) {
  PublicMessage message;
  MAGPIE_TRY(message.parsed, decode_framed_content(reader));
  AuthenticatedContent& authenticated = message.parsed.authenticated;
  authenticated.wire_format = WireFormat::kPublic;
  MAGPIE_TRY(authenticated.auth, ContentAuth::decode(reader, authenticated.content.type));
  if (authenticated.content.sender.is_member()) {
    MAGPIE_TRY(message.membership_tag, reader.vector());
  }
  return message;
}

Buffer encode_public_message(const AuthenticatedContent& content, Bytes membership_tag) {
  Writer writer;
  encode_message_head(writer, MessageFormat::kPublicMessage);
  content.content.encode(writer);
  content.auth.encode(writer, content.content.type);
  if (content.content.sender.is_member()) writer.vector(membership_tag);
  return writer.take();
}

void PrivateMessage::encode(Writer& writer) const {
  writer.vector(group_id).u64(epoch.value()).u8(static_cast<std::uint8_t>(type));
  writer.vector(authenticated_data).vector(encrypted_sender_data).vector(ciphertext);
}

Result<PrivateMessage> PrivateMessage::decode(Reader& reader) {
  PrivateMessage message;
  MAGPIE_TRY(message.group_id, reader.vector());
  MAGPIE_TRY(const std::uint64_t epoch, reader.u64());
  message.epoch = Epoch(epoch);
  MAGPIE_TRY(message.type, decode_content_type(reader));
  MAGPIE_TRY(message.authenticated_data, reader.vector());
  MAGPIE_TRY(message.encrypted_sender_data, reader.vector());
  MAGPIE_TRY(message.ciphertext, reader.vector());
  return message;
}

}  // namespace magpie::mls
