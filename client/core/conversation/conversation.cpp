// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/conversation/conversation.h"

#include <algorithm>
#include <iterator>

#include "client/core/introduction/guest.h"
#include "client/core/introduction/inviter.h"
#include "client/core/vault/records.h"
#include "crypto/base/check.h"

namespace magpie::client {
namespace {

crypto::SignKeyPair slot_key(const Secret& seed) {
  auto key = crypto::SignKeyPair::from_seed(seed.expose());
  MAGPIE_CHECK(key.has_value());  // load() has seen its size
  return std::move(*key);
}

}  // namespace

Conversation::Conversation(StoredRoom stored, IntroductionRecord* introduction,
                           const Surroundings& surroundings, bool fresh)
    : introduction_(introduction),
      around_(surroundings),
      room_(std::move(stored.room)),
      outbox_(std::make_move_iterator(stored.outbox.begin()),
              std::make_move_iterator(stored.outbox.end())),
      unconfirmed_(std::move(stored.unconfirmed)),
      creation_sent_(!fresh),
      awaited_(fresh) {
  // Of the points that are kept, those of the chain that leads to the cursor.
  std::uint64_t next = room_.cursor;
  for (auto point = stored.log_points.rbegin(); point != stored.log_points.rend(); ++point) {
    if (point->sequence == next) log_points_[next--] = point->hash;
  }
  unconfirmed_.room = room_.room;
}

Result<Conversation> Conversation::load(StoredRoom stored, IntroductionRecord* introduction,
                                        const Surroundings& surroundings, bool fresh) {
  const RoomRecord& room = stored.room;
  const auto whole = [](const Secret& seed) { return seed.size() == 32; };
  if (!whole(room.slot_seed) || (room.next_slot_seed && !whole(*room.next_slot_seed)) ||
      (room.kind == RoomRecord::Kind::kIntroduction && introduction == nullptr)) {
    return fail(Errc::kDamaged, "room: record");
  }
  auto pending = std::move(stored.pending);
  auto group = std::move(stored.group);
  Conversation conversation(std::move(stored), introduction, surroundings, fresh);
  MAGPIE_TRY_VOID(conversation.load_groups(std::move(group), std::move(pending)));
  MAGPIE_TRY_VOID(conversation.load_outbox());
  return conversation;
}

Result<void> Conversation::load_groups(std::optional<GroupRecord> group,
                                       std::optional<PendingControlRecord> pending) {
  const auto policy = room_policy(room_.suite);
  std::span<const mls::StoredNode> tree;
  if (group) {
    if (!group->epoch) return fail(Errc::kDamaged, "room: group");
    tree = group->tree;
    MAGPIE_TRY(group_, mls::Group::deserialize(group->epoch->expose(), tree,
                                               group->ratchets.expose(), policy));
    // Without nodes the tree is inside the epoch, as an earlier version wrote it: the first act
    // stores them all.
    if (tree.empty()) {
      epoch_dirty_ = true;
    } else {
      stored_tree_ = group_->tree();
    }
  }
  if (!pending) return {};
  pending_.emplace(Pending{pending->entry_id, std::move(pending->payload), std::nullopt});
  if (pending->next_epoch.empty()) return {};
  const auto next_tree = mls::overlay(tree, pending->next_tree);
  MAGPIE_TRY(pending_->next, mls::Group::deserialize(pending->next_epoch.expose(), next_tree,
                                                     pending->next_ratchets.expose(), policy));
  return {};
}

Result<void> Conversation::load_outbox() {
  for (const OutboxRecord& item : outbox_) {
    const auto act = decode_act(item.content);
    if (!act) return fail(Errc::kDamaged, "room: outbox");
    if (std::holds_alternative<act::Receipt>(act->body)) receipt_id_ = item.id;
  }
  return {};
}

void Conversation::request(Output::Request frame, InFlight kind) {
  MAGPIE_CHECK(in_flight_ == InFlight::kNothing);
  in_flight_ = kind;
  out_.frames.push_back(std::move(frame));
}

void Conversation::opened(const frames::Greeting& greeting, Time now) {
  closed();
  greeting_ = greeting;
  retry_at_ = now;
  begin(now);
}

void Conversation::closed() {
  phase_ = Phase::kOffline;
  greeting_.reset();
  in_flight_ = InFlight::kNothing;
  tried_both_keys_ = attached_exchanged_ = false;
  awaits_echo_ = false;
  wait_through_ = 0;
  caught_up_through_ = 0;
  relay_last_control_ = 0;
  set_back_to_.reset();
  acknowledged_ = 0;
  acknowledge_at_ = Time::max();
  backoff_.reset();
  hold_back(std::nullopt);
  out_.frames.clear();
}

// The relay could not do what was asked, and is asked again later.
bool Conversation::waits_to_begin() const {
  const bool beginning = phase_ == Phase::kCreating || phase_ == Phase::kAttaching;
  return beginning && in_flight_ == InFlight::kNothing;
}

void Conversation::begin(Time now) {
  const bool offer_waits = is_introduction() && pending_ && room_.cursor == 0;
  if (offer_waits && !room_.closed) {
    create(now);
  } else {
    attach(joining());
  }
}

void Conversation::create(Time now) {
  auto frame = create_room_frame(*introduction_, room_, pending_->id, pending_->payload);
  MAGPIE_CHECK(frame.has_value());
  phase_ = Phase::kCreating;
  // A room that was asked for before may be there and paid for: then it costs nothing again.
  const bool pays = !creation_sent_ || unpaid_;
  if (greeting_->invited) {
    auto& wallet = around_.wallet;
    frame->token =
        pays ? wallet.take(room_.relay.identity, room_.room) : wallet.token_of(room_.room);
    if (pays && !frame->token) {
      // A code that waits may still bring one.
      if (wallet.waits(room_.relay.identity)) return retry_later(now);
      return refuse_creation({Errc::kNotInvited, "introduction: no token"});
    }
  }
  creation_sent_ = true;
  request(std::move(*frame), InFlight::kCreate);
}

// A joining guest cannot know whether its Welcome arrived: the key that the Welcome brings is
// tried first, then the link's.
void Conversation::attach(bool exchanged) {
  const bool use_next = exchanged && room_.next_slot_seed.has_value();
  phase_ = use_next ? Phase::kAttachingExchanged : Phase::kAttaching;
  const auto key = slot_key(use_next ? *room_.next_slot_seed : room_.slot_seed);
  // What a reader says it has stored may be deleted; the offer is kept for whichever guest comes.
  const std::uint64_t after = joining() ? 0 : room_.cursor;
  request(make_attach(room_.room, key, after, *greeting_), InFlight::kAttach);
}

void Conversation::answered(const frames::Answer& answer, Time now) {
  const InFlight kind = std::exchange(in_flight_, InFlight::kNothing);
  switch (kind) {
    case InFlight::kNothing:
      return;
    case InFlight::kCreate:
      return create_answered(answer, now);
    case InFlight::kAttach:
      return attach_answered(answer, now);
    case InFlight::kAppend:
      return append_answered(answer, now);
    case InFlight::kClose:
      return close_answered(answer, now);
  }
}

// Until the relay has closed it, the link still lets somebody in.
void Conversation::close_answered(const frames::Answer& answer, Time now) {
  const auto* refusal = std::get_if<frames::Refusal>(&answer.result);
  if (std::holds_alternative<frames::Closed>(answer.result)) return drop();
  if (refusal != nullptr && refusal->code == Errc::kNoSuchSlot) phase_ = Phase::kAttaching;
  retry_later(now);
}

void Conversation::create_answered(const frames::Answer& answer, Time now) {
  const auto* refusal = std::get_if<frames::Refusal>(&answer.result);
  if (refusal == nullptr) {
    around_.wallet.spent(room_.room);
    unpaid_ = false;
  }
  // A room that exists is this one, when an answer was lost and a guest has come meanwhile; if it
  // is somebody else's, attaching will say so.
  if (refusal == nullptr || refusal->code == Errc::kRoomExists) return attach(false);
  if (refusal->code == Errc::kRelayStorage) return retry_later(now);
  if (refusal->code == Errc::kNotInvited) {
    // It is not there, or this token was not good: another may be.
    const bool had_token = around_.wallet.reject(room_.room);
    if (!std::exchange(unpaid_, true) || had_token) return create(now);
  }
  refuse_creation(frames::error_of(*refusal));
}

void Conversation::refuse_creation(Error error) {
  out_.established = tl::unexpected(error);
  out_.introduction_dropped = true;
  drop();
}

void Conversation::attach_answered(const frames::Answer& answer, Time now) {
  if (const auto* refusal = std::get_if<frames::Refusal>(&answer.result)) {
    return attach_refused(*refusal, now);
  }
  const auto* attached = std::get_if<frames::Attached>(&answer.result);
  if (attached == nullptr) return retry_later(now);
  attached_exchanged_ = phase_ == Phase::kAttachingExchanged;
  hold_back(std::nullopt);
  phase_ = Phase::kCatchingUp;
  relay_last_control_ = attached->last_control;
  if (attached->head < room_.cursor) {
    set_back_to_ = attached->head;
    raise_fork();
  }
  if (attached->last_control < room_.last_control && !joining()) {
    taken_back(attached->last_control, now);
  }
  if (room_.closed && !is_introduction()) set_closed(false);
  if (is_introduction()) {
    around_.wallet.spent(room_.room);
    establish();
  }
  if (introduction_ != nullptr && attached->exchanged_key_attempts > introduction_->attempts) {
    introduction_->attempts = attached->exchanged_key_attempts;
    introduction_dirty_ = true;
    out_.events.emplace_back(event::IntroductionTriedAgain{room_.room});
  }
}

// A limit of the relay keeps back what waits; or no longer.
void Conversation::hold_back(std::optional<Error> error) {
  if (held_back_.has_value() == error.has_value()) return;
  held_back_ = error;
  out_.room_changed = true;
}

void Conversation::attach_refused(const frames::Refusal& refusal, Time now) {
  const Errc code = refusal.code;
  if (code == Errc::kLimit) hold_back(frames::error_of(refusal));
  if (code != Errc::kNoSuchSlot && code != Errc::kSlotExchanged) {
    phase_ = Phase::kAttaching;
    return retry_later(now);
  }
  const bool exchanged = phase_ == Phase::kAttachingExchanged;
  phase_ = Phase::kOffline;
  if (joining() && exchanged && !tried_both_keys_) return attach(false);
  if (joining() && code == Errc::kSlotExchanged && !tried_both_keys_) {
    // The Welcome may have arrived between the two attempts.
    tried_both_keys_ = true;
    return attach(true);
  }
  if (joining()) {
    return fail_join(tried_both_keys_ || code == Errc::kSlotExchanged ? Errc::kIntroductionUsed
                                                                      : Errc::kIntroductionEnded);
  }
  lost(now);
}

// The relay opens the room no more. A conversation is tried again with the next session, as a
// relay's word alone should not end it for good. An introduction ends, and is forgotten once the
// relay has said so twice: a guest may be in a room that only the inviter can close.
void Conversation::lost(Time now) {
  phase_ = Phase::kOffline;
  if (!is_introduction()) return set_closed(true);
  if (room_.closed) return drop();
  end_waiting();
  if (greeting_) phase_ = Phase::kAttaching;
  retry_later(now);
}

// Nobody comes in by this introduction any more.
void Conversation::end_waiting() {
  introduction_->state = IntroductionRecord::State::kEnded;
  introduction_->link.clear();
  introduction_->key_package.reset();
  introduction_dirty_ = true;
  drop_pending();
  set_closed(true);
}

void Conversation::noticed(frames::Notice::Kind kind, Time now) {
  if (!online()) return;
  switch (kind) {
    case frames::Notice::Kind::kExchangedKeyAttempt:
      if (introduction_ == nullptr) return;
      ++introduction_->attempts;
      introduction_dirty_ = true;
      out_.events.emplace_back(event::IntroductionTriedAgain{room_.room});
      return;
    case frames::Notice::Kind::kSlotRemoved:
    case frames::Notice::Kind::kRoomClosed:
      closed();
      return joining() ? fail_join(Errc::kIntroductionEnded) : lost(now);
  }
}

void Conversation::set_closed(bool closed) {
  if (room_.closed == closed) return;
  room_.closed = closed;
  room_dirty_ = true;
  out_.room_changed = true;
}

void Conversation::establish() {
  out_.established = Result<void>();
  out_.introduction_changed = is_introduction();
}

// Whoever waits for it is told, and nothing stays. Later the room says it, and is tried again with
// the next session: the relay's word alone should not keep a guest out for good.
void Conversation::fail_join(Errc code) {
  phase_ = Phase::kOffline;
  if (!awaited_) return set_closed(true);
  out_.established = fail(code, "join: another came first");
  drop();
}

// The relay has this guest's Welcome, and shows it no more: this device is in all the same.
void Conversation::enter_late(std::uint64_t sequence, Time now) {
  apply_pending(now);
  room_.cursor = room_.last_control = sequence;
  room_.hash_anchored = false;
  phase_ = Phase::kAttaching;  // for what came after it
  retry_at_ = now;
}

void Conversation::drop() {
  around_.wallet.give_back(room_.room);
  out_.dropped = true;
  phase_ = Phase::kOffline;
}

bool Conversation::take_back() {
  if (!is_introduction() || creation_sent_) return false;
  out_.introduction_dropped = true;
  drop();
  return true;
}

Result<void> Conversation::end_introduction(Time now) {
  if (!is_introduction() || introduction_->state != IntroductionRecord::State::kWaiting) {
    return fail(Errc::kUsage, "introduction: does not wait");
  }
  end_waiting();
  pump(now);
  return {};
}

void Conversation::mark_read() {
  if (room_.unread == 0) return;
  room_.unread = 0;
  room_dirty_ = true;
  out_.room_changed = true;
}

void Conversation::compared(bool matches, Time now) {
  if (!matches && !room_.doubt_changed) {
    out_.events.emplace_back(event::IdentityChanged{room_.room});
  }
  room_.doubt_changed = !matches;
  room_dirty_ = true;
  out_.room_changed = true;
  pump(now);
}

// The two logs stay different; the next commit begins their hash anew. A log that was set back is
// read from where the relay stands now, or what comes under numbers known already would be lost.
void Conversation::end_fork(Time now) {
  if (!room_.doubt_fork && !room_.cannot_follow) return;
  room_.doubt_fork = false;
  room_.cannot_follow = false;
  room_.hash_anchored = false;
  if (set_back_to_) {
    room_.cursor = acknowledged_ = *set_back_to_;
    set_back_to_.reset();
    room_.last_control = relay_last_control_;
    phase_ = Phase::kAttaching;
    retry_at_ = now;
  }
  room_dirty_ = true;
  out_.room_changed = true;
  pump(now);
}

void Conversation::tick(Time now) {
  if (waits_to_begin() && retry_at_ <= now) return begin(now);
  if (phase_ != Phase::kLive) return;
  const bool over = is_introduction() && !room_.closed && introduction_->expires <= now;
  if (over) {
    const auto ended = end_introduction(now);
    MAGPIE_CHECK(ended.has_value());
  }
  if (acknowledge_at_ <= now) {
    acknowledge_at_ = Time::max();
    acknowledge(out_);
  }
  pump(now);
}

void Conversation::clock_set_back(std::chrono::milliseconds by) {
  for (Time* at : {&retry_at_, &acknowledge_at_, &receipt_at_}) {
    if (*at != Time::max()) *at -= by;
  }
}

Time Conversation::next_tick() const {
  if (waits_to_begin()) return retry_at_;
  if (phase_ != Phase::kLive) return Time::max();
  Time next = acknowledge_at_;
  if (is_introduction() && !room_.closed) next = std::min(next, introduction_->expires);
  const bool closes = is_introduction() && room_.closed && in_flight_ == InFlight::kNothing;
  if (closes) next = std::min(next, retry_at_);
  const bool could_send = in_flight_ == InFlight::kNothing && !awaits_echo_ && !paused() &&
                          room_.cursor >= wait_through_;
  const bool waits = pending_ ? pending_->next.has_value() : group_ && !outbox_.empty();
  if (could_send && waits) next = std::min(next, retry_at_);
  if (could_send && group_ && !pending_ && !unconfirmed_.ids.empty() && !receipt_queued()) {
    next = std::min(next, std::max(receipt_at_, retry_at_));
  }
  return next;
}

Output Conversation::take() {
  untaken_entries_ = 0;
  Output out = std::exchange(out_, {});
  Changes changes;
  if (out.introduction_dropped) {
    changes.emplace_back(DropIntroduction{room_.room});
  } else if (std::exchange(introduction_dirty_, false)) {
    changes.emplace_back(clone(*introduction_));
    out.introduction_changed = true;
  }
  if (out.dropped) {
    changes.emplace_back(DropRoom{room_.room});
    out.changes = std::move(changes);
    out.frames.clear();
    return out;
  }
  if (std::exchange(room_dirty_, false)) changes.emplace_back(clone(room_));
  if (epoch_dirty_) {
    auto state = group_->serialize(stored_tree_.get());
    stored_tree_ = group_->tree();
    changes.emplace_back(GroupRecord{room_.room, std::move(state.epoch), std::move(state.tree),
                                     std::move(state.ratchets)});
  } else if (ratchets_dirty_) {
    changes.emplace_back(GroupRecord{room_.room, std::nullopt, {}, group_->serialize_ratchets()});
  }
  epoch_dirty_ = ratchets_dirty_ = false;
  if (std::exchange(unconfirmed_dirty_, false)) changes.emplace_back(unconfirmed_);
  std::ranges::move(out.changes, std::back_inserter(changes));
  for (const MessageRecord& message : out.added) changes.emplace_back(message);
  for (const MessageRecord& message : out.changed) changes.emplace_back(message);
  for (const Delivered& delivered : out.delivered) changes.emplace_back(delivered);
  out.changes = std::move(changes);
  if (phase_ == Phase::kCatchingUp) acknowledge(out);
  return out;
}

// Tells the relay what is stored here. Not before a Welcome is in the log: until then the offer is
// for whichever guest comes.
void Conversation::acknowledge(Output& out) {
  if (acknowledged_ >= room_.cursor || joining()) return;
  acknowledged_ = room_.cursor;
  out.frames.emplace_back(frames::Acknowledge{room_.room, room_.cursor});
}

bool Conversation::paused() const {
  return room_.doubt_fork || room_.doubt_changed || room_.cannot_follow || room_.closed;
}

RoomState Conversation::state() const {
  if (room_.closed) return RoomState::kClosed;
  if (room_.doubt_fork) return RoomState::kFork;
  if (room_.doubt_changed) return RoomState::kChanged;
  if (room_.cannot_follow || !room_.hash_anchored) return RoomState::kGap;
  return group_ ? RoomState::kOk : RoomState::kWaiting;
}

std::vector<MemberInfo> Conversation::members() const {
  MemberInfo self;
  self.name = around_.self.name;
  self.fingerprint = around_.self.fingerprint;
  self.verified = true;
  self.role = is_introduction() ? Role::kManager : Role::kMember;
  self.self = true;
  std::vector<MemberInfo> members = {self};
  const mls::Group* group = group_ ? &*group_ : nullptr;
  if (group == nullptr && joining() && pending_ && pending_->next) group = &*pending_->next;
  if (group == nullptr) return members;
  const auto roles = find_roles(group->extensions());
  for (const mls::Member& leaf : group->members()) {
    const auto root = root_of_credential(leaf.identity);
    if (!root || !roles || !roles->contains(*root)) continue;
    if (*root == around_.self.root.public_key()) {
      members.front().role = roles->at(*root);
      continue;
    }
    MemberInfo member;
    member.fingerprint = fingerprint_of(*root);
    const PersonRecord* person = around_.people.find(*root);
    if (person != nullptr) {
      member.name = person->name;
      member.introduced = person->introduced;
      member.numbers_compared = person->numbers_compared;
    } else if (joining()) {
      member.name = room_.title;
    }
    member.verified = (member.introduced || member.numbers_compared) && !room_.doubt_changed;
    member.role = roles->at(*root);
    members.push_back(std::move(member));
  }
  return members;
}

std::optional<RootKey> Conversation::member_root(const Fingerprint& person) const {
  if (!group_) return std::nullopt;
  for (const mls::Member& leaf : group_->members()) {
    const auto root = root_of_credential(leaf.identity);
    if (root && fingerprint_of(*root) == person) return *root;
  }
  return std::nullopt;
}

std::string Conversation::title() const {
  if (!room_.title.empty()) return room_.title;
  const auto all = members();
  return all.size() > 1 ? all[1].name : std::string();
}

bool Conversation::settled() const {
  if (room_.closed && !is_introduction()) return true;
  if (phase_ != Phase::kLive || in_flight_ != InFlight::kNothing || awaits_echo_) return false;
  if (acknowledged_ < room_.cursor || (room_.closed && is_introduction())) return false;
  if (paused()) return true;
  const bool receipt_due = group_ && !unconfirmed_.ids.empty();
  return !pending_ && outbox_.empty() && !receipt_due;
}

}  // namespace magpie::client
