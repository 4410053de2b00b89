// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "crypto/base/random.h"
#include "crypto/base/result.h"
#include "crypto/mls/capabilities.h"
#include "crypto/mls/ids.h"
#include "crypto/mls/policy.h"
#include "crypto/mls/stored_tree.h"
#include "crypto/mls/suite.h"
#include "crypto/primitives/sign.h"

namespace magpie::mls {

using Seconds = std::chrono::sys_seconds;

/// What a member brings into a group: its credential's identity and the key that signs for it.
struct Identity {
  Buffer identity;
  crypto::SignKeyPair signature_key;
  Identity clone() const { return {identity, signature_key.clone()}; }
};

/// A key package and its private keys (RFC 9420 §10), kept until a Welcome uses it.
struct KeyPackageBundle {
  const Suite* suite = nullptr;
  Buffer key_package;  ///< a whole MLSMessage
  Buffer reference;    ///< KeyPackageRef, by which a Welcome names it
  Secret init_private_key;
  Secret encryption_private_key;
  Identity identity;
  KeyPackageBundle clone() const;
  /// Every byte that a restart needs. Contains secrets.
  Secret serialize() const;
  static Result<KeyPackageBundle> deserialize(Bytes bytes);
};

/// Makes a key package with fresh keys, valid from an hour before `now` for `lifetime`.
/// `identity.signature_key` must be fresh too: one leaf, one key (RFC 9420 §7.3 wants it unique).
/// Never fails.
KeyPackageBundle make_key_package(const Suite& suite, Identity identity,
                                  const Capabilities& capabilities, Seconds now,
                                  std::chrono::seconds lifetime, Random& random);

/// What a foreign key package says, after every check of RFC 9420 §10.1 that needs no group.
struct KeyPackageInfo {
  const Suite* suite;
  Buffer identity;
  crypto::SignPublicKey signature_key;
  Buffer reference;
};
/// Errors: parse errors, kUnsupported, kInvalidKeyPackage, kBadSignature, those of `policy`.
Result<KeyPackageInfo> inspect_key_package(Bytes mls_message, Seconds now, const Policy& policy);

/// An external PSK (RFC 9420 §8.4), by its id.
struct ExternalPsk {
  Buffer id;
  Secret secret;
};

/// By-value proposals of a commit; proposals received before are committed by reference.
struct CommitOptions {
  std::vector<Buffer> add;  ///< key packages, whole MLSMessages
  std::vector<LeafIndex> remove;
  std::vector<Buffer> psk_ids;  ///< external PSKs that the group holds
  std::optional<std::vector<Extension>> extensions;
  bool force_path = false;  ///< a path also where RFC 9420 §12.4 asks for none
  /// The committer's leaf gets this signature key (with its identity), e.g. to heal.
  std::optional<Identity> new_identity;
  bool tree_in_welcome = true;  ///< ratchet_tree extension in the GroupInfo
  std::vector<Extension> group_info_extensions;
  WireFormat wire_format = WireFormat::kPrivate;
  /// The whole MLSMessage of a private commit is padded up to a size that this returns for the
  /// size without padding; null: no padding.
  std::function<std::size_t(std::size_t)> padded_size;
  Buffer authenticated_data;
};

class Group;
class RatchetTree;
struct GroupState;

/// A commit that this member made and that nobody has seen yet. The group stays in its epoch
/// until the caller replaces it by `next`.
struct PendingCommit {
  Buffer commit;                       ///< MLSMessage for the members of the old epoch
  std::optional<Buffer> welcome;       ///< MLSMessage for those who were added
  std::optional<Buffer> ratchet_tree;  ///< where the Welcome does not carry it
  std::unique_ptr<Group> next;
};

struct ApplicationMessage {
  LeafIndex sender;
  Secret plaintext;
  Buffer authenticated_data;
};
/// Kept by the group until a commit of this epoch names it.
struct ProposalReceived {
  LeafIndex sender;
};
/// A verified commit. The group that processed it is unchanged but for its used message keys;
/// the caller replaces it by `next`, in the transaction that stores it.
struct CommitReceived {
  LeafIndex sender;
  Change change;
  bool active = true;  ///< false: this member was removed; `next` is null
  std::unique_ptr<Group> next;
};
using Handled = std::variant<ApplicationMessage, ProposalReceived, CommitReceived>;

/// One member's view of one MLS group (RFC 9420): a value. What would change the epoch answers
/// with a new group and leaves this one as it was; what uses up a message key changes this one,
/// and only when it succeeds. On every error the group is what it was, bit for bit.
/// Not thread-safe; distinct groups are independent.
class Group {
 public:
  /// A group of one at epoch 0 (RFC 9420 §11). Errors: those of `policy`, kInvalidLeaf.
  static Result<Group> create(const Suite& suite, Bytes group_id, Identity identity,
                              const Capabilities& capabilities, std::vector<Extension> extensions,
                              Seconds now, std::shared_ptr<const Policy> policy, Random& random);

