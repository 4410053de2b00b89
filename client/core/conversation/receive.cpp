// SPDX-License-Identifier: GPL-3.0-or-later
// How a conversation listens: every entry is put into the log's hash, once, in order; what it says
// is taken where it verifies. Everything here is hostile until then.
#include <algorithm>

#include "client/core/conversation/conversation.h"
#include "client/core/conversation/log_chain.h"
#include "client/core/introduction/inviter.h"
#include "crypto/base/check.h"
#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"

namespace magpie::client {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

constexpr auto kAcknowledgeAfter = 200ms;
constexpr auto kReceiptAfter = 2s;
constexpr std::size_t kReceiptAfterMessages = 32;
constexpr Time kLatestTime{std::chrono::milliseconds(253'402'300'799'000)};  // the year 9999
constexpr std::string_view kGapLabel = "Magpie gap 1\0"sv;
constexpr std::string_view kMissedLabel = "Magpie missed 1\0"sv;
constexpr std::string_view kMissedToken = "missed-entries";

enum class Kind { kApplication, kHandshake, kOther };

// What a PrivateMessage says of itself (RFC 9420 §6.3): authenticated, unlike the entry's control
// bit. No other message of a group is said in a room.
struct Head {
  Kind kind = Kind::kOther;
  Bytes authenticated_data{};
};

Head head_of(Bytes payload) {
  constexpr std::uint16_t kPrivateMessage = 2;
  constexpr std::uint8_t kApplication = 1;
  Reader reader(payload);
  const auto version = reader.u16();
  const auto wire_format = reader.u16();
  const auto group = reader.vector();
  const auto epoch = reader.u64();
  const auto type = reader.u8();
  const auto authenticated_data = reader.vector();
  const bool whole = version && wire_format && group && epoch && type && authenticated_data;
  if (!whole || *wire_format != kPrivateMessage) return {};
  return {*type == kApplication ? Kind::kApplication : Kind::kHandshake, *authenticated_data};
}

EntryId local_id(std::string_view label, const RoomId& room, std::uint64_t sequence) {
  Writer number;
  number.u64(sequence);
  const auto hash = crypto::blake2b_256({as_bytes(label), room.bytes(), number.view()});
  return *EntryId::from(Bytes(hash).first(EntryId::kSize));
}

}  // namespace

void Conversation::entry(const frames::Entry& entry, Time now) {
  if (!online() || out_.dropped || entry.sequence > frames::kSequenceMax) return;
  if (joining() && !is_pending(entry)) return before_joining(entry);
  if (entry.sequence <= room_.cursor) return shown_again(entry);
  if (entry.sequence > room_.cursor + 1) pass_gap(entry.sequence - 1, now);
  std::optional<Buffer> payload;
  if (entry.own) {
    payload = own_entry(entry, now);
  } else {
    payload = entry.payload;
    foreign_entry(entry, now);
  }
  if (out_.dropped) return;
  chain(entry, payload);
  room_.cursor = entry.sequence;
  set_back_to_.reset();
  if (entry.control) room_.last_control = entry.sequence;
  room_dirty_ = true;
  ++untaken_entries_;
  if (phase_ == Phase::kLive) {
    acknowledge_at_ = std::min(acknowledge_at_, now + kAcknowledgeAfter);
    pump(now);
  }
}

bool Conversation::is_pending(const frames::Entry& entry) const {
  return entry.own && entry.control && pending_ && pending_->id == entry.entry_id;
}

// Until its own Welcome comes, a guest takes nothing from the log: each session reads it anew.
void Conversation::before_joining(const frames::Entry& entry) {
  if (entry.control && entry.sequence > room_.cursor) fail_join(Errc::kIntroductionUsed);
}

// An entry under a number that was passed: the same as before, or two were shown under one number.
void Conversation::shown_again(const frames::Entry& entry) {
  const auto before = log_points_.find(entry.sequence - 1);
  const auto after = log_points_.find(entry.sequence);
  if (entry.own || before == log_points_.end() || after == log_points_.end()) return;
  const LogHash hash =
      log_next(before->second, entry.sequence, entry.control, entry.entry_id, entry.payload);
  if (hash != after->second) raise_fork();
}

