// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "client/core/ids.h"
#include "crypto/base/error.h"
#include "crypto/primitives/sign.h"
#include "crypto/primitives/voprf.h"

/// What goes over a session with a relay, as plain values: proto/magpie/relay/v1/relay.proto says
/// what each means. Only transport/frame_codec knows protobuf.
namespace magpie::client::frames {

using SlotKey = crypto::SignPublicKey;

/// No log grows beyond it. A relay that names a higher number lies, and what is counted on from
/// one would overflow.
constexpr std::uint64_t kSequenceMax = UINT64_MAX / 2;

enum Rights : std::uint32_t { kRead = 1, kWrite = 2, kManage = 4 };

struct Slot {
  SlotKey key;
  std::uint32_t rights = 0;
};
/// Of a relay, each higher than those before.
using TokenKeyNumber = std::uint32_t;
using TokenInput = FixedBytes<struct TokenInputTag, 32>;
using TokenOutput = FixedBytes<struct TokenOutputTag, crypto::voprf::kOutputSize>;
/// The right to one room.
struct Token {
  TokenKeyNumber key = 0;
  TokenInput input;
  TokenOutput output;
};
struct CreateRoom {
  RoomId room;
  std::vector<Slot> slots;
  EntryId entry_id;
  Buffer payload;
  std::optional<Token> token{};
};
constexpr std::size_t kRedeemElementsMax = 128;
struct Redeem {
  InvitationCode code;
  TokenKeyNumber key = 0;
  std::vector<crypto::voprf::Element> blinded;
};
struct Attach {
  RoomId room;
  SlotKey slot_key;
  crypto::Signature signature;
  std::uint64_t after = 0;
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
  std::uint64_t last_control = 0;
  Buffer payload;
  std::vector<SlotChange> slot_changes;
  std::optional<SlotKey> new_slot_key;
};
struct Acknowledge {
  RoomId room;
  std::uint64_t through = 0;
};
struct CloseRoom {
  RoomId room;
};
struct ClientFrame {
  std::uint64_t correlation = 0;
  std::variant<CreateRoom, Attach, Append, Acknowledge, Detach, CloseRoom, Redeem> body;
};

struct Limits {
  std::uint64_t entry_bytes_max = 0;
  std::uint64_t control_entry_bytes_max = 0;
  std::uint64_t entries_per_room_max = 0;
  std::uint64_t bytes_per_room_max = 0;
  std::uint32_t slots_per_room_max = 0;
  std::uint32_t frames_in_flight_max = 0;
  std::uint32_t retention_hours = 0;
  std::uint32_t control_entries_per_slot_hour_max = 0;
};
struct TokenKey {
  TokenKeyNumber number = 0;
  crypto::voprf::PublicKey public_key;
};
constexpr std::size_t kTokenKeysMax = 3;
struct Greeting {
  std::uint32_t version = 0;
  FixedBytes<struct NonceTag, 32> nonce;
  RelayIdentity relay_identity;
  Limits limits;
  bool invited = false;  ///< rooms cost a token
  std::vector<TokenKey> token_keys{};
};
/// Which limit of the relay a request would have broken; kOther for one of a later protocol.
enum class LimitKind : std::uint8_t {
  kOther,
  kEntrySize,
  kRoomFull,
  kSlots,
  kControlEntries,
  kInFlight,
  kRooms,
  kGuesses
};
/// `code` is one of the relay's answers in base/error.h.
struct Refusal {
  Errc code;
  std::uint64_t last_control = 0;
  LimitKind limit = LimitKind::kOther;  ///< with kLimit
};
struct Created {};
struct Attached {
  std::uint64_t head = 0;
  std::uint64_t last_control = 0;
  std::uint32_t rights = 0;
  std::uint32_t exchanged_key_attempts = 0;
};
struct Appended {
  std::uint64_t sequence = 0;
};
struct Acknowledged {};
struct Detached {};
struct Closed {};
struct Redeemed {
  TokenKeyNumber key = 0;
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
  std::uint64_t sequence = 0;
  EntryId entry_id;
  bool control = false;
  bool own = false;
  Buffer payload;
};
struct CaughtUp {
  RoomId room;
  std::uint64_t through = 0;
};
struct Notice {
  enum class Kind { kExchangedKeyAttempt, kSlotRemoved, kRoomClosed };
  RoomId room;
  Kind kind;
};

/// The refusal as an error. Of a limit its site says which: "limit: " and a word of its own.
Error error_of(const Refusal& refusal);

using ServerFrame = std::variant<Greeting, Answer, Entry, CaughtUp, Notice>;

}  // namespace magpie::client::frames
