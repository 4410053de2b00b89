// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <vector>

#include "crypto/mls/group_state.h"
#include "crypto/mls/welcome.h"

/// What a member with genuine keys can send that no honest engine would: messages whose fields are
/// changed first, and then signed, confirmed and encrypted as if they were honest. Built from the
/// engine's own parts below `Group`, without its checks.
namespace magpie::mls::test {

/// Which member of a Room it is.
constexpr std::size_t kForger = 5;

inline void flip(Buffer& bytes) { bytes.at(bytes.size() / 2) ^= 0x10; }

/// A leaf node, field by field (RFC 9420 §7.2).
struct LeafFields {
  Buffer encryption_key;
  Buffer signature_key;
  Buffer credential;                   ///< the whole structure
  std::array<Buffer, 5> capabilities;  ///< versions, suites, extensions, proposals, credentials
  std::uint8_t source = 0;
  std::uint64_t not_before = 0;
  std::uint64_t not_after = 0;
  Buffer parent_hash;
  Buffer extensions;                ///< the contents of the list
  std::optional<Buffer> signature;  ///< instead of a genuine one

  static LeafFields of(const LeafNode& leaf);
  Buffer encode(const crypto::SignKeyPair& key, const LeafPlace& place) const;
};

/// A key package, field by field (RFC 9420 §10).
struct KeyPackageFields {
  std::uint16_t version = 0;
  std::uint16_t cipher_suite = 0;
  Buffer init_key;
  LeafFields leaf;
  Buffer extensions;
  std::optional<Buffer> signature;

  static KeyPackageFields of(const KeyPackage& key_package);
  /// Without the head of an MLSMessage.
  Buffer encode(const crypto::SignKeyPair& key) const;
};
/// The whole MLSMessage.
Buffer key_package_message(Bytes key_package);

/// An UpdatePath, field by field (RFC 9420 §7.6).
struct PathFields {
  struct Ciphertext {
    Buffer kem_output;
    Buffer ciphertext;
  };
  struct Node {
    Buffer encryption_key;
    std::vector<Ciphertext> ciphertexts;
  };
  Buffer leaf;
  std::vector<Node> nodes;

  Buffer encode() const;
};

/// A message between its making and its protection (RFC 9420 §6).
struct Frame {
  WireFormat wire_format = WireFormat::kPrivate;
  Buffer group_id;
  Epoch epoch;
  Sender sender;
  Buffer authenticated_data;
  ContentType type = ContentType::kApplication;
  Buffer body;
  Buffer signature;
  Buffer confirmation_tag;
  // Of a private message alone.
  SenderData sender_data;
  Buffer padding;

  FramedContent content() const;
  AuthenticatedContent authenticated() const;
};

/// Changes, each applied at its moment; what is not set changes nothing.
struct Edits {
  /// A step of the path: its public key, and the secret that is encrypted for others.
  std::function<void(std::size_t step, Buffer& public_key, Secret& path_secret)> step;
  std::function<void(LeafFields&)> leaf;  ///< of the path, before it is signed
  std::function<void(PathFields&)> path;  ///< once encrypted
  std::function<void(Buffer&)> body;      ///< encoded, before it is signed
  std::function<void(Frame&)> unsigned_frame;
  std::function<void(Frame&)> signed_frame;  ///< before the confirmation tag
  std::function<void(Frame&)> tagged_frame;  ///< before encryption or the membership tag
};

/// A commit and the epoch that it leads to, if the others take it.
struct ForgedCommit {
  Buffer message;
  NextEpoch next;
  std::vector<LeafIndex> added;
  std::vector<Secret> path_secrets;  ///< with their steps
  std::vector<RatchetTree::PathStep> steps;
  std::vector<PreSharedKeyId> psks;
};

/// Changes to what a joiner gets (RFC 9420 §12.4.3), likewise.
struct WelcomeEdits {
  /// Before the new epoch's secrets are derived; the tree hash is set afterwards.
  std::function<void(RatchetTree&)> tree;
  std::function<void(GroupContext&)> context;
  std::function<void(GroupInfo&)> info;       ///< extensions, tag and signer, before it is signed
  std::function<void(Buffer&)> encoded_info;  ///< with its signature
  std::function<void(GroupSecrets&)> secrets;
  std::function<void(Buffer&)> encoded_secrets;
};

/// One member gone bad. Its own state is never changed.
class Forger {
 public:
  /// `state` and `random` must outlive it.
  Forger(const GroupState& state, Random& random) : state_(state), random_(random) {}

  Buffer application(Bytes data, const Edits& edits) const;
  Buffer proposal(const Proposal& proposal, WireFormat format, const Edits& edits) const;
  /// Applies the list without looking whether that is allowed. Where the key schedule cannot be
  /// reached honestly (a PSK that nobody holds), it goes on with zeros.
  ForgedCommit commit(const std::vector<ProposalOrRef>& proposals, bool with_path,
                      WireFormat format, const Edits& edits) const;

  /// A Welcome to the epoch of `commit` for one of those it adds.
  Buffer welcome(const ForgedCommit& commit, const KeyPackage& joiner, LeafIndex leaf,
                 const WelcomeEdits& edits) const;

  const GroupState& state() const { return state_; }

 private:
  struct Draft;
  Frame frame(ContentType type, Buffer body, WireFormat format) const;
  void apply(const std::vector<ProposalOrRef>& proposals, Draft& draft) const;
  void add_path(Draft& draft, const Edits& edits) const;
  PathFields encrypt_path(const Draft& draft, Bytes context) const;
  void sign(Frame& frame, const Edits& edits) const;
  Buffer protect(const Frame& frame) const;
  Buffer encrypt(const Frame& frame) const;
  Buffer make_info(const ForgedCommit& commit, Bytes member_secret,
                   const WelcomeEdits& edits) const;

  const GroupState& state_;
  Random& random_;
};

}  // namespace magpie::mls::test