void Conversation::caught_up(std::uint64_t through, Time now) {
  if (phase_ != Phase::kCatchingUp || through > frames::kSequenceMax) return;
  caught_up_through_ = through;
  if (through > room_.cursor && !joining()) pass_gap(through, now);
  phase_ = Phase::kLive;
  if (relay_last_control_ > room_.last_control && relay_last_control_ <= room_.cursor) {
    missed_control(relay_last_control_);
  }
  acknowledge_at_ = now;
  if (!unconfirmed_.ids.empty()) receipt_at_ = now;
  out_.events.emplace_back(event::CaughtUp{room_.room});
  tick(now);
}

// What this device sent itself comes without its payload: that is here. Nothing where it is not:
// then somebody else speaks from this slot, or the relay lies, or this vault is an old copy.
std::optional<Buffer> Conversation::own_entry(const frames::Entry& entry, Time now) {
  if (is_pending(entry)) {
    Buffer payload = std::move(pending_->payload);
    const Head head = head_of(payload);
    log_restarts_ = head.kind == Kind::kHandshake && !decode_log_point(head.authenticated_data);
    apply_pending(now);
    awaits_echo_ = false;
    return payload;
  }
  const bool is_head = !outbox_.empty() && outbox_.front().id == entry.entry_id;
  if (is_head && !entry.control && !outbox_.front().payload.empty()) {
    Buffer payload = std::move(outbox_.front().payload);
    finish(outbox_.front(), entry.sequence, MessageRecord::State::kRelay);
    outbox_.pop_front();
    ++room_.sent_since_update;
    awaits_echo_ = false;
    return payload;
  }
  if (is_introduction()) {
    if (!room_.closed) static_cast<void>(end_introduction(now));  // in the Welcome's place
  } else if (!room_.closed) {
    // Another member's words may be hidden behind it, so it is told as a gap, and sending stops.
    show_gap(entry.sequence, entry.sequence, now);
    raise_fork();
  }
  return std::nullopt;
}

void Conversation::foreign_entry(const frames::Entry& entry, Time now) {
  if (group_) {
    const Head head = head_of(entry.payload);
    if (head.kind == Kind::kApplication) {
      read_application(entry, now);
    } else if (entry.control) {
      if (head.kind == Kind::kHandshake) follow(entry, head.authenticated_data, now);
    } else {
      // A handshake message here had no compare-and-append: nobody applies it.
      show_gap(entry.sequence, entry.sequence, now);
    }
  } else if (!room_.closed) {
    accept_welcome(entry, now);
  }
}

// What a guest says first is the Welcome. After anything else in its place nobody may come in by
// this link any more, and a guest may believe to be in: the room is closed, so that all know.
void Conversation::accept_welcome(const frames::Entry& entry, Time now) {
  auto group = join_by_welcome(entry.payload, *introduction_, room_, around_.self, now);
  if (!group || !entry.control) return static_cast<void>(end_introduction(now));
  drop_pending();  // the offer, where the relay never showed it as stored
  group_ = std::move(*group);
  epoch_dirty_ = true;
  room_.kind = RoomRecord::Kind::kPair;
  introduction_->state = IntroductionRecord::State::kUsed;
  introduction_->used = now;
  introduction_->link.clear();
  introduction_->key_package.reset();
  introduction_dirty_ = true;
  out_.room_changed = true;
  for (const mls::Member& member : group_->members()) {
    const auto root = root_of_credential(member.identity);
    if (!root || member.index == group_->own_index()) continue;
    around_.people.set_introduced(*root);
    out_.events.emplace_back(event::IntroductionUsed{room_.room, fingerprint_of(*root)});
  }
}

