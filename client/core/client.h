// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "client/core/event.h"
#include "crypto/base/result.h"
#include "crypto/base/secret.h"

namespace magpie::client {

struct CreateProfile {
  std::string name;
  Secret passphrase;  ///< UTF-8, at least 10 characters in the program's screens
  std::optional<RelayAddress> relay;
};

struct IntroduceRequest {
  std::string label;  ///< private to the inviter; may be empty
  std::string greeting;
  std::string pin;  ///< told by telephone and mixed in; empty: none
  std::chrono::hours lifetime{7 * 24};
};

struct JoinRequest {
  std::string link;
  std::string pin;
  std::string name;  ///< how the guest calls themselves
};

struct JoinedInfo {
  RoomId room;
  std::string inviter;
  Fingerprint fingerprint;
};

/// The whole client behind one door: a thread that owns the vault and every conversation, and a
/// transport. Every function returns at once; `done` and the event handler are called on the
/// core's thread, in order, and must not block. After the destructor returns, nothing is called.
/// Functions may be called from any thread.
/// Errors come to `done`; each leaves the vault as it was. kLocked where no profile is open.
class Client {
 public:
  template <class T>
  using Done = std::function<void(Result<T>)>;
  using EventHandler = std::function<void(const Event&)>;

  /// `profile`: the folder of the vault; nothing is written before `create` or `join_new`.
  Client(std::filesystem::path profile, EventHandler on_event);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Whether a vault is in the folder. Reads the disk; callable before anything else.
  static bool profile_exists(const std::filesystem::path& profile);

  /// Six words that were just drawn, for a passphrase of 77 bits. Callable before anything else.
  static std::string suggest_passphrase();

  /// Makes the vault and opens it, or finishes one whose making was cut short, where the passphrase
  /// is that one's. Errors: kExists, kInUse, kStorage, kUsage (no name, or a profile is open).
  void create(CreateProfile request, Done<ProfileInfo> done);
  /// Opens the vault and starts to connect. Errors: kNotFound, kInUse, kWrongPassphrase,
  /// kDamaged, kStorage, kUsage (one is open). kLocked where `lock` comes before it is done.
  /// Argon2id runs on another thread, here and for PINs.
  void open(Secret passphrase, Done<ProfileInfo> done);
  /// Closes sessions and vault; secrets leave memory. Whoever still waits for an answer gets
  /// kLocked; what is stored goes on after the next `open`.
  void lock(Done<void> done);

  /// Reads a link's offer from its relay, without a profile, storing nothing.
  /// Errors: kBadLink, kUnsupported, kIntroductionUsed, kIntroductionEnded, kWrongInviter,
  /// kDecryptFailed (also a wrong PIN), kUnreachable, kTimedOut, kWrongRelayKey.
  void preview(std::string link, std::string pin, Done<OfferInfo> done);
  /// Joins with a link; done once the relay has the Welcome on disk. Errors: those of `preview`.
  void join(JoinRequest request, Done<JoinedInfo> done);
  /// `create` and `join` in one: nothing stays on disk where joining fails before the vault is
  /// needed. Errors: those of both.
  void join_new(CreateProfile profile, JoinRequest request, Done<JoinedInfo> done);

  /// Turns an invitation code of the profile's relay into an allowance; done once that is in the
  /// vault. The code is stored first, and goes on waiting where the relay does not answer. Errors:
  /// kUsage (not a code; no relay), kNotInvited (the relay knows no such code, or it is used up),
  /// kUnreachable, kTimedOut.
  void redeem(std::string code, Done<AllowanceInfo> done);
  /// Makes an introduction; done once the relay has the room on disk. Errors: kUsage where the
  /// profile has no relay, kUnreachable, kTimedOut, kLimit, kNotInvited.
  void introduce(IntroduceRequest request, Done<IntroductionInfo> done);
  /// Ends a waiting introduction: its room is closed at the relay.
  void cancel_introduction(RoomId room, Done<void> done);

  /// Queues a text; done once it is in the vault, with its id. Events tell its way from there.
  /// Errors: kNotFound (also while a room is still being joined), kInDoubt, kTooLarge, kUsage
  /// (empty), kStorage.
  void send(RoomId room, std::string text, Done<EntryId> done);
  void mark_read(RoomId room, Done<void> done);
  /// Keeps what was typed and not sent, in the vault; empty: nothing. At most one of a room, and as
  /// long as it. Errors: kNotFound, kUsage (not UTF-8), kTooLarge (over a mebibyte), kStorage.
  void save_draft(RoomId room, std::string text, Done<void> done);
  void drafts(Done<std::vector<DraftInfo>> done);

  void profile(Done<ProfileInfo> done);
  void set_relay(RelayAddress relay, Done<void> done);
  void rooms(Done<std::vector<RoomInfo>> done);
  void introductions(Done<std::vector<IntroductionInfo>> done);
  /// The last `limit` messages but for the newest `before`, in log order.
  void history(RoomId room, std::size_t before, std::size_t limit,
               Done<std::vector<MessageInfo>> done);

  /// Sixty digits in twelve groups of five, the same on both sides (docs/protocol.md).
  void safety_number(RoomId room, Fingerprint person, Done<std::string> done);
  /// Marks the numbers as compared, or as not.
  void verify(RoomId room, Fingerprint person, bool matches, Done<void> done);

  /// Done when every room is caught up and nothing waits, or with kLimit where a relay's limits
  /// keep back all that does. After `timeout`: why some relay is away
  /// (kUnreachable, kWrongRelayKey, kTimedOut), else kTimedOut.
  void settle(std::chrono::milliseconds timeout, Done<void> done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace magpie::client
