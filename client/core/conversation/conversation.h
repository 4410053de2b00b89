// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>

#include "client/core/allowance/wallet.h"
#include "client/core/conversation/act.h"
#include "client/core/conversation/membership.h"
#include "client/core/event.h"
#include "client/core/people.h"
#include "client/core/sync/backoff.h"
#include "client/core/transport/frames.h"

namespace magpie::client {

/// What conversations need beside their own records; outlives them.
struct Surroundings {
  const Self& self;
  People& people;
  Wallet& wallet;
  Random& random;
  /// Whether a line of this room has this id already.
  std::function<bool(const RoomId&, const EntryId&)> has_line;
};

/// What followed from one or more acts of a conversation: first `changes` are stored, all or none;
/// then the frames go to the relay and the rest to the user.
struct Output {
  using Request = decltype(frames::ClientFrame::body);

  Changes changes;
  std::vector<Request> frames;
  std::vector<MessageRecord> added;
  std::vector<MessageRecord> changed;
  std::vector<Delivered> delivered;
  std::vector<Event> events;  ///< those that need no snapshot of the room
  bool room_changed = false;
  bool introduction_changed = false;
  /// The relay has an introduction's room, or a guest's Welcome; or never will.
  std::optional<Result<void>> established;
  bool dropped = false;               ///< the room is gone; forget the conversation
  bool introduction_dropped = false;  ///< with it: the introduction never came to be
};

/// One room, sans-I/O: the relay's frames, the user's acts and the time come in, an Output goes
/// out. What came in since the last `take` is one act, to be stored in one transaction before
/// anything of it is told; so a crash at any instant is as if the act had not been.
///
/// One entry is on its way to the relay at a time, so the order of entries is the order of their
/// encryption, and whether it arrived is known before the next one is encrypted.
/// Not thread-safe.
class Conversation {
 public:
  /// `introduction`: the record of the introduction whose room this is, on the inviter's side;
  /// outlives this. Errors: kDamaged where the stored group does not read.
  /// `fresh`: just made, so that nothing of it was ever sent.
  static Result<Conversation> load(StoredRoom stored, IntroductionRecord* introduction,
                                   const Surroundings& surroundings, bool fresh);

  // From the network. Frames that do not fit the state are ignored.
  void opened(const frames::Greeting& greeting, Time now);
  void closed();
  void answered(const frames::Answer& answer, Time now);
  void entry(const frames::Entry& entry, Time now);
  void caught_up(std::uint64_t through, Time now);
  void noticed(frames::Notice::Kind kind, Time now);

  void tick(Time now);
  /// The clock shows an earlier time than before: what is due in a moment stays so.
  void clock_set_back(std::chrono::milliseconds by);
  /// When `tick` has something to do; Time::max() for never.
  Time next_tick() const;

  // From the user.
  /// Errors: kUsage (empty, not UTF-8), kTooLarge, kInDoubt, kNotFound where nobody can read yet.
  Result<EntryId> send_text(std::string text, std::int32_t utc_offset_minutes, Time now);
  void mark_read();
  /// A person compared a member's number. \`matches\` ends that doubt, otherwise sending pauses.
  void compared(bool matches, Time now);
  /// Nobody waits any more for what comes of joining: from here on the room itself says it.
  void stop_waiting() { awaited_ = false; }
  /// A person decided to go on although histories differ, or others may be in another epoch.
  void end_fork(Time now);
  /// Drops an introduction whose room was never asked of a relay, as if it had not been made.
  /// False where there is none.
  bool take_back();
  /// Ends an introduction that waits. Errors: kUsage where it does not.
  Result<void> end_introduction(Time now);

  /// Everything since the last call. `changes` is empty where nothing is to be stored.
  Output take();
  /// How many entries were processed since the last `take`.
  std::size_t untaken_entries() const { return untaken_entries_; }

  const RoomRecord& room() const { return room_; }
  const mls::Group* group() const { return group_ ? &*group_ : nullptr; }
  RoomState state() const;
  /// Self first; the self alone before there is a group.
  std::vector<MemberInfo> members() const;
  /// The root key of a member with this fingerprint.
  std::optional<RootKey> member_root(const Fingerprint& person) const;
  std::string title() const;
  /// Whether the relay is known to have the room. An introduction that it has not may never be.
  bool at_relay() const { return room_.cursor > 0 || online(); }
  /// Which limit of the relay holds back what waits here, while this session lasts.
  const std::optional<Error>& held_back() const { return held_back_; }
  bool catching_up() const { return phase_ == Phase::kCatchingUp; }
  /// Whether all was read and told that can be, and nothing waits that could be sent.
  bool settled() const;

 private:
  enum class Phase {
    kOffline,
    kCreating,
    kAttaching,           ///< with the slot's key
    kAttachingExchanged,  ///< with the key that a Welcome exchanges the slot's for
    kCatchingUp,
    kLive
  };
  enum class InFlight { kNothing, kCreate, kAttach, kAppend, kClose };

  struct Pending {
    EntryId id;
    Buffer payload;
    std::optional<mls::Group> next;  ///< none for an offer
  };

  Conversation(StoredRoom stored, IntroductionRecord* introduction,
               const Surroundings& surroundings, bool fresh);
  Result<void> load_groups(std::optional<GroupRecord> group,
                           std::optional<PendingControlRecord> pending);
  Result<void> load_outbox();

