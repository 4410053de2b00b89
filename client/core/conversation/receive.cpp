// SPDX-License-Identifier: GPL-3.0-or-later
// How a conversation listens: every entry is put into the log's hash, once, in order; what it says
// is taken where it verifies. Everything here is hostile until then.
#include <algorithm>

#include "client/core/conversation/conversation.h"
#include "client/core/conversation/log_chain.h"
#include "client/core/introduction/inviter.h"
#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"

namespace magpie::client {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

constexpr auto kAcknowledgeAfter = 200ms;
constexpr auto kReceiptAfter = 2s;
constexpr std::uint64_t kReceiptAfterMessages = 32;
constexpr Time kLatestTime{std::chrono::milliseconds(253'402'300'799'000)};  // the year 9999
constexpr std::string_view kGapLabel = "Magpie gap 1\0"sv;

mls::Seconds seconds(Time time) { return std::chrono::floor<std::chrono::seconds>(time); }

// The epoch that a PublicMessage or PrivateMessage of this group names (RFC 9420 §6).
std::optional<std::uint64_t> epoch_of(Bytes payload, Bytes group_id) {
  Reader reader(payload);
  const auto version = reader.u16();
  const auto wire_format = reader.u16();
  if (!version || !wire_format || *wire_format > 2) return std::nullopt;
  const auto group = reader.vector();
  if (!group || !equal(*group, group_id)) return std::nullopt;
  const auto epoch = reader.u64();
  if (!epoch) return std::nullopt;
  return *epoch;
}

EntryId gap_id(const RoomId& room, std::uint64_t first) {
  Writer number;
  number.u64(first);
  const auto hash = crypto::blake2b_256({as_bytes(kGapLabel), room.bytes(), number.view()});
  return *EntryId::from(Bytes(hash).first(EntryId::kSize));
}

}  // namespace

void Conversation::entry(const frames::Entry& entry, Time now) {
  if (!online() || entry.sequence <= room_.cursor || out_.dropped) return;
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
  if (entry.control) room_.last_control = entry.sequence;
  room_dirty_ = true;
  ++untaken_entries_;
  if (phase_ == Phase::kLive) {
    acknowledge_at_ = std::min(acknowledge_at_, now + kAcknowledgeAfter);
    pump(now);
  }
}

void Conversation::caught_up(std::uint64_t through, Time now) {
  if (phase_ != Phase::kCatchingUp) return;
  if (through > room_.cursor) pass_gap(through, now);
  phase_ = Phase::kLive;
  if (relay_last_control_ > room_.last_control && relay_last_control_ <= room_.cursor) {
    missed_control(relay_last_control_);
  }
  acknowledge_at_ = now;
  if (!unconfirmed_.ranges.empty()) receipt_at_ = now;
  out_.events.emplace_back(event::CaughtUp{room_.room});
  tick(now);
}