// Commits and proposals. What does not verify is passed over, as every member does (rule 8).
void Conversation::follow(const frames::Entry& entry, Bytes seen, Time now) {
  auto handled = group_->handle(entry.payload, seconds(now));
  if (!handled) return;
  ratchets_dirty_ = true;
  if (std::holds_alternative<mls::ProposalReceived>(*handled)) epoch_dirty_ = true;
  auto* commit = std::get_if<mls::CommitReceived>(&*handled);
  if (commit == nullptr) return;
  // A commit of this device that waited was made for the epoch before.
  drop_pending();
  if (!commit->active) return set_closed(true);
  const auto sender = root_of_credential(group_->member(commit->sender)->identity);
  group_ = std::move(*commit->next);
  if (const auto point = decode_log_point(seen)) {
    compare(*point, entry.sequence);
  } else {
    log_restarts_ = true;
    show_missed_by(fingerprint_of(*sender), entry.sequence, now);
  }
  epoch_dirty_ = true;
  if (std::exchange(room_.cannot_follow, false) || !commit->change.added.empty() ||
      !commit->change.removed.empty()) {
    out_.room_changed = true;
  }
}

void Conversation::read_application(const frames::Entry& entry, Time now) {
  auto handled = group_->handle(entry.payload, seconds(now));
  if (!handled) return show_gap(entry.sequence, entry.sequence, now);
  ratchets_dirty_ = true;
  const auto* message = std::get_if<mls::ApplicationMessage>(&*handled);
  MAGPIE_CHECK(message != nullptr);  // the kind is authenticated
  const auto sender = group_->member(message->sender);
  const auto root = sender ? root_of_credential(sender->identity) : fail(Errc::kUnknownSender, "");
  // The entry's id is authenticated with the message, so that the relay cannot rename it.
  if (!root || !equal(message->authenticated_data, entry.entry_id.bytes())) {
    return show_gap(entry.sequence, entry.sequence, now);
  }
  if (std::exchange(room_.cannot_follow, false)) out_.room_changed = true;
  auto act = decode_act(message->plaintext.expose());
  if (!act) {
    act = Act{};
    act->sent_at = now;
    act->body = act::Unknown{};
  }
  take_act(*act, *root, entry, now);
}

void Conversation::take_act(const Act& act, const RootKey& from, const frames::Entry& entry,
                            Time now) {
  if (act.seen) compare(*act.seen, entry.sequence);
  if (const auto* receipt = std::get_if<act::Receipt>(&act.body)) {
    return take_receipt(*receipt, from);
  }
  if (const auto* profile = std::get_if<act::Profile>(&act.body)) {
    around_.people.set_name(from, profile->name);
    out_.room_changed = true;
    return;
  }
  if (is_taken(entry.entry_id)) return show_gap(entry.sequence, entry.sequence, now);
  const auto* text = std::get_if<act::Text>(&act.body);
  MessageRecord message;
  message.room = room_.room;
  message.id = entry.entry_id;
  message.kind = text != nullptr ? MessageRecord::Kind::kText : MessageRecord::Kind::kUnknown;
  message.state = MessageRecord::State::kReceived;
  message.sequence = entry.sequence;
  message.from = fingerprint_of(from);
  message.self = from == around_.self.root.public_key();
  if (text != nullptr) message.text = text->body;
  message.at = std::clamp(act.sent_at, Time{}, kLatestTime);
  message.utc_offset_minutes = act.utc_offset_minutes;
  message.received = now;
  out_.added.push_back(std::move(message));
  out_.room_changed = true;
  ++room_.unread;
  unconfirmed_add(entry.entry_id, now);
}

// A second entry under an id must not take the place of the line that is there, an own one or a
// member's: senders choose ids, and the relay forgets them after a while.
bool Conversation::is_taken(const EntryId& id) const {
  return around_.has_line(room_.room, id) ||
         std::ranges::find(out_.added, id, &MessageRecord::id) != out_.added.end();
}

void Conversation::take_receipt(const act::Receipt& receipt, const RootKey& from) {
  if (from == around_.self.root.public_key()) return;
  for (const EntryId& id : receipt.delivered) out_.delivered.push_back({room_.room, id});
}

