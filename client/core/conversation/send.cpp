// SPDX-License-Identifier: GPL-3.0-or-later
// How a conversation speaks: one entry on its way at a time, encrypted when it goes.
#include <algorithm>

#include "client/core/conversation/conversation.h"
#include "client/core/conversation/padding.h"
#include "client/core/text.h"
#include "crypto/base/check.h"

namespace magpie::client {
namespace {

using namespace std::chrono_literals;

constexpr auto kUpdateAfter = 24h * 7;
constexpr std::uint32_t kUpdateAfterMessages = 500;

}  // namespace

Result<EntryId> Conversation::send_text(std::string text, std::int32_t utc_offset_minutes,
                                        Time now) {
  if (text.empty() || !is_utf8(text)) return fail(Errc::kUsage, "send: text");
  if (text.size() > kTextSizeMax) return fail(Errc::kTooLarge, "send: text");
  // While joining too: somebody else may have come first, and then this room goes with all in it.
  if (room_.closed || !group_) return fail(Errc::kNotFound, "send: nobody is there");
  if (paused()) return fail(Errc::kInDoubt, "send: paused");
  Act act;
  act.sent_at = now;
  act.utc_offset_minutes =
      std::clamp(utc_offset_minutes, -kUtcOffsetMinutesMax, kUtcOffsetMinutesMax);
  act.body = act::Text{std::move(text)};
  OutboxRecord item;
  item.room = room_.room;
  const EntryId id = around_.random.id<EntryId>();
  item.id = id;
  item.content = encode_act(act);
  out_.added.push_back(own_message(item));
  out_.changes.emplace_back(item);
  outbox_.push_back(std::move(item));
  pump(now);  // may queue a receipt behind it
  return id;
}

// Sends the next thing that waits, if it may go now.
void Conversation::pump(Time now) {
  if (!online() || in_flight_ != InFlight::kNothing || out_.dropped) return;
  if (room_.closed && is_introduction()) {
    if (retry_at_ <= now) request(frames::CloseRoom{room_.room}, InFlight::kClose);
    return;
  }
  if (!may_send(now)) return;
  if (pending_) {
    if (pending_->next) append(pending_->id, true, pending_->payload);
    return;
  }
  if (!group_ || paused()) return;
  queue_receipt(now);
  if (outbox_.empty()) return;
  OutboxRecord& head = outbox_.front();
  // What was encrypted may be in the log, where an answer was lost: that is asked first.
  if (head.payload.empty() && update_due(now)) return commit_update(now);
  const bool encrypted = !head.payload.empty() && head.last_control == room_.last_control;
  if (!encrypted && !encrypt(head)) return retry_later(now);
  append(head.id, false, head.payload);
}

bool Conversation::may_send(Time now) const {
  const bool doubt = room_.doubt_fork || room_.doubt_changed || room_.closed;
  return phase_ == Phase::kLive && !doubt && !awaits_echo_ && room_.cursor >= wait_through_ &&
         retry_at_ <= now;
}

void Conversation::append(const EntryId& id, bool control, const Buffer& payload) {
  frames::Append frame;
  frame.room = room_.room;
  frame.entry_id = id;
  frame.control = control;
  frame.last_control = room_.last_control;
  frame.payload = payload;
  if (control && room_.next_slot_seed) {
    const auto next = crypto::SignKeyPair::from_seed(room_.next_slot_seed->expose());
    MAGPIE_CHECK(next.has_value());
    frame.new_slot_key = next->public_key();
  }
  in_flight_id_ = id;
  request(std::move(frame), InFlight::kAppend);
}

void Conversation::append_answered(const frames::Answer& answer, Time now) {
  if (const auto* refusal = std::get_if<frames::Refusal>(&answer.result)) {
    return append_refused(*refusal, now);
  }
  const auto* appended = std::get_if<frames::Appended>(&answer.result);
  if (appended == nullptr) return retry_later(now);
  backoff_.reset();
  hold_back(std::nullopt);
  // Where the entry came before the answer, it does not wait here any more.
  const bool waits = (pending_ && pending_->id == in_flight_id_) ||
                     (!outbox_.empty() && outbox_.front().id == in_flight_id_);
  if (waits && joining() && appended->sequence <= room_.cursor) {
    retry_later(now);  // under that number is the offer
  } else if (waits && joining() && appended->sequence <= caught_up_through_) {
    enter_late(appended->sequence, now);
  } else if (waits && appended->sequence > room_.cursor) {
    awaits_echo_ = true;
  } else if (waits && was_another_entry(appended->sequence)) {
    raise_fork();
  } else if (waits) {
    append_lost_its_echo(appended->sequence, now);
  }
  pump(now);
}

// Whether an entry cannot be in the log under a number that was passed already: another stood
// there, or nothing is missing. A relay that says so would have dropped it, and have it told as
// being on the relay, or have a commit applied by its sender alone.
bool Conversation::was_another_entry(std::uint64_t sequence) const {
  if (!room_.hash_anchored) return false;
  return pending_ || log_points_.empty() || sequence >= log_points_.begin()->first;
}

// The relay has the entry, and it was among those that expired before this device came for them.
void Conversation::append_lost_its_echo(std::uint64_t sequence, Time now) {
  if (pending_) {
    room_.last_control = std::max(room_.last_control, sequence);
    apply_pending(now);
    if (relay_last_control_ > room_.last_control) missed_control(relay_last_control_);
    return;
  }
  finish(outbox_.front(), sequence, MessageRecord::State::kRelay);
  outbox_.pop_front();
}

void Conversation::append_refused(const frames::Refusal& refusal, Time now) {
  switch (refusal.code) {
    case Errc::kStale:
    case Errc::kSlotExchanged:
      if (joining()) {
        // Another guest's Welcome came first, or this one's own, sent before a break. Where the key
        // that it brought has opened the room already, it was this one's.
        if (attached_exchanged_) return enter_late(room_.cursor, now);
        tried_both_keys_ = true;
        return attach(true);
      }
      if (refusal.code == Errc::kStale) return stale(refusal.last_control, now);
      return lost(now);
    case Errc::kNoSuchSlot:
      return joining() ? fail_join(Errc::kIntroductionEnded) : lost(now);
    case Errc::kNotAttached:
      phase_ = Phase::kAttaching;
      return retry_later(now);
    case Errc::kIdReused:
      if (joining()) return retry_later(now);
      return pending_ ? drop_pending() : give_up_head(now);
    case Errc::kLimit:
      hold_back(frames::error_of(refusal));
      // What can never go must not keep back what follows.
      if (refusal.limit == frames::LimitKind::kEntrySize && !pending_) return give_up_head(now);
      return retry_later(now);
    default:
      return retry_later(now);
  }
}

void Conversation::give_up_head(Time now) {
  finish(outbox_.front(), 0, MessageRecord::State::kNotSent);
  outbox_.pop_front();
  pump(now);
}

// Another control entry is the room's last: what was encrypted before it never goes again.
void Conversation::stale(std::uint64_t relay_last_control, Time now) {
  if (relay_last_control > room_.cursor) {
    wait_through_ = relay_last_control;
  } else if (relay_last_control > room_.last_control) {
    drop_pending();
    missed_control(relay_last_control);
  } else if (relay_last_control < room_.last_control) {
    taken_back(relay_last_control, now);
  } else {
    retry_later(now);  // it came while this was on its way
  }
}

// The relay knows of no such control entry as this device was shown.
void Conversation::taken_back(std::uint64_t relay_last_control, Time now) {
  raise_fork();
  room_.last_control = relay_last_control;
  room_dirty_ = true;
  retry_later(now);
}

void Conversation::retry_later(Time now) { retry_at_ = now + backoff_.next(around_.random); }

bool Conversation::update_due(Time now) const {
  // A clock that was set back must not put healing off.
  const auto since = now - room_.updated_at;
  return room_.updated_at == Time{} || since >= kUpdateAfter || since <= -kUpdateAfter ||
         room_.sent_since_update >= kUpdateAfterMessages || !room_.hash_anchored;
}

// New keys for this device, so that a stolen one heals: a commit with a path and a new leaf key.
// After a gap it also begins the log's hash anew, for all.
void Conversation::commit_update(Time now) {
  mls::CommitOptions options;
  options.force_path = true;
  options.new_identity = make_leaf_identity(around_.self.root, room_.suite, around_.random);
  options.padded_size = control_padded_size;
  if (room_.hash_anchored) {
    options.authenticated_data = encode_log_point({room_.cursor, room_.log_hash});
  }
  auto commit = group_->commit(options, seconds(now), around_.random);
  if (!commit && group_->proposal_count() > 0) {
    // A proposal that the rules refuse must not keep this device from healing.
    group_->clear_proposals();
    epoch_dirty_ = true;
    options.new_identity = make_leaf_identity(around_.self.root, room_.suite, around_.random);
    commit = group_->commit(options, seconds(now), around_.random);
  }
  if (!commit) return retry_later(now);
  ratchets_dirty_ = true;
  pending_.emplace(
      Pending{around_.random.id<EntryId>(), std::move(commit->commit), std::move(*commit->next)});
  auto next = pending_->next->serialize(group_->tree().get());
  out_.changes.emplace_back(PendingControlRecord{room_.room, pending_->id, pending_->payload,
                                                 std::move(next.epoch), std::move(next.tree),
                                                 std::move(next.ratchets)});
  append(pending_->id, true, pending_->payload);
}

// This device's control entry is in the log: from here on its group holds.
void Conversation::apply_pending(Time now) {
  const bool joined = joining();
  if (pending_->next) {
    group_ = std::move(*pending_->next);
    epoch_dirty_ = true;
    room_.updated_at = now;
    room_.sent_since_update = 0;
    room_.cannot_follow = false;
  }
  if (room_.next_slot_seed) {
    room_.slot_seed = std::move(*room_.next_slot_seed);
    room_.next_slot_seed.reset();
  }
  drop_pending();
  room_dirty_ = true;
  out_.room_changed = true;
  if (joined) meet_inviter();
  if (joined || is_introduction()) establish();
}

void Conversation::meet_inviter() {
  for (const mls::Member& member : group_->members()) {
    const auto root = root_of_credential(member.identity);
    if (!root || *root == around_.self.root.public_key()) continue;
    around_.people.set_introduced(*root);
    around_.people.set_name(*root, room_.title);
  }
  room_.title.clear();  // from here on it is the inviter's name, whatever that becomes
}

void Conversation::drop_pending() {
  if (!pending_) return;
  pending_.reset();
  out_.changes.emplace_back(PendingControlDone{room_.room});
}

bool Conversation::receipt_queued() const { return receipt_id_.has_value(); }

void Conversation::queue_receipt(Time now) {
  auto& ids = unconfirmed_.ids;
  if (ids.empty() || receipt_at_ > now || receipt_queued()) return;
  const auto count = static_cast<std::ptrdiff_t>(std::min(ids.size(), kReceiptIdsMax));
  Act act;
  act.sent_at = now;
  act.body = act::Receipt{{ids.begin(), ids.begin() + count}};
  ids.erase(ids.begin(), ids.begin() + count);
  unconfirmed_dirty_ = true;
  receipt_at_ = ids.empty() ? Time::max() : now;
  OutboxRecord item;
  item.room = room_.room;
  item.id = around_.random.id<EntryId>();
  item.content = encode_act(act);
  receipt_id_ = item.id;
  out_.changes.emplace_back(item);
  outbox_.push_back(std::move(item));
}

// Encrypts an act under the present epoch, with what this device has seen of the log.
bool Conversation::encrypt(OutboxRecord& item) {
  auto act = decode_act(item.content);
  MAGPIE_CHECK(act.has_value());  // load() has read it, or this object has written it
  if (room_.hash_anchored) act->seen = LogPoint{room_.cursor, room_.log_hash};
  Buffer content = encode_act(*act);
  auto payload = group_->protect(content, item.id.bytes(), application_padded_size, around_.random);
  wipe(content);
  if (!payload) return false;
  item.payload = std::move(*payload);
  item.last_control = room_.last_control;
  ratchets_dirty_ = true;
  out_.changes.emplace_back(item);
  return true;
}

MessageRecord Conversation::own_message(const OutboxRecord& item) const {
  const auto act = decode_act(item.content);
  MAGPIE_CHECK(act.has_value());
  MessageRecord message;
  message.room = room_.room;
  message.id = item.id;
  message.self = true;
  message.from = around_.self.fingerprint;
  if (const auto* text = std::get_if<act::Text>(&act->body)) message.text = text->body;
  message.at = act->sent_at;
  message.utc_offset_minutes = act->utc_offset_minutes;
  return message;
}

// The act needs nothing more: it is in the log, or never will be.
void Conversation::finish(const OutboxRecord& item, std::uint64_t sequence,
                          MessageRecord::State state) {
  out_.changes.emplace_back(OutboxDone{room_.room, item.id});
  if (receipt_id_ == item.id) receipt_id_.reset();
  MessageRecord message = own_message(item);
  if (message.text.empty()) return;  // a receipt or a name: no line of its own
  message.sequence = sequence;
  message.state = state;
  out_.changed.push_back(std::move(message));
}

}  // namespace magpie::client
