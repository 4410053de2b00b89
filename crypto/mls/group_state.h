// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>

#include "crypto/mls/group.h"
#include "crypto/mls/group_context.h"
#include "crypto/mls/key_schedule.h"
#include "crypto/mls/message_protection.h"
#include "crypto/mls/proposal_list.h"
#include "crypto/mls/treekem.h"

/// What is behind `Group`: the state of one epoch, and the functions that take it onward. They
/// work on copies and hand back a new state, so that an error leaves nothing behind.
namespace magpie::mls {

/// The private key of a leaf that this member proposed for itself.
struct OwnUpdate {
  ProposalRef ref;
  Secret leaf_key;
};

/// The resumption PSK of an epoch that is over (RFC 9420 §8.6).
struct PastEpoch {
  Epoch epoch;
  Secret resumption_psk;
};

struct GroupState {
  /// How many past epochs' resumption PSKs are kept; the RFC asks for a limit (§8.6).
  static constexpr std::size_t kPastEpochsMax = 8;
  /// How many proposals of an epoch are kept, and how large they may be: a member must not fill the
  /// others' memory and disks.
  static constexpr std::size_t kProposalsMax = 256;
  static constexpr std::size_t kProposalSizeMax = 32 * 1024;

  const Suite* suite = nullptr;
  std::shared_ptr<const Policy> policy;
  GroupContext context;
  Buffer encoded_context;
  std::shared_ptr<const RatchetTree> tree;  ///< tree hashes computed
  TreePrivate keys;
  Identity identity;
  EpochSecrets secrets;  ///< without encryption_secret, which became `messages`
  SecretTree messages;
  Buffer interim_transcript_hash{};
  std::vector<CachedProposalPtr> proposals{};
  std::vector<OwnUpdate> own_updates{};
  std::map<Buffer, Secret> psks{};
  std::vector<PastEpoch> past_epochs{};  ///< oldest first
  bool reinitialised = false;            ///< a ReInit was committed: nothing more is sent

  std::unique_ptr<GroupState> clone() const;
  EpochView view() const { return {*suite, context, *tree, *policy}; }
  const LeafNode& own_leaf() const { return *tree->leaf(keys.own); }
  /// Errors: kUsage once reinitialised (RFC 9420 §12.4.2).
  Result<void> check_open() const;
  /// Errors: kUnknownPsk.
  Result<Bytes> find_psk(const PreSharedKeyId& id) const;
  /// psk_secret of a commit. Errors: kUnknownPsk.
  Result<Secret> combine_psks(const std::vector<PreSharedKeyId>& ids) const;
};

/// What a new epoch starts from (RFC 9420 §8).
struct EpochStart {
  const Suite* suite;
  std::shared_ptr<const Policy> policy;
  GroupContext context;
  std::shared_ptr<const RatchetTree> tree;
  TreePrivate keys;
  Identity identity;
};

/// A state at the beginning of its epoch, without transcript: `interim_transcript_hash` is still
/// to be set, from the confirmation tag.
std::unique_ptr<GroupState> start_epoch(EpochStart start, Buffer encoded_context,
                                        Bytes epoch_secret);

/// The confirmation tag of the state's epoch (RFC 9420 §8.2), while its key is there.
crypto::Digest confirmation_tag_of(const GroupState& state);
/// Sets the interim transcript hash from the epoch's tag.
void settle_epoch(GroupState& state, Bytes confirmation_tag);

/// What a commit makes of a state, once its public side is decided.
struct EpochChange {
  RatchetTree tree;
  std::vector<Extension> extensions;
  TreePrivate keys;
  Identity identity;
  Buffer confirmed_transcript_hash;
  Secret init_secret;
  Secret commit_secret;
  Secret psk_secret;
};
struct NextEpoch {
  std::unique_ptr<GroupState> state;  ///< still to be settled
  Secret joiner_secret;
  Secret welcome_secret;
};
NextEpoch advance_epoch(const GroupState& state, EpochChange change);

/// The provisional GroupContext, encoded, under which path secrets are encrypted (RFC 9420
/// §12.4.1): the new epoch and tree, the old transcript.
Buffer provisional_context(const GroupState& state, const RatchetTree& tree,
                           const std::vector<Extension>& extensions);

}  // namespace magpie::mls