  // conversation.cpp: attaching, and what concerns the room as a whole.
  bool is_introduction() const { return room_.kind == RoomRecord::Kind::kIntroduction; }
  bool joining() const { return !is_introduction() && !group_; }
  bool paused() const;
  bool online() const { return phase_ == Phase::kCatchingUp || phase_ == Phase::kLive; }
  void request(Output::Request frame, InFlight kind);
  void begin(Time now);
  bool waits_to_begin() const;
  void create(Time now);
  void refuse_creation(Error error);
  void attach(bool exchanged);
  void close_answered(const frames::Answer& answer, Time now);
  void create_answered(const frames::Answer& answer, Time now);
  void attach_answered(const frames::Answer& answer, Time now);
  void attach_refused(const frames::Refusal& refusal, Time now);
  void hold_back(std::optional<Error> error);
  void lost(Time now);
  void set_closed(bool closed);
  void acknowledge(Output& out);
  void establish();
  void fail_join(Errc code);
  void enter_late(std::uint64_t sequence, Time now);
  void end_waiting();
  void drop();

  // send.cpp
  void pump(Time now);
  bool may_send(Time now) const;
  void append(const EntryId& id, bool control, const Buffer& payload);
  void append_answered(const frames::Answer& answer, Time now);
  void append_refused(const frames::Refusal& refusal, Time now);
  void give_up_head(Time now);
  void append_lost_its_echo(std::uint64_t sequence, Time now);
  bool was_another_entry(std::uint64_t sequence) const;
  void stale(std::uint64_t relay_last_control, Time now);
  void taken_back(std::uint64_t relay_last_control, Time now);
  void retry_later(Time now);
  bool update_due(Time now) const;
  void commit_update(Time now);
  void queue_receipt(Time now);
  bool receipt_queued() const;
  bool encrypt(OutboxRecord& item);
  void finish(const OutboxRecord& item, std::uint64_t sequence, MessageRecord::State state);
  MessageRecord own_message(const OutboxRecord& item) const;
  void apply_pending(Time now);
  void meet_inviter();
  void drop_pending();

  // receive.cpp
  bool is_pending(const frames::Entry& entry) const;
  void before_joining(const frames::Entry& entry);
  void shown_again(const frames::Entry& entry);
  std::optional<Buffer> own_entry(const frames::Entry& entry, Time now);
  void foreign_entry(const frames::Entry& entry, Time now);
  void accept_welcome(const frames::Entry& entry, Time now);
  void follow(const frames::Entry& entry, Bytes seen, Time now);
  void read_application(const frames::Entry& entry, Time now);
  void take_act(const Act& act, const RootKey& from, const frames::Entry& entry, Time now);
  void take_receipt(const act::Receipt& receipt, const RootKey& from);
  bool is_taken(const EntryId& id) const;
  void compare(const LogPoint& seen, std::uint64_t sequence);
  void chain(const frames::Entry& entry, const std::optional<Buffer>& payload);
  void pass_gap(std::uint64_t through, Time now);
  void show_gap(std::uint64_t first, std::uint64_t last, Time now);
  void show_missed_by(const Fingerprint& member, std::uint64_t sequence, Time now);
  void missed_control(std::uint64_t relay_last_control);
  void unconfirmed_add(const EntryId& id, Time now);
  void raise_fork();

  IntroductionRecord* introduction_;
  Surroundings around_;

  RoomRecord room_;
  std::optional<mls::Group> group_;
  /// The tree whose nodes are stored once all that was taken is; null for none. An act that fails
  /// to be stored is the storage's last.
  std::shared_ptr<const mls::RatchetTree> stored_tree_;
  std::optional<Pending> pending_;
  std::deque<OutboxRecord> outbox_;
  std::map<std::uint64_t, LogHash> log_points_;
  UnconfirmedRecord unconfirmed_;
  std::optional<EntryId> receipt_id_;  ///< of the receipt in the outbox, at most one

  // The session.
  Phase phase_ = Phase::kOffline;
  std::optional<frames::Greeting> greeting_;
  InFlight in_flight_ = InFlight::kNothing;
  EntryId in_flight_id_;  ///< of the entry that is being appended
  bool tried_both_keys_ = false;
  bool attached_exchanged_ = false;  ///< with the key that a Welcome exchanges the slot's for
  bool unpaid_ = false;  ///< the relay has said that the introduction's room is not there
  bool creation_sent_;   ///< or may have been, before this object was made
  bool awaited_;         ///< somebody is told what comes of joining
  std::uint64_t caught_up_through_ = 0;
  bool awaits_echo_ = false;        ///< the head of the queue is in the log, its entry not come yet
  std::uint64_t wait_through_ = 0;  ///< nothing is sent before this entry was processed
  std::uint64_t relay_last_control_ = 0;
  std::optional<std::uint64_t> set_back_to_;  ///< the relay's log ends before this device's
  bool log_restarts_ = false;                 ///< at the entry that is being read
  std::uint64_t acknowledged_ = 0;
  Backoff backoff_;
  Time retry_at_{};
  std::optional<Error> held_back_;
  Time acknowledge_at_ = Time::max();
  Time receipt_at_ = Time::max();

  // Since the last take().
  Output out_;
  std::size_t untaken_entries_ = 0;
  bool room_dirty_ = false;
  bool epoch_dirty_ = false;
  bool ratchets_dirty_ = false;
  bool unconfirmed_dirty_ = false;
  bool introduction_dirty_ = false;
};

}  // namespace magpie::client
