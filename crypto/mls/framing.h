// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/mls/commit.h"
#include "crypto/mls/ids.h"

/// Message framing (RFC 9420 §6): forms only; what protects them is in message_protection.h.
/// Everything is read in place and views what it was read from.
namespace magpie::mls {

/// The wire formats of an MLSMessage (RFC 9420 §17.2).
enum class MessageFormat : std::uint16_t {
  kPublicMessage = 1,
  kPrivateMessage = 2,
  kWelcome = 3,
  kGroupInfo = 4,
  kKeyPackage = 5,
};

/// Writes and reads the head of an MLSMessage. Errors: parse errors; kUnsupported for another
/// version or an unknown format.
void encode_message_head(Writer& writer, MessageFormat format);
Result<MessageFormat> decode_message_head(Reader& reader);
/// As above, and kWrongFormat where it is another format than this.
Result<void> expect_message(Reader& reader, MessageFormat format);

enum class ContentType : std::uint8_t { kApplication = 1, kProposal = 2, kCommit = 3 };

enum class SenderType : std::uint8_t {
  kMember = 1,
  kExternal = 2,
  kNewMemberProposal = 3,
  kNewMemberCommit = 4,
};

struct Sender {
  SenderType type = SenderType::kMember;
  std::uint32_t index = 0;  ///< a leaf of kMember, a place in external_senders of kExternal

  static Sender member(LeafIndex leaf) { return {SenderType::kMember, leaf.value()}; }
  bool is_member() const { return type == SenderType::kMember; }
  /// The leaf of a member, kNoLeaf for all others.
  LeafIndex leaf() const { return is_member() ? LeafIndex(index) : kNoLeaf; }
};

/// FramedContent. `body` is the encoded content: `application_data<V>`, Proposal or Commit.
struct FramedContent {
  Bytes group_id;
  Epoch epoch;
  Sender sender;
  Bytes authenticated_data;
  ContentType type = ContentType::kApplication;
  Bytes body;

  void encode(Writer& writer) const;
};

/// FramedContentAuthData; `confirmation_tag` is there for a commit only.
struct ContentAuth {
  Bytes signature;
  Bytes confirmation_tag;

  void encode(Writer& writer, ContentType type) const;
  static Result<ContentAuth> decode(Reader& reader, ContentType type);
};

/// AuthenticatedContent.
struct AuthenticatedContent {
  WireFormat wire_format = WireFormat::kPrivate;
  FramedContent content;
  ContentAuth auth;

  void encode(Writer& writer) const;
};

/// A content as parsed from its body: the application data, a proposal or a commit.
using ContentValue = std::variant<Bytes, Proposal, Commit>;
Result<ContentValue> decode_content_value(Reader& reader, ContentType type);

/// A content with what its body says.
struct ParsedContent {
  AuthenticatedContent authenticated;
  ContentValue value;

  /// Of AuthenticatedContent.
  static Result<ParsedContent> decode(Reader& reader);
};

struct PublicMessage {
  ParsedContent parsed;
  Bytes membership_tag;  ///< of a member only

  static Result<PublicMessage> decode(Reader& reader);
};
/// A whole MLSMessage.
Buffer encode_public_message(const AuthenticatedContent& content, Bytes membership_tag);

struct PrivateMessage {
  Bytes group_id;
  Epoch epoch;
  ContentType type = ContentType::kApplication;
  Bytes authenticated_data;
  Bytes encrypted_sender_data;
  Bytes ciphertext;

  void encode(Writer& writer) const;
  static Result<PrivateMessage> decode(Reader& reader);
};

Result<ContentType> decode_content_type(Reader& reader);

}  // namespace magpie::mls
