// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <functional>

#include "crypto/mls/framing.h"
#include "crypto/mls/secret_tree.h"
#include "crypto/mls/suite.h"

/// What protects framed content: signatures, the membership tag, and encryption (RFC 9420 §6).
/// `group_context` is the encoded GroupContext of the message's epoch throughout.
namespace magpie::mls {

/// Signs a content with its wire format (FramedContentTBS, RFC 9420 §6.1).
crypto::Signature sign_content(const crypto::SignKeyPair& key, WireFormat wire_format,
                               const FramedContent& content, Bytes group_context);
/// Errors: kBadSignature.
Result<void> verify_content(Bytes signature_key, const AuthenticatedContent& content,
                            Bytes group_context);

/// membership_tag (RFC 9420 §6.2).
crypto::Digest membership_tag(crypto::HashId hash, Bytes membership_key,
                              const AuthenticatedContent& content, Bytes group_context);

/// SenderData (RFC 9420 §6.3.2).
struct SenderData {
  LeafIndex leaf;
  Generation generation;
  std::array<std::uint8_t, 4> reuse_guard{};
};

struct SenderDataKeys {
  Secret key;
  Secret nonce;
};
SenderDataKeys sender_data_keys(const Suite& suite, Bytes sender_data_secret, Bytes ciphertext);

/// Decrypts a message's sender data. Errors: kDecryptFailed, kMalformed.
Result<SenderData> open_sender_data(const Suite& suite, Bytes sender_data_secret,
                                    const PrivateMessage& message);

/// Decrypts a message's content (RFC 9420 §6.3.1) with the key that its sender data names.
/// Errors: kDecryptFailed.
Result<Secret> open_private_content(const Suite& suite, const PrivateMessage& message,
                                    const SecretTree::Key& key, const SenderData& sender_data);

/// Parses a decrypted content; it views `plaintext` and the message. Errors: parse errors,
/// kMalformed where the padding is not zero.
Result<ParsedContent> parse_private_content(const PrivateMessage& message, Bytes plaintext,
                                            LeafIndex sender);

/// The size of a whole MLSMessage for its size without padding; null: as it is.
using PaddedSize = std::function<std::size_t(std::size_t)>;

/// How many zeros of padding bring a private message to the size that `padded_size` asks for.
/// Errors: kBadLength where no padding gives that size exactly.
Result<std::size_t> padding_for(const AuthenticatedContent& content, const PaddedSize& padded_size);

/// Encrypts a content of a member as a whole MLSMessage.
Buffer seal_private_message(const Suite& suite, const AuthenticatedContent& content,
                            Bytes sender_data_secret, const SecretTree::Key& key,
                            const SenderData& sender_data, std::size_t padding);

}  // namespace magpie::mls
