// SPDX-License-Identifier: GPL-3.0-or-later
// Every structure of RFC 9420 that comes from outside: what parses is written again as it was.
// The first octet says which structure the rest is.
#include "crypto/base/check.h"
#include "crypto/mls/external_sender.h"
#include "crypto/mls/message_protection.h"
#include "crypto/mls/ratchet_tree.h"
#include "crypto/mls/welcome.h"

namespace magpie::mls {
namespace {

template <class Value>
void expect_same(const Value& value, Bytes read) {
  Writer writer;
  value.encode(writer);
  MAGPIE_CHECK(equal(writer.view(), read));
}

/// Parses a structure that has `decode` and `encode`, and compares.
template <class Structure>
void copy(Bytes input) {
  Reader reader(input);
  const Reader start = reader;
  if (const auto value = Structure::decode(reader)) expect_same(*value, reader.since(start));
}

void copy_content_value(const ContentValue& value, Bytes read) {
  Writer writer;
  if (const auto* data = std::get_if<Bytes>(&value)) {
    writer.vector(*data);
  } else if (const auto* proposal = std::get_if<Proposal>(&value)) {
    encode_proposal(writer, *proposal);
  } else {
    std::get<Commit>(value).encode(writer);
  }
  MAGPIE_CHECK(equal(writer.view(), read));
}

void copy_group_info(Reader reader) {
  const Reader start = reader;
  const auto info = GroupInfo::decode(reader);
  if (!info) return;
  Writer writer;
  writer.fixed(info->group_context.encode());
  encode_extensions(writer, info->extensions);
  writer.vector(info->confirmation_tag).u32(info->signer.value()).vector(info->signature);
  MAGPIE_CHECK(equal(writer.view(), reader.since(start)));
  if (const auto* senders = find_extension(info->group_context.extensions, kExternalSenders)) {
    static_cast<void>(decode_external_senders(senders->data));
  }
}

void copy_public_message(Reader reader, Bytes input) {
  const auto message = PublicMessage::decode(reader);
  if (!message) return;
  const ParsedContent& parsed = message->parsed;
  copy_content_value(parsed.value, parsed.authenticated.content.body);
  const Buffer written = encode_public_message(parsed.authenticated, message->membership_tag);
  MAGPIE_CHECK(equal(written, input.first(input.size() - reader.rest().size())));
}

void copy_message(Bytes input) {
  Reader reader(input);
  const auto format = decode_message_head(reader);
  if (!format) return;
  Writer head;
  encode_message_head(head, *format);
  MAGPIE_CHECK(equal(head.view(), input.first(head.size())));
  switch (*format) {
    case MessageFormat::kPublicMessage:
      return copy_public_message(reader, input);
    case MessageFormat::kPrivateMessage:
      return copy<PrivateMessage>(reader.rest());
    case MessageFormat::kWelcome:
      return copy<Welcome>(reader.rest());
    case MessageFormat::kGroupInfo:
      return copy_group_info(reader);
    case MessageFormat::kKeyPackage:
      break;
  }
  const Reader start = reader;
  if (const auto key_package = KeyPackage::decode(reader)) {
    MAGPIE_CHECK(equal((*key_package)->encoded, reader.since(start)));
  }
}

void copy_tree(Bytes input) {
  const auto tree = RatchetTree::decode(crypto::HashId::kSha256, input);
  if (tree) MAGPIE_CHECK(equal(tree->encode(), input));
}

void copy_group_secrets(Bytes input) {
  const auto secrets = GroupSecrets::decode(input);
  if (!secrets) return;
  const bool with_path = !secrets->path_secret.empty();
  const Secret written = encode_group_secrets(
      secrets->joiner_secret, with_path ? &secrets->path_secret : nullptr, secrets->psks);
  MAGPIE_CHECK(equal(written.expose(), input));
}

void copy_proposal(Bytes input) {
  Reader reader(input);
  const Reader start = reader;
  if (const auto proposal = decode_proposal(reader)) {
    copy_content_value(*proposal, reader.since(start));
  }
}

void copy_private_content(Bytes input) {
  if (input.empty()) return;
  Reader type_reader(input);
  const auto type = decode_content_type(type_reader);
  if (!type) return;
  PrivateMessage message;
  message.type = *type;
  const auto parsed = parse_private_content(message, input.subspan(1), LeafIndex(0));
  if (parsed) copy_content_value(parsed->value, parsed->authenticated.content.body);
}

}  // namespace
}  // namespace magpie::mls

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace magpie::mls;
  if (size == 0) return 0;
  const magpie::Bytes input(data + 1, size - 1);
  switch (data[0]) {
    case 0:
      copy_message(input);
      break;
    case 1:
      copy_tree(input);
      break;
    case 2:
      copy_group_secrets(input);
      break;
    case 3:
      copy_proposal(input);
      break;
    case 4:
      copy<Commit>(input);
      break;
    default:
      copy_private_content(input);
      break;
  }
  return 0;
}
