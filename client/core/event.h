// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "client/core/ids.h"
#include "crypto/base/error.h"

namespace magpie::client {

// What the program above the core sees: immutable values, safe to hand to any thread.

/// The owner.
struct ProfileInfo {
  std::string name;
  Fingerprint fingerprint;
  std::optional<RelayAddress> relay;
};

enum class Role : std::uint8_t { kManager = 1, kMember = 2, kGuest = 3 };

struct MemberInfo {
  std::string name;
  Fingerprint fingerprint;
  bool verified = false;
  bool introduced = false;        ///< verified by an introduction
  bool numbers_compared = false;  ///< verified by comparing safety numbers
  Role role = Role::kMember;
  bool self = false;
};

/// `kInDoubt…`: sending is paused until a person decides.
enum class RoomState : std::uint8_t { kOk = 1, kWaiting, kGap, kFork, kChanged, kClosed };
enum class RoomKind : std::uint8_t { kIntroduction = 1, kPair, kGroup };

struct RoomInfo {
  RoomId id;
  std::string title;
  RoomKind kind = RoomKind::kPair;
  RoomState state = RoomState::kOk;
  std::vector<MemberInfo> members;  ///< self first
  std::uint32_t unread = 0;
  std::size_t message_count = 0;
  /// A limit of the relay keeps back what waits here; its site says which.
  std::optional<Error> held_back;
};

enum class MessageState : std::uint8_t {
  kWaiting = 1,
  kRelay,
  kDelivered,
  kRead,
  kReceived,
  kNotSent
};
enum class MessageKind : std::uint8_t { kText = 1, kUnknown, kGap, kNote };

struct MessageInfo {
  RoomId room;
  EntryId id;
  MessageKind kind = MessageKind::kText;
  MessageState state = MessageState::kWaiting;
  std::uint64_t sequence = 0;  ///< 0: not in the log yet
  bool self = false;
  Fingerprint from;
  std::string from_name;
  std::string text;
  std::uint64_t gap_count = 0;
  Time at{};
  std::int32_t utc_offset_minutes = 0;
};

enum class IntroductionState : std::uint8_t { kWaiting = 1, kUsed, kEnded };

struct IntroductionInfo {
  RoomId room;
  std::string label;
  std::string link;  ///< empty before the relay has the room, and once used or ended
  IntroductionState state = IntroductionState::kWaiting;
  Time created{};
  Time expires{};
  std::optional<Time> used;
  std::uint32_t attempts = 0;
};

/// Text that was typed in a room and not sent.
struct DraftInfo {
  RoomId room;
  std::string text;
};

/// What a relay lets its user do.
struct AllowanceInfo {
  std::size_t rooms = 0;  ///< that can still be made; not counted where the relay is open
};

/// What a link's offer says, before anything is stored.
struct OfferInfo {
  std::string inviter;  ///< the name, as they call themselves
  std::string greeting;
  Fingerprint fingerprint;
  RoomId room;
};

namespace event {
/// A room is new, or something of it other than its messages changed.
struct RoomChanged {
  RoomInfo room;
};
struct RoomGone {
  RoomId room;
};
/// A message is new (also an own one), at the end of the order or with the sequence it has.
struct MessageAdded {
  MessageInfo message;
};
/// Its state or sequence changed.
struct MessageChanged {
  MessageInfo message;
};
struct IntroductionChanged {
  IntroductionInfo introduction;
};
struct IntroductionUsed {
  RoomId room;
  Fingerprint by;
};
/// Somebody tried the used link.
struct IntroductionTriedAgain {
  RoomId room;
};
struct Connection {
  RelayAddress relay;
  bool connected;
  std::optional<Error> error;
};
/// Everything that the relay had for this room has been processed.
struct CaughtUp {
  RoomId room;
};
/// Entries expired before this device read them.
struct Gap {
  RoomId room;
  std::uint64_t count;
};
struct Fork {
  RoomId room;
};
struct IdentityChanged {
  RoomId room;
};
/// The vault failed; the core has stopped, nothing more is sent. It must be opened again.
struct Stopped {
  Error error;
};
}  // namespace event

using Event =
    std::variant<event::RoomChanged, event::RoomGone, event::MessageAdded, event::MessageChanged,
                 event::IntroductionChanged, event::IntroductionUsed, event::IntroductionTriedAgain,
                 event::Connection, event::CaughtUp, event::Gap, event::Fork,
                 event::IdentityChanged, event::Stopped>;

}  // namespace magpie::client
