// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "crypto/base/result.h"
#include "crypto/primitives/voprf.h"
#include "server/room/ids.h"
#include "server/room/limits.h"

/// What goes over a session, as plain values: proto/magpie/relay/v1/relay.proto says what each
/// means. Protobuf is known to rpc/ alone.
namespace magpie::server {

enum Rights : std::uint32_t { kRead = 1, kWrite = 2, kManage = 4 };
constexpr std::uint32_t kAllRights = kRead | kWrite | kManage;

/// Bytes of an entry, shared by the batch that stores them and every reader they are sent to.
using Payload = std::shared_ptr<const Buffer>;

struct Slot {
  SlotKey key;
  std::uint32_t rights = 0;  // a sum of Rights
};
/// The right to one room.
struct Token {
  TokenKeyId key = 0;
  FixedBytes<struct TokenInputTag, 32> input;
  FixedBytes<struct TokenOutputTag, crypto::voprf::kOutputSize> output;
};
struct CreateRoom {
  RoomId room;
  std::vector<Slot> slots;
  EntryId entry_id;
  Buffer payload;
  std::optional<Token> token{};
};
struct Redeem {
  InvitationCode code;
  TokenKeyId key = 0;
  std::vector<crypto::voprf::Element> blinded;
};
struct Attach {
  RoomId room;
  SlotKey slot_key;
  crypto::Signature signature;
  Sequence after = 0;
};
struct Detach {
  RoomId room;
};
struct RemoveSlot {
  SlotKey key;
};
using SlotChange = std::variant<Slot, RemoveSlot>;
struct Append {
  RoomId room;
  EntryId entry_id;
  bool control = false;
  Sequence last_control = 0;
  Buffer payload;
  std::vector<SlotChange> slot_changes{};
  std::optional<SlotKey> new_slot_key{};
};
struct Acknowledge {
  RoomId room;
  Sequence through = 0;
};
struct CloseRoom {
  RoomId room;
};
struct ClientFrame {
  std::uint64_t correlation = 0;
  std::variant<CreateRoom, Attach, Append, Acknowledge, Detach, CloseRoom, Redeem> body;
};

struct TokenKey {
  TokenKeyId number = 0;
  crypto::voprf::PublicKey public_key;
};

struct Greeting {
  std::uint32_t version = 1;
  Nonce nonce;
  RelayIdentity relay_identity;
  Limits limits;
  bool invited = false;
  std::vector<TokenKey> token_keys{};
};
/// Which limit a request would have broken (relay.proto, Limit).
enum class LimitKind : std::uint8_t {
  kNone,
  kEntrySize,
  kRoomFull,
  kSlots,
  kControlEntries,
  kInFlight,
  kRooms,
  kGuesses
};
/// `code` is one of "the relay's answers" in base/error.h, or kBadSignature.
struct Refusal {
  Errc code;
  Sequence last_control = 0;           // with kStale
  LimitKind limit = LimitKind::kNone;  // with kLimit
};
inline Refusal limit_refusal(LimitKind limit) { return {Errc::kLimit, 0, limit}; }
inline tl::unexpected<Refusal> refuse(Errc code, Sequence last_control = 0) {
  return tl::unexpected<Refusal>(Refusal{code, last_control});
}
inline tl::unexpected<Refusal> refuse(LimitKind limit) {
  return tl::unexpected<Refusal>(limit_refusal(limit));
}
struct Created {};
struct Attached {
  Sequence head = 0;
  Sequence last_control = 0;
  std::uint32_t rights = 0;
  std::uint32_t exchanged_key_attempts = 0;
};
struct Appended {
  Sequence sequence = 0;
};
struct Acknowledged {};
struct Detached {};
struct Closed {};
struct Redeemed {
  TokenKeyId key = 0;
  std::vector<crypto::voprf::Element> evaluated;
  crypto::voprf::Proof proof;
};
struct Answer {
  std::uint64_t correlation = 0;
  std::variant<Refusal, Created, Attached, Appended, Acknowledged, Detached, Closed, Redeemed>
      result;
};
struct Entry {
  RoomId room;
  Sequence sequence = 0;
  EntryId entry_id;
  bool control = false;
  bool own = false;
  Payload payload;  // never null; empty where `own`
};
struct CaughtUp {
  RoomId room;
  Sequence through = 0;
};
struct Notice {
  enum class Kind : std::uint8_t { kExchangedKeyAttempt = 1, kSlotRemoved, kRoomClosed };
  RoomId room;
  Kind kind;
};
using ServerFrame = std::variant<Greeting, Answer, Entry, CaughtUp, Notice>;

/// The room that a frame is about. Where it is about none: what stands for one, so that the same
/// hub handles every frame with this code.
RoomId room_of(const ClientFrame& frame);
RoomId room_of(const Redeem& redeem);

/// Whether the frame is within the protocol's bounds (relay.proto), whatever the relay's limits
/// are. Errors: kMalformed, kTooLarge. A frame that fails ends its stream and touches nothing.
Result<void> check_bounds(const ClientFrame& frame);

/// What a slot key signs to attach: the label, the stream's nonce, the relay, the room, `after`.
Buffer attach_message(const Nonce& nonce, const RelayIdentity& relay, const RoomId& room,
                      Sequence after);

}  // namespace magpie::server
