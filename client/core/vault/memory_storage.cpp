// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/vault/memory_storage.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "client/core/vault/records.h"

namespace magpie::client {
namespace {

/// Where a line stands in its conversation: what has no sequence number yet comes last.
using Position = std::tuple<bool, std::uint64_t, std::uint64_t>;

Position position_of(const MessageRecord& record) {
  return {record.sequence == 0, record.sequence, record.order};
}

/// The lines of one room.
class Lines {
 public:
  void put(MessageRecord record, std::uint64_t& last_order) {
    const auto known = positions_.find(record.id);
    if (record.order == 0) {
      record.order = known != positions_.end() ? std::get<2>(known->second) : last_order + 1;
    }
    last_order = std::max(last_order, record.order);
    if (known != positions_.end()) lines_.erase({known->second, record.id});
    positions_[record.id] = position_of(record);
    lines_[{position_of(record), record.id}] = std::move(record);
  }

  const MessageRecord* find(const EntryId& id) const {
    const auto known = positions_.find(id);
    return known == positions_.end() ? nullptr : &lines_.at({known->second, id});
  }

  void mark_delivered(const EntryId& id) {
    using State = MessageRecord::State;
    const auto known = positions_.find(id);
    if (known == positions_.end()) return;
    MessageRecord& line = lines_.at({known->second, id});
    if (line.self && line.state == State::kRelay) line.state = State::kDelivered;
  }

  std::vector<MessageRecord> last(std::size_t before, std::size_t limit) const {
    std::vector<MessageRecord> found;
    for (auto at = lines_.rbegin(); at != lines_.rend() && found.size() < limit; ++at) {
      if (before > 0) {
        --before;
      } else {
        found.push_back(at->second);
      }
    }
    std::ranges::reverse(found);
    return found;
  }

  std::size_t count() const { return lines_.size(); }

 private:
  std::map<EntryId, Position> positions_;
  std::map<std::pair<Position, EntryId>, MessageRecord> lines_;
};

}  // namespace

struct MemoryStorage::State {
  std::optional<Error> failed;
  std::optional<ProfileRecord> profile;
  std::map<crypto::SignPublicKey, PersonRecord> people;
  std::map<RoomId, IntroductionRecord> introductions;
  std::map<InvitationCode, InvitationRecord> invitations;
  std::map<frames::TokenInput, TokenRecord> tokens;
  std::map<RoomId, RoomRecord> rooms;
  std::map<RoomId, GroupRecord> groups;
  std::map<RoomId, PendingControlRecord> pending;
  std::map<RoomId, std::map<EntryId, OutboxRecord>> outbox;
  std::map<RoomId, std::map<std::uint64_t, LogHash>> log_points;
  std::map<RoomId, UnconfirmedRecord> unconfirmed;
  std::map<RoomId, Lines> lines;
  std::map<RoomId, std::string> drafts;
  std::uint64_t last_message_order = 0;
  std::uint64_t last_outbox_order = 0;

  /// Whether every change can be made, so that none is made where one cannot.
  Result<void> check(const Changes& changes) const;

  void make(const ProfileRecord& record) { profile = clone(record); }
  void make(const PersonRecord& record) { people[record.root_key] = record; }
  void make(const IntroductionRecord& record) { introductions[record.room] = clone(record); }
  void make(const InvitationRecord& record) { invitations[record.code] = clone(record); }
  void make(const InvitationDone& done) { invitations.erase(done.code); }
  void make(const TokenRecord& record) { tokens[record.token.input] = record; }
  void make(const TokenDone& done) { tokens.erase(done.input); }
  void make(const RoomRecord& record) { rooms[record.room] = clone(record); }
  void make(const GroupRecord& record);
  void make(const PendingControlRecord& record) { pending[record.room] = clone(record); }
  void make(const PendingControlDone& done) { pending.erase(done.room); }
  void make(const MessageRecord& record) { lines[record.room].put(record, last_message_order); }
  void make(const OutboxRecord& record);
  void make(const OutboxDone& done) { outbox[done.room].erase(done.id); }
  void make(const LogPointRecord& record);
  void make(const Delivered& delivered) { lines[delivered.room].mark_delivered(delivered.id); }
  void make(const UnconfirmedRecord& record) { unconfirmed[record.room] = record; }
  void make(const DraftRecord& record);
  void make(const DropIntroduction& drop) { introductions.erase(drop.room); }
  void make(const DropRoom& drop);
  void make(const MarkRead& read);