void Conversation::unconfirmed_add(const EntryId& id, Time now) {
  unconfirmed_.ids.push_back(id);
  unconfirmed_dirty_ = true;
  const bool many = unconfirmed_.ids.size() >= kReceiptAfterMessages;
  receipt_at_ = std::min(receipt_at_, many ? now : now + kReceiptAfter);
}

// What a member had seen when it wrote must be what this device has seen at that point.
void Conversation::compare(const LogPoint& seen, std::uint64_t sequence) {
  if (seen.sequence >= sequence) return raise_fork();  // the member was shown a longer log
  if (!room_.hash_anchored) return;
  const auto point = log_points_.find(seen.sequence);
  if (point != log_points_.end() && point->second != seen.hash) raise_fork();
}

void Conversation::raise_fork() {
  if (room_.doubt_fork || joining()) return;  // a guest has no history yet
  room_.doubt_fork = true;
  room_dirty_ = true;
  out_.room_changed = true;
  out_.events.emplace_back(event::Fork{room_.room});
}

void Conversation::chain(const frames::Entry& entry, const std::optional<Buffer>& payload) {
  const bool restarts = std::exchange(log_restarts_, false);
  const bool anchored = restarts || (room_.hash_anchored && payload);
  if (std::exchange(room_.hash_anchored, anchored) != anchored) out_.room_changed = true;
  if (!anchored) return;
  if (restarts) log_points_.clear();
  room_.log_hash =
      restarts ? log_restart(room_.room, entry.sequence, group_->epoch_authenticator())
               : log_next(room_.log_hash, entry.sequence, entry.control, entry.entry_id, *payload);
  log_points_[entry.sequence] = room_.log_hash;
  if (log_points_.size() > kLogPointsKept) log_points_.erase(log_points_.begin());
  out_.changes.emplace_back(LogPointRecord{room_.room, entry.sequence, room_.log_hash});
}

// Entries that the relay no longer has.
void Conversation::pass_gap(std::uint64_t through, Time now) {
  const std::uint64_t first = room_.cursor + 1;
  room_.cursor = through;
  room_.hash_anchored = false;
  set_back_to_.reset();
  room_dirty_ = true;
  out_.room_changed = true;
  if (!is_introduction()) return show_gap(first, through, now);
  // The guest's Welcome may have been among them, so this introduction can no longer be used.
  drop_pending();
  if (!room_.closed) static_cast<void>(end_introduction(now));
}

void Conversation::show_gap(std::uint64_t first, std::uint64_t last, Time now) {
  MessageRecord gap;
  gap.room = room_.room;
  gap.id = local_id(kGapLabel, room_.room, first);
  gap.kind = MessageRecord::Kind::kGap;
  gap.state = MessageRecord::State::kReceived;
  gap.sequence = last;
  gap.gap_count = last - first + 1;
  gap.at = now;
  gap.received = now;
  out_.added.push_back(std::move(gap));
  out_.events.emplace_back(event::Gap{room_.room, last - first + 1});
}

// A member had missed entries and said so: what was said before is compared no further.
void Conversation::show_missed_by(const Fingerprint& member, std::uint64_t sequence, Time now) {
  MessageRecord note;
  note.room = room_.room;
  note.id = local_id(kMissedLabel, room_.room, sequence);
  note.kind = MessageRecord::Kind::kNote;
  note.state = MessageRecord::State::kReceived;
  note.sequence = sequence;
  note.from = member;
  note.text = kMissedToken;
  note.at = now;
  note.received = now;
  out_.added.push_back(std::move(note));
}

// A control entry was among those that expired. If it was this device's own, appending it again
// will tell; otherwise the others have gone on to an epoch which this device cannot reach.
void Conversation::missed_control(std::uint64_t relay_last_control) {
  if (pending_) return;
  room_.last_control = relay_last_control;
  room_.cannot_follow = group_.has_value();
  room_dirty_ = true;
  out_.room_changed = true;
}

}  // namespace magpie::client