// What this device sent itself comes without its payload: that is here. Nothing where it is not:
// then somebody else speaks from this slot, or the relay lies, or this vault is an old copy.
std::optional<Buffer> Conversation::own_entry(const frames::Entry& entry, Time now) {
  if (pending_ && entry.control && pending_->id == entry.entry_id) {
    Buffer payload = std::move(pending_->payload);
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
  if (joining()) {
    if (entry.control) fail_join(Errc::kIntroductionUsed);
  } else if (!room_.closed) {
    // Another member's words may be hidden behind it, so it is told as a gap, and sending stops.
    show_gap(entry.sequence, entry.sequence, now);
    raise_fork();
  }
  return std::nullopt;
}

void Conversation::foreign_entry(const frames::Entry& entry, Time now) {
  if (group_) {
    if (entry.control) {
      follow(entry, now);
    } else {
      read_application(entry, now);
    }
  } else if (entry.control && joining()) {
    fail_join(Errc::kIntroductionUsed);
  } else if (entry.control && !room_.closed) {
    accept_welcome(entry, now);
  }
}

// A control entry in an introduction's room: the guest's Welcome, or garbage, which is passed over.
void Conversation::accept_welcome(const frames::Entry& entry, Time now) {
  auto group = join_by_welcome(entry.payload, *introduction_, room_, around_.self, now);
  if (!group) return;
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
void Conversation::follow(const frames::Entry& entry, Time now) {
  auto handled = group_->handle(entry.payload, seconds(now));
  if (!handled) return not_readable(entry, now);
  ratchets_dirty_ = true;
  if (std::holds_alternative<mls::ProposalReceived>(*handled)) epoch_dirty_ = true;
  auto* commit = std::get_if<mls::CommitReceived>(&*handled);
  if (commit == nullptr) return;
  // A commit of this device that waited was made for the epoch before.
  drop_pending();
  if (!commit->active) return set_closed(true);
  group_ = std::move(*commit->next);
  epoch_dirty_ = true;
  if (std::exchange(room_.cannot_follow, false) || !commit->change.added.empty() ||
      !commit->change.removed.empty()) {
    out_.room_changed = true;
  }
}

void Conversation::read_application(const frames::Entry& entry, Time now) {
  auto handled = group_->handle(entry.payload, seconds(now));
  if (!handled) return not_readable(entry, now);
  ratchets_dirty_ = true;
  // A commit that is no control entry is not applied by anybody: it had no compare-and-append.
  if (std::holds_alternative<mls::ProposalReceived>(*handled)) epoch_dirty_ = true;
  const auto* message = std::get_if<mls::ApplicationMessage>(&*handled);
  if (message == nullptr) return;
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

void Conversation::not_readable(const frames::Entry& entry, Time now) {
  const auto epoch = epoch_of(entry.payload, group_->group_id());
  if (epoch && *epoch > group_->epoch().value() && !room_.cannot_follow) {
    room_.cannot_follow = true;
    out_.room_changed = true;
  }
  if (!entry.control) show_gap(entry.sequence, entry.sequence, now);
}

void Conversation::take_act(const Act& act, const RootKey& from, const frames::Entry& entry,
                            Time now) {
  if (act.seen) compare(*act.seen, entry.sequence);
  if (const auto* receipt = std::get_if<act::Receipt>(&act.body)) {
    return take_receipt(*receipt, entry.sequence);
  }
  if (const auto* profile = std::get_if<act::Profile>(&act.body)) {
    around_.people.set_name(from, profile->name);
    out_.room_changed = true;
    return;
  }
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
  unconfirmed_add(entry.sequence, now);
}

void Conversation::take_receipt(const act::Receipt& receipt, std::uint64_t sequence) {
  for (const auto& [first, last] : receipt.delivered) {
    if (first >= sequence) return;  // nobody has read what comes after their own word
    out_.delivered.push_back({room_.room, first, std::min(last, sequence - 1)});
  }
}

void Conversation::unconfirmed_add(std::uint64_t sequence, Time now) {
  auto& ranges = unconfirmed_.ranges;
  if (!ranges.empty() && ranges.back().second + 1 == sequence) {
    ranges.back().second = sequence;
  } else {
    ranges.emplace_back(sequence, sequence);
  }
  unconfirmed_dirty_ = true;
  std::uint64_t count = 0;
  for (const auto& [first, last] : ranges) count += last - first + 1;
  receipt_at_ = std::min(receipt_at_, count >= kReceiptAfterMessages ? now : now + kReceiptAfter);
}

// What a member had seen when it wrote must be what this device has seen at that point.
void Conversation::compare(const LogPoint& seen, std::uint64_t sequence) {
  if (seen.sequence >= sequence) return raise_fork();  // the member was shown a longer log
  if (!room_.hash_anchored) {
    if (seen.sequence + 1 != sequence) return;
    room_.log_hash = seen.hash;
    room_.hash_anchored = true;
    log_points_.clear();
    out_.room_changed = true;
    return;
  }
  const auto point = log_points_.find(seen.sequence);
  if (point != log_points_.end() && point->second != seen.hash) raise_fork();
}

void Conversation::raise_fork() {
  if (room_.doubt_fork) return;
  room_.doubt_fork = true;
  room_dirty_ = true;
  out_.room_changed = true;
  out_.events.emplace_back(event::Fork{room_.room});
}

void Conversation::chain(const frames::Entry& entry, const std::optional<Buffer>& payload) {
  if (!payload && room_.hash_anchored) {
    room_.hash_anchored = false;
    out_.room_changed = true;
  }
  if (!room_.hash_anchored) return;
  room_.log_hash = log_next(room_.log_hash, entry.sequence, entry.entry_id, *payload);
  log_points_[entry.sequence] = room_.log_hash;
  if (log_points_.size() > kLogPointsKept) log_points_.erase(log_points_.begin());
  out_.changes.emplace_back(LogPointRecord{room_.room, entry.sequence, room_.log_hash});
}

// Entries that the relay no longer has.
void Conversation::pass_gap(std::uint64_t through, Time now) {
  const std::uint64_t first = room_.cursor + 1;
  room_.cursor = through;
  room_.hash_anchored = false;
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
  gap.id = gap_id(room_.room, first);
  gap.kind = MessageRecord::Kind::kGap;
  gap.state = MessageRecord::State::kReceived;
  gap.sequence = last;
  gap.gap_count = last - first + 1;
  gap.at = now;
  gap.received = now;
  out_.added.push_back(std::move(gap));
  out_.events.emplace_back(event::Gap{room_.room, last - first + 1});
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
