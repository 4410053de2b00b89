// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "client/core/ids.h"
#include "client/core/transport/frames.h"
#include "crypto/base/result.h"
#include "crypto/base/secret.h"
#include "crypto/mls/stored_tree.h"
#include "crypto/primitives/sign.h"

namespace magpie::client {

// What a device remembers, as plain records. A record replaces the one with the same key.

/// The owner: one per vault.
struct ProfileRecord {
  std::string name;
  Secret root_seed;                   ///< Ed25519 seed of the person's root key
  std::optional<RelayAddress> relay;  ///< where introductions of this person are made
};

/// Somebody else, by root key.
struct PersonRecord {
  crypto::SignPublicKey root_key;
  std::string name;               ///< as they call themselves; may be empty before they say so
  bool introduced = false;        ///< verified by an introduction's fingerprint
  bool numbers_compared = false;  ///< a person said that the safety numbers match
};

/// An introduction that this device made. Key: room.
struct IntroductionRecord {
  enum class State : std::uint8_t { kWaiting = 1, kUsed = 2, kEnded = 3 };
  RoomId room;
  State state = State::kWaiting;
  std::string label;                  ///< private, for the inviter alone
  std::string link;                   ///< dropped (empty) once used or ended
  std::optional<Secret> key_package;  ///< mls::KeyPackageBundle, dropped once used or ended
  crypto::SignPublicKey guest_slot;   ///< of the guest's slot, to create the room again alike
  Time created{};
  Time expires{};
  std::optional<Time> used;
  std::uint32_t attempts = 0;  ///< how often somebody came with the used link
};

/// A room: where it is, how far it was processed, its group. Key: room.
struct RoomRecord {
  enum class Kind : std::uint8_t { kIntroduction = 1, kPair = 2, kGroup = 3 };
  RoomId room;
  Kind kind = Kind::kPair;
  RelayAddress relay;
  std::uint16_t suite = 0;  ///< of its MLS group; never changes
  std::string title;
  Secret slot_seed;                      ///< Ed25519 seed of this device's slot key
  std::optional<Secret> next_slot_seed;  ///< until the exchange is known to be done
  std::uint64_t cursor = 0;              ///< the last sequence number that was processed
  std::uint64_t last_control = 0;
  LogHash log_hash;            ///< at the cursor
  bool hash_anchored = true;   ///< false after a gap, until a member's point confirms
  bool doubt_fork = false;     ///< sending is paused: histories differ
  bool doubt_changed = false;  ///< sending is paused: a member's identity changed
  bool cannot_follow = false;  ///< a commit that others followed could not be processed
  bool closed = false;         ///< the room or this device's place in it is gone
  Time updated_at{};           ///< the last own commit with a path; zero for never
  std::uint32_t sent_since_update = 0;
  std::uint32_t unread = 0;
  Time created{};
};

/// The room's MLS group in its parts (crypto/mls/group.h). Key: room. `epoch` empty: the stored
/// part stands, and so does the tree. Of the tree an act holds what changed, a StoredRoom all
/// nodes: none where a program that kept it inside `epoch` wrote last.
struct GroupRecord {
  RoomId room;
  std::optional<Secret> epoch;
  std::vector<mls::StoredNode> tree;
  Secret ratchets;
};

/// A control entry of this device on its way to the relay, with the group that holds once it is
/// in the log. Key: room; at most one each. For an introduction's offer, which has no group, the
/// next group's parts are empty.
struct PendingControlRecord {
  RoomId room;
  EntryId entry_id;
  Buffer payload;
  Secret next_epoch;                       ///< mls::Group::State of the next group
  std::vector<mls::StoredNode> next_tree;  ///< what differs from the room's present group
  Secret next_ratchets;
};
struct PendingControlDone {
  RoomId room;
};

/// One line of a conversation. Key: room and id; kept in the order of `sequence`, those without
/// one (0: not yet in the log) last, by `order`.
struct MessageRecord {
  enum class Kind : std::uint8_t { kText = 1, kUnknown = 2, kGap = 3, kNote = 4 };
  enum class State : std::uint8_t {
    kWaiting = 1,
    kRelay = 2,
    kDelivered = 3,
    kRead = 4,
    kReceived = 5,
    kNotSent = 6
  };
  RoomId room;
  EntryId id;
  Kind kind = Kind::kText;
  State state = State::kWaiting;
  std::uint64_t sequence = 0;
  /// Assigned by the storage when 0: insertion order; a row that is there keeps the one it has.
  std::uint64_t order = 0;
  bool self = false;
  Fingerprint from;
  std::string text;  ///< kUnknown: empty; kNote: a token such as "joined"
  std::uint64_t gap_count = 0;
  Time at{};  ///< the sender's clock
  std::int32_t utc_offset_minutes = 0;
  Time received{};  ///< this device's clock; zero for own messages
};

/// An application entry that is not yet in the log: what it says, and where it was encrypted the
/// very bytes, which alone may be sent again. Key: room and id; in insertion order.
struct OutboxRecord {
  RoomId room;
  EntryId id;
  Buffer content;                  ///< a serialised content.v1.Content act, without `seen`
  Buffer payload;                  ///< empty: not encrypted yet, or to be encrypted anew
  std::uint64_t last_control = 0;  ///< that `payload` was encrypted after
  std::uint64_t order = 0;         ///< assigned by the storage when 0, as that of a message
};
struct OutboxDone {
  RoomId room;
  EntryId id;
};

/// The log's hash at a sequence number, kept for the last kLogPointsKept entries of a room.
struct LogPointRecord {
  RoomId room;
  std::uint64_t sequence = 0;
  LogHash hash;
};
constexpr std::uint64_t kLogPointsKept = 1024;

/// This message has reached a member's device. Changes an own one that is on the relay, and nothing
/// else.
struct Delivered {
  RoomId room;
  EntryId id;
};

/// Messages received and not yet confirmed to the others by a receipt. Replaces the list.
struct UnconfirmedRecord {
  RoomId room;
  std::vector<EntryId> ids;
};

/// Text that was typed in a room and not sent. Key: room; an empty text ends it.
struct DraftRecord {
  RoomId room;
  std::string text;
};

/// An invitation code that a relay has not turned into tokens yet. Key: code.
struct InvitationRecord {
  InvitationCode code;
  RelayAddress relay;
  frames::TokenKeyNumber key = 0;  ///< that `drawn` was drawn for; 0: not yet
  crypto::voprf::PublicKey public_key;
  Secret drawn;  ///< inputs, blinds and elements (allowance/wallet)
};
struct InvitationDone {
  InvitationCode code;
};

/// The right to one room at a relay. Key: the token's input.
struct TokenRecord {
  RelayIdentity relay;
  frames::Token token;
  std::optional<RoomId> room;  ///< that is made with it, until it is known whether it was
};
struct TokenDone {
  frames::TokenInput input;
};

struct DropIntroduction {
  RoomId room;
};
/// Forgets a room with all its messages, its draft, group and slots.
struct DropRoom {
  RoomId room;
};
struct MarkRead {
  RoomId room;
};

using Change =
    std::variant<ProfileRecord, PersonRecord, IntroductionRecord, RoomRecord, GroupRecord,
                 PendingControlRecord, PendingControlDone, MessageRecord, OutboxRecord, OutboxDone,
                 LogPointRecord, Delivered, UnconfirmedRecord, InvitationRecord, InvitationDone,
                 TokenRecord, TokenDone, DraftRecord, DropIntroduction, DropRoom, MarkRead>;
/// One act: all of it is stored, or nothing.
using Changes = std::vector<Change>;

/// Everything a room's Conversation starts from.
struct StoredRoom {
  RoomRecord room;
  std::optional<GroupRecord> group;  ///< with its epoch
  std::optional<PendingControlRecord> pending;
  std::vector<OutboxRecord> outbox;
  std::vector<LogPointRecord> log_points;
  UnconfirmedRecord unconfirmed;
};

/// A device's memory. One thread uses it. After an error of `apply` the storage refuses everything
/// until it is opened again, because what is in memory may be ahead. The act is stored whole or
/// not at all then: where a disk fails in the middle of a sync, nothing can tell which, so nothing
/// may be told to anybody before it is read again.
class Storage {
 public:
  virtual ~Storage() = default;

  /// One durable transaction: on disk when it returns. Errors: kStorage, kDiskFull, kDamaged.
  virtual Result<void> apply(const Changes& changes) = 0;

  virtual Result<std::optional<ProfileRecord>> profile() = 0;
  virtual Result<std::vector<PersonRecord>> people() = 0;
  virtual Result<std::vector<IntroductionRecord>> introductions() = 0;
  virtual Result<std::vector<InvitationRecord>> invitations() = 0;
  virtual Result<std::vector<TokenRecord>> tokens() = 0;
  virtual Result<std::vector<StoredRoom>> rooms() = 0;
  virtual Result<std::vector<DraftRecord>> drafts() = 0;
  /// The last `limit` messages before position `before` (a count from the end: 0 is the newest),
  /// in log order.
  virtual Result<std::vector<MessageRecord>> messages(const RoomId& room, std::size_t before,
                                                      std::size_t limit) = 0;
  virtual Result<std::size_t> message_count(const RoomId& room) = 0;
  virtual Result<std::optional<MessageRecord>> message(const RoomId& room, const EntryId& id) = 0;
};

}  // namespace magpie::client