  StoredRoom stored(const RoomRecord& record) const;
};

Result<void> MemoryStorage::State::check(const Changes& changes) const {
  std::map<RoomId, bool> has_group;
  for (const auto& [room, group] : groups) has_group[room] = true;
  for (const auto& change : changes) {
    if (const auto* drop = std::get_if<DropRoom>(&change)) has_group[drop->room] = false;
    if (const auto* group = std::get_if<GroupRecord>(&change)) {
      if (!group->epoch && !has_group[group->room]) {
        return fail(Errc::kUsage, "storage: ratchets without a group");
      }
      has_group[group->room] = true;
    }
  }
  return {};
}

void MemoryStorage::State::make(const GroupRecord& record) {
  if (record.epoch) {
    GroupRecord& kept = groups[record.room];
    auto tree = mls::overlay(kept.tree, record.tree);
    kept = clone(record);
    kept.tree = std::move(tree);
  } else {
    groups[record.room].ratchets = record.ratchets.clone();
  }
}

void MemoryStorage::State::make(const OutboxRecord& record) {
  auto& waiting = outbox[record.room];
  const auto known = waiting.find(record.id);
  OutboxRecord copy = record;
  if (copy.order == 0) {
    copy.order = known != waiting.end() ? known->second.order : last_outbox_order + 1;
  }
  last_outbox_order = std::max(last_outbox_order, copy.order);
  waiting[record.id] = std::move(copy);
}

void MemoryStorage::State::make(const LogPointRecord& record) {
  auto& points = log_points[record.room];
  points[record.sequence] = record.hash;
  const std::uint64_t newest = points.rbegin()->first;
  if (newest >= kLogPointsKept) {
    points.erase(points.begin(), points.upper_bound(newest - kLogPointsKept));
  }
}

void MemoryStorage::State::make(const DropRoom& drop) {
  rooms.erase(drop.room);
  groups.erase(drop.room);
  pending.erase(drop.room);
  outbox.erase(drop.room);
  log_points.erase(drop.room);
  unconfirmed.erase(drop.room);
  lines.erase(drop.room);
  drafts.erase(drop.room);
}

void MemoryStorage::State::make(const DraftRecord& record) {
  if (record.text.empty()) {
    drafts.erase(record.room);
  } else {
    drafts[record.room] = record.text;
  }
}

void MemoryStorage::State::make(const MarkRead& read) {
  if (const auto room = rooms.find(read.room); room != rooms.end()) room->second.unread = 0;
}

StoredRoom MemoryStorage::State::stored(const RoomRecord& record) const {
  const RoomId& id = record.room;
  StoredRoom room;
  room.room = clone(record);
  if (const auto at = groups.find(id); at != groups.end()) room.group = clone(at->second);
  if (const auto at = pending.find(id); at != pending.end()) room.pending = clone(at->second);
  if (const auto at = outbox.find(id); at != outbox.end()) {
    for (const auto& [entry, waiting] : at->second) room.outbox.push_back(waiting);
    std::ranges::sort(room.outbox, {}, &OutboxRecord::order);
  }
  if (const auto at = log_points.find(id); at != log_points.end()) {
    for (const auto& [sequence, hash] : at->second) {
      room.log_points.push_back({.room = id, .sequence = sequence, .hash = hash});
    }
  }
  room.unconfirmed.room = id;
  if (const auto at = unconfirmed.find(id); at != unconfirmed.end()) room.unconfirmed = at->second;
  return room;
}

MemoryStorage::MemoryStorage() : state_(std::make_unique<State>()) {}
MemoryStorage::~MemoryStorage() = default;

Result<void> MemoryStorage::apply(const Changes& changes) {
  if (state_->failed) return tl::unexpected<Error>(*state_->failed);
  if (auto possible = state_->check(changes); !possible) {
    state_->failed = possible.error();
    return possible;
  }
  for (const auto& change : changes) {
    std::visit([this](const auto& one) { state_->make(one); }, change);
  }
  return {};
}

Result<std::optional<ProfileRecord>> MemoryStorage::profile() {
  if (state_->failed) return tl::unexpected<Error>(*state_->failed);
  if (!state_->profile) return std::optional<ProfileRecord>{};
  return clone(*state_->profile);
}

Result<std::vector<PersonRecord>> MemoryStorage::people() {
  if (state_->failed) return tl::unexpected<Error>(*state_->failed);
  std::vector<PersonRecord> found;
  for (const auto& [key, person] : state_->people) found.push_back(person);
  return found;
}

Result<std::vector<IntroductionRecord>> MemoryStorage::introductions() {
  if (state_->failed) return tl::unexpected<Error>(*state_->failed);
  std::vector<IntroductionRecord> found;
  for (const auto& [room, introduction] : state_->introductions) {
    found.push_back(clone(introduction));
  }
  return found;
}

Result<std::vector<InvitationRecord>> MemoryStorage::invitations() {
  if (state_->failed) return tl::unexpected<Error>(*state_->failed);
  std::vector<InvitationRecord> found;
  for (const auto& [code, invitation] : state_->invitations) found.push_back(clone(invitation));
  return found;
}

Result<std::vector<TokenRecord>> MemoryStorage::tokens() {
  if (state_->failed) return tl::unexpected<Error>(*state_->failed);
  std::vector<TokenRecord> found;
  for (const auto& [input, token] : state_->tokens) found.push_back(token);
  return found;
}

Result<std::vector<StoredRoom>> MemoryStorage::rooms() {
  if (state_->failed) return tl::unexpected<Error>(*state_->failed);
  std::vector<StoredRoom> found;
  for (const auto& [id, room] : state_->rooms) found.push_back(state_->stored(room));
  return found;
}

Result<std::vector<DraftRecord>> MemoryStorage::drafts() {
  if (state_->failed) return tl::unexpected<Error>(*state_->failed);
  std::vector<DraftRecord> found;
  for (const auto& [room, text] : state_->drafts) found.push_back({.room = room, .text = text});
  return found;
}

Result<std::vector<MessageRecord>> MemoryStorage::messages(const RoomId& room, std::size_t before,
                                                           std::size_t limit) {
  if (state_->failed) return tl::unexpected<Error>(*state_->failed);
  const auto at = state_->lines.find(room);
  if (at == state_->lines.end()) return std::vector<MessageRecord>{};
  return at->second.last(before, limit);
}

Result<std::optional<MessageRecord>> MemoryStorage::message(const RoomId& room, const EntryId& id) {
  if (state_->failed) return tl::unexpected<Error>(*state_->failed);
  const auto at = state_->lines.find(room);
  const MessageRecord* line = at == state_->lines.end() ? nullptr : at->second.find(id);
  return line == nullptr ? std::nullopt : std::optional(*line);
}

Result<std::size_t> MemoryStorage::message_count(const RoomId& room) {
  if (state_->failed) return tl::unexpected<Error>(*state_->failed);
  const auto at = state_->lines.find(room);
  return at == state_->lines.end() ? std::size_t{0} : at->second.count();
}

}  // namespace magpie::client