  /// Joins by a Welcome (RFC 9420 §12.4.3.1), a whole MLSMessage, with the bundle that it names.
  /// `ratchet_tree`: an encoded ratchet_tree, where the Welcome does not carry it.
  /// Errors: kNoKeyPackage, kInvalidWelcome, kInvalidTree, kUnknownPsk, parse errors, those of
  /// `policy`. The bundle may be dropped after success only.
  static Result<Group> join(Bytes welcome, const KeyPackageBundle& bundle,
                            std::span<const ExternalPsk> psks, std::optional<Bytes> ratchet_tree,
                            Seconds now, std::shared_ptr<const Policy> policy);

  Group(Group&&) noexcept;
  Group& operator=(Group&&) noexcept;
  ~Group();
  Group clone() const;

  // What every member of the epoch agrees on.
  const Suite& suite() const;
  Bytes group_id() const;
  Epoch epoch() const;
  Bytes tree_hash() const;
  Buffer group_context() const;                      ///< encoded (RFC 9420 §8.1)
  const std::vector<Extension>& extensions() const;  ///< of the GroupContext
  std::vector<Member> members() const;               ///< by index
  std::optional<Member> member(LeafIndex index) const;
  Bytes epoch_authenticator() const;  ///< RFC 9420 §8.7
  /// MLS-Exporter (RFC 9420 §8.5).
  Secret export_secret(std::string_view label, Bytes context, std::size_t size) const;
  Buffer ratchet_tree() const;  ///< encoded, as the extension holds it
  LeafIndex own_index() const;
  std::size_t proposal_count() const;  ///< pending, to be committed by reference

  // Sending. A used generation is spent on success, so the caller stores the group before it
  // shows the message to anyone.

  /// Encrypts application data as a PrivateMessage (RFC 9420 §6.3). The whole MLSMessage is
  /// padded to `padded_size` of its bare size (null: not padded).
  Result<Buffer> protect(Bytes plaintext, Bytes authenticated_data,
                         const std::function<std::size_t(std::size_t)>& padded_size,
                         Random& random);

  // Proposals; each is kept as pending here too. Errors: kInvalidProposal, kUnknownPsk.
  Result<Buffer> propose_add(Bytes key_package, WireFormat format, Seconds now, Random& random);
  Result<Buffer> propose_remove(LeafIndex index, WireFormat format, Random& random);
  Result<Buffer> propose_update(WireFormat format, Random& random);
  Result<Buffer> propose_psk(Bytes psk_id, WireFormat format, Random& random);
  Result<Buffer> propose_extensions(const std::vector<Extension>& extensions, WireFormat format,
                                    Random& random);
  void clear_proposals();

  /// Commits every pending proposal by reference and `options` by value. This group's handshake
  /// ratchet moves (its key is spent), nothing else does.
  /// Errors: kInvalidProposal, kInvalidCommit, kInvalidKeyPackage, those of the policy.
  Result<PendingCommit> commit(const CommitOptions& options, Seconds now, Random& random);

  /// Processes any MLSMessage of a member. Errors: parse errors; kWrongGroup, kWrongEpoch,
  /// kUnknownSender, kOwnMessage, kKeyUsed, kGenerationTooFar, kDecryptFailed, kBadSignature,
  /// kBadMac, kInvalidProposal, kInvalidCommit, kUnknownProposal, kUnknownPsk, those of the
  /// policy.
  Result<Handled> handle(Bytes mls_message, Seconds now);

  /// Holds an external PSK for proposals and commits that name it.
  void add_psk(ExternalPsk psk);

  /// The state in three parts, so that an act writes what it changed: `epoch` changes with the
  /// epoch and with proposals and PSKs, `tree` by a few nodes with the epoch, `ratchets` with each
  /// message. The first and the last contain secrets; all are needed, from the same instant.
  struct State {
    Secret epoch;
    std::vector<StoredNode> tree;
    Secret ratchets;
  };
  /// `tree` holds what is to be laid over the nodes of the tree `stored`; where that is null, every
  /// node that is not blank.
  State serialize(const RatchetTree* stored = nullptr) const;
  Secret serialize_ratchets() const;
  /// The tree of this epoch, to be remembered once it is stored. It costs little, for it shares
  /// its nodes with the group.
  std::shared_ptr<const RatchetTree> tree() const;
  /// `tree`: all nodes, in increasing order; they must be those that the epoch names by its tree
  /// hash. An `epoch` of the first format holds its tree itself, and `tree` is passed over.
  /// Errors: kDamaged.
  static Result<Group> deserialize(Bytes epoch, std::span<const StoredNode> tree, Bytes ratchets,
                                   std::shared_ptr<const Policy> policy);

 private:
  explicit Group(std::unique_ptr<GroupState> state);
  std::unique_ptr<GroupState> state_;
};

}  // namespace magpie::mls
