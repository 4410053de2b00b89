// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/mls/group_state.h"

/// What a member sends short of a commit: application data and proposals.
namespace magpie::mls {

/// The two halves of a content of this member: what it says and its signature. Owns the bytes
/// that `content` views, so it must stay where it is.
struct OwnContent {
  Buffer body;
  Buffer authenticated_data;
  crypto::Signature signature;
  crypto::Digest confirmation_tag;
  WireFormat wire_format = WireFormat::kPrivate;
  ContentType type = ContentType::kApplication;

  FramedContent framed(const GroupState& state) const;
  AuthenticatedContent authenticated(const GroupState& state) const;
  void sign(const GroupState& state);
};

/// A whole MLSMessage, and the key that it has used: to be applied once nothing can fail.
struct ProtectedContent {
  Buffer message;
  std::optional<SecretTree::Key> key;  ///< of a private message
};
/// Errors: kGenerationTooFar, kBadLength where no padding gives the size that was asked for.
Result<ProtectedContent> protect_content(const GroupState& state, const OwnContent& content,
                                         const PaddedSize& padded_size, Random& random);

/// `Group::protect`.
Result<Buffer> protect_application(GroupState& state, Bytes plaintext, Bytes authenticated_data,
                                   const PaddedSize& padded_size, Random& random);

/// Signs and sends a proposal, and keeps it. It must have been checked. `leaf_key`: of an own
/// update, else empty. Errors: those of `protect_content`, kTooLarge for too many proposals.
Result<Buffer> send_proposal(GroupState& state, Proposal proposal, WireFormat format,
                             Secret leaf_key, Random& random);

// `Group::propose_…`.
Result<Buffer> propose_add(GroupState& state, Bytes key_package, WireFormat format, Seconds now,
                           Random& random);
Result<Buffer> propose_remove(GroupState& state, LeafIndex index, WireFormat format,
                              Random& random);
Result<Buffer> propose_update(GroupState& state, WireFormat format, Random& random);
Result<Buffer> propose_psk(GroupState& state, Bytes psk_id, WireFormat format, Random& random);
Result<Buffer> propose_extensions(GroupState& state, const std::vector<Extension>& extensions,
                                  WireFormat format, Random& random);

/// An external PSK that the state holds, under a fresh nonce. Errors: kUnknownPsk.
Result<Proposal> make_psk_proposal(const GroupState& state, Bytes psk_id, Random& random);

}  // namespace magpie::mls
