// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/room/hub.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "crypto/base/check.h"
#include "server/room/till.h"

namespace magpie::server {

namespace {

// One look into the store for a reader; memory held for it is about this, whatever is queued.
constexpr std::size_t kChunkEntries = 64;
constexpr std::size_t kChunkBytes = 256 * 1024;
// One step of deleting.
constexpr std::size_t kDropChunk = 512;
constexpr std::size_t kExpireRooms = 16;

/// One slot opened on one stream.
struct Attachment {
  SlotId slot;
  std::uint64_t serial = 0;  ///< distinguishes it from an earlier one of the same stream
  Sequence cursor = 0;       ///< sent, or skipped, up to here
  bool started = false;      ///< its Attached went out; entries may follow
  bool caught_up = false;
  bool removal_told = false;
  bool attempt_due = false;  ///< a notice that waits for the reader to be ready
};

struct Session {
  Nonce nonce;
  std::unordered_map<RoomId, Attachment> rooms{};
  std::uint32_t in_flight = 0;
  bool blocked = false;
};

/// A room in memory: its rules, and what is not (or only just) in the store.
struct Room {
  RoomLog log;
  Sequence released = 0;  ///< the newest entry that may be told
  std::map<Sequence, EntryRecord> tail{};
  std::unordered_map<EntryId, IdRecord> ids{};
  std::set<SessionId> sessions{};
  bool closing = false;
};

/// What is counted within an hour of the clock; in memory alone, for at rest it would tell when
/// a room was busy.
struct HourCounts {
  Hour hour{};
  std::unordered_map<RoomId, std::uint32_t> guesses{};  ///< keys that opened nothing
  std::map<std::pair<RoomId, SlotId>, std::uint32_t> control_entries{};

  HourCounts& at(Time now) {
    const auto current = std::chrono::floor<std::chrono::hours>(now);
    if (current != hour) *this = {.hour = current};
    return *this;
  }
};

// What is said once the changes before it are in the store.
struct Say {
  SessionId session;
  Answer answer;
};
struct Advance {
  RoomId room;
  Sequence through;
};
struct Start {
  SessionId session;
  RoomId room;
  std::uint64_t serial;
};
struct TellAttempt {
  RoomId room;
};
struct TellClosed {
  RoomId room;
  SessionId by;
};
using Outgoing = std::variant<Say, Advance, Start, TellAttempt, TellClosed>;

}  // namespace

struct Hub::Impl {
  Impl(Store& store, FrameSink& sink, Random& random, const RelayIdentity& identity,
       const Limits& limits, Shard shard, Allowances* allowances)
      : store_(store),
        sink_(sink),
        random_(random),
        identity_(identity),
        limits_(limits),
        shard_(shard),
        allowances_(allowances),
        till_(store, allowances, random) {}

  // Requests. `reply` queues the answer behind what is pending.
  void receive(SessionId session, ClientFrame frame, Time now);
  void handle(SessionId session, std::uint64_t correlation, CreateRoom& create, Time now);
  void handle(SessionId session, std::uint64_t correlation, Attach& attach, Time now);
  /// Counts keys that open nothing, and tells whether this slot waits for its first reader in a
  /// room where there were too many of them.
  bool too_many_guesses(const Room& room, const Outcome<SlotId>& slot, Time now);
  void handle(SessionId session, std::uint64_t correlation, Append& append, Time now);
  void handle(SessionId session, std::uint64_t correlation, Acknowledge& acknowledge, Time now);
  void handle(SessionId session, std::uint64_t correlation, Detach& detach, Time now);
  void handle(SessionId session, std::uint64_t correlation, CloseRoom& close, Time now);
  void handle(SessionId session, std::uint64_t correlation, Redeem& redeem, Time now);
  template <class T>
  void reply(SessionId session, std::uint64_t correlation, T result);
  template <class T>
  void reply(SessionId session, std::uint64_t correlation, const Outcome<T>& outcome);
  void refuse(SessionId session, std::uint64_t correlation, Errc code) {
    reply(session, correlation, Refusal{code, 0});
  }
  void refuse(SessionId session, std::uint64_t correlation, LimitKind limit) {
    reply(session, correlation, limit_refusal(limit));
  }
  void attach(SessionId session, std::uint64_t correlation, Room& room, SlotId slot,
              Sequence after);

  // Rooms.
  Result<Room*> find_room(const RoomId& id);
  /// The room and slot that a session has open; null where it has not.
  std::pair<Room*, const Attachment*> opened(SessionId session, const RoomId& id);
  Result<std::optional<IdRecord>> find_id(const Room& room, const EntryId& id);
  void touch(Room& room);
  void forget_if_idle(const RoomId& id);
  Result<void> drop(Room& room, const Interval& interval);
  Result<void> drop_all(Room& room);
  void detach(SessionId session, const RoomId& id);

  // Saying.
  void settle();
  void release(std::vector<Outgoing> outgoing);
  void say(const Say& item);
  void say(const Advance& item);
  void say(const Start& item);
  void say(const TellAttempt& item);
  void say(const TellClosed& item);
  void refuse_all(const std::vector<Outgoing>& outgoing);

  // Reading.
  void pump(SessionId session, const RoomId& id);
  bool pump_chunk(SessionId session, Room& room, Attachment& attachment, Sequence limit);
  Result<std::vector<EntryRecord>> next_entries(Room& room, Sequence after, Sequence through);
  void tell_end(SessionId session, Room& room, Attachment& attachment);

  // Time.
  bool expire_kind(DueKind kind, Day before, Time now);
  Result<void> expire_due(const Due& due, Time now);
  Result<void> expire_entries(Room& room, Day through);
  Result<void> expire_ids(const RoomId& id, Time now);

  void open(SessionId session, const Nonce& nonce);
  void close(SessionId session);
  void end(SessionId session, Errc code);
  bool ours(const RoomId& id) const { return shard_of(id, shard_.count) == shard_.index; }

  Store& store_;
  FrameSink& sink_;
  Random& random_;
  RelayIdentity identity_;
  Limits limits_;
  Shard shard_;
  Allowances* allowances_;
  Till till_;

  std::unordered_map<SessionId, Session> sessions_;
  std::unordered_map<RoomId, Room> rooms_;
  std::uint64_t next_serial_ = 1;

  HourCounts hour_;

  WriteBatch batch_;
  std::set<RoomId> touched_;
  std::vector<Outgoing> outgoing_;
  bool taken_ = false;
  std::set<RoomId> taken_rooms_;
  std::vector<Outgoing> taken_outgoing_;
  bool failed_ = false;
};

// ---------------------------------------------------------------------------------- requests

void Hub::Impl::receive(SessionId session, ClientFrame frame, Time now) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  if (auto ok = check_bounds(frame); !ok) return end(session, ok.error().code);
  MAGPIE_CHECK(ours(room_of(frame)));
  const auto correlation = frame.correlation;
  if (correlation != 0) ++found->second.in_flight;
  if (failed_) {
    refuse(session, correlation, Errc::kRelayStorage);
  } else if (found->second.in_flight > limits_.frames_in_flight_max) {
    refuse(session, correlation, LimitKind::kInFlight);
  } else {
    std::visit([&](auto& body) { handle(session, correlation, body, now); }, frame.body);
  }
  settle();
}

template <class T>
void Hub::Impl::reply(SessionId session, std::uint64_t correlation, T result) {
  if (correlation == 0) return;
  outgoing_.push_back(Say{session, Answer{correlation, std::move(result)}});
}

template <class T>
void Hub::Impl::reply(SessionId session, std::uint64_t correlation, const Outcome<T>& outcome) {
  if (outcome) {
    reply(session, correlation, *outcome);
  } else {
    reply(session, correlation, outcome.error());
  }
}

void Hub::Impl::handle(SessionId session, std::uint64_t correlation, CreateRoom& create, Time now) {
  const auto found = find_room(create.room);
  if (!found) return refuse(session, correlation, Errc::kRelayStorage);
  if (Room* room = *found; room != nullptr) {
    const bool same = !room->closing && room->log.created_by(create);
    if (same) {
      reply(session, correlation, Created{});
    } else {
      refuse(session, correlation, Errc::kRoomExists);
    }
    return forget_if_idle(create.room);
  }
  if (const auto limit = RoomLog::broken_limit(create, limits_); limit != LimitKind::kNone) {
    return refuse(session, correlation, limit);
  }
  if (const auto paid = till_.spend(create.token, now, batch_); !paid) {
    return reply(session, correlation, paid.error());
  }
  auto log = RoomLog::create(create, day_of(now), batch_);
  auto& room = rooms_.emplace(create.room, Room{.log = std::move(log)}).first->second;
  touch(room);
  room.ids.emplace(create.entry_id, IdRecord{1, SlotId{0}, day_of(now)});
  room.tail.emplace(1, std::get<PutEntry>(batch_.writes.back()).entry);
  reply(session, correlation, Created{});
  outgoing_.push_back(Advance{create.room, 1});
}

void Hub::Impl::handle(SessionId session, std::uint64_t correlation, Attach& attach, Time now) {
  const auto found = find_room(attach.room);
  if (!found) return refuse(session, correlation, Errc::kRelayStorage);
  Room* room = *found;
  if (room == nullptr || room->closing) return refuse(session, correlation, Errc::kNoSuchSlot);
  auto& opened = sessions_.at(session);
  const auto slot = room->log.open(attach, opened.nonce, identity_);
  if (too_many_guesses(*room, slot, now)) {
    refuse(session, correlation, LimitKind::kGuesses);
  } else if (slot) {
    if (opened.rooms.size() >= limits_.rooms_per_stream_max &&
        !opened.rooms.contains(attach.room)) {
      refuse(session, correlation, LimitKind::kRooms);
    } else {
      this->attach(session, correlation, *room, *slot, attach.after);
    }
  } else {
    if (room->log.dirty()) {
      touch(*room);
      batch_.durable = true;
      outgoing_.push_back(TellAttempt{attach.room});
    }
    reply(session, correlation, slot.error());
  }
  forget_if_idle(attach.room);
}

bool Hub::Impl::too_many_guesses(const Room& room, const Outcome<SlotId>& slot, Time now) {
  auto& guesses = hour_.at(now).guesses;
  const auto found = guesses.find(room.log.id());
  const auto count = found == guesses.end() ? 0 : found->second;
  // A key that was exchanged is no guess. A wrong signature is one, or it would tell a right key.
  if (!slot && slot.error().code == Errc::kSlotExchanged) return false;
  if (!slot && count < kGuessesPerHourMax) guesses[room.log.id()] = count + 1;
  const bool first_reader = !slot || room.log.slot(*slot).acknowledged == 0;
  return count >= kGuessesPerHourMax && first_reader;
}

void Hub::Impl::attach(SessionId session, std::uint64_t correlation, Room& room, SlotId slot,
                       Sequence after) {
  // What the reader says it has stored is an acknowledgement that may have been lost.
  const auto intervals = room.log.acknowledge(slot, after, room.released);
  if (room.log.dirty()) touch(room);
  for (const auto& interval : intervals) {
    if (!drop(room, interval)) return refuse(session, correlation, Errc::kRelayStorage);
  }
  const auto attached = room.log.attached(slot);
  const auto serial = next_serial_++;
  sessions_.at(session).rooms.insert_or_assign(
      room.log.id(),
      Attachment{.slot = slot, .serial = serial, .cursor = std::min(after, attached.head)});
  room.sessions.insert(session);
  reply(session, correlation, attached);
  outgoing_.push_back(Start{session, room.log.id(), serial});
}

void Hub::Impl::handle(SessionId session, std::uint64_t correlation, Append& append, Time now) {
  const auto [room, attachment] = opened(session, append.room);
  if (room == nullptr) return refuse(session, correlation, Errc::kNotAttached);
  const auto known = find_id(*room, append.entry_id);
  if (!known) return refuse(session, correlation, Errc::kRelayStorage);
  const auto slot = attachment->slot;
  const RoomId room_id = append.room;
  auto* const count = append.control ? &hour_.at(now).control_entries[{room_id, slot}] : nullptr;
  const auto outcome =
      room->log.append(slot, std::move(append), *known,
                       {day_of(now), count != nullptr ? *count : 0, limits_}, batch_);
  reply(session, correlation, outcome);
  if (!outcome || *known) return;
  if (count != nullptr) ++*count;
  touch(*room);
  const auto& entry = std::get<PutEntry>(batch_.writes.back()).entry;
  room->ids.emplace(entry.id, IdRecord{entry.sequence, entry.slot, entry.day});
  room->tail.emplace(entry.sequence, entry);
  outgoing_.push_back(Advance{room_id, entry.sequence});
}

void Hub::Impl::handle(SessionId session, std::uint64_t correlation, Acknowledge& acknowledge,
                       Time) {
  const auto [room, attachment] = opened(session, acknowledge.room);
  if (room == nullptr) return refuse(session, correlation, Errc::kNotAttached);
  const auto intervals =
      room->log.acknowledge(attachment->slot, acknowledge.through, room->released);
  if (room->log.dirty()) touch(*room);
  for (const auto& interval : intervals) {
    if (!drop(*room, interval)) return refuse(session, correlation, Errc::kRelayStorage);
  }
  reply(session, correlation, Acknowledged{});
}

void Hub::Impl::handle(SessionId session, std::uint64_t correlation, Detach& frame, Time) {
  reply(session, correlation, Detached{});
  detach(session, frame.room);
}

void Hub::Impl::handle(SessionId session, std::uint64_t correlation, CloseRoom& close, Time) {
  const auto [room, attachment] = opened(session, close.room);
  if (room == nullptr) return refuse(session, correlation, Errc::kNotAttached);
  const auto outcome = room->log.close(attachment->slot);
  if (outcome && !drop_all(*room)) return refuse(session, correlation, Errc::kRelayStorage);
  reply(session, correlation, outcome);
  if (outcome) outgoing_.push_back(TellClosed{close.room, session});
}

void Hub::Impl::handle(SessionId session, std::uint64_t correlation, Redeem& redeem, Time now) {
  const auto outcome = till_.redeem(redeem, now, batch_);
  if (!outcome && outcome.error().code == Errc::kMalformed) return end(session, Errc::kMalformed);
  reply(session, correlation, outcome);
}

// ------------------------------------------------------------------------------------- rooms

Result<Room*> Hub::Impl::find_room(const RoomId& id) {
  if (const auto found = rooms_.find(id); found != rooms_.end()) return &found->second;
  MAGPIE_TRY(auto state, store_.load_room(id));
  if (!state) return nullptr;
  RoomLog log(id, std::move(*state));
  const auto head = log.meta().head;
  return &rooms_.emplace(id, Room{.log = std::move(log), .released = head}).first->second;
}

std::pair<Room*, const Attachment*> Hub::Impl::opened(SessionId session, const RoomId& id) {
  const auto& rooms = sessions_.at(session).rooms;
  const auto attachment = rooms.find(id);
  if (attachment == rooms.end()) return {nullptr, nullptr};
  auto& room = rooms_.at(id);
  if (room.closing) return {nullptr, nullptr};
  return {&room, &attachment->second};
}

Result<std::optional<IdRecord>> Hub::Impl::find_id(const Room& room, const EntryId& id) {
  if (const auto pending = room.ids.find(id); pending != room.ids.end()) return pending->second;
  return store_.find_id(room.log.id(), id);
}

void Hub::Impl::touch(Room& room) { touched_.insert(room.log.id()); }

void Hub::Impl::forget_if_idle(const RoomId& id) {
  const auto found = rooms_.find(id);
  if (found == rooms_.end() || !found->second.sessions.empty()) return;
  if (touched_.contains(id) || taken_rooms_.contains(id)) return;
  rooms_.erase(found);
}

Result<void> Hub::Impl::drop(Room& room, const Interval& interval) {
  for (auto after = interval.after;;) {
    MAGPIE_TRY(const auto headers,
               store_.list_entries(room.log.id(), after, interval.through, kDropChunk));
    room.log.drop(headers, batch_);
    if (!headers.empty()) touch(room);
    if (headers.size() < kDropChunk) return {};
    after = headers.back().sequence;
  }
}

/// The room, and what would be looked at later for its sake: every day on which it got an entry
/// is an id's, for ids are kept the longest.
Result<void> Hub::Impl::drop_all(Room& room) {
  const auto& id = room.log.id();
  std::set<Day> days;
  for (const auto& [entry, record] : room.ids) days.insert(record.day);
  for (std::optional<EntryId> after;;) {
    MAGPIE_TRY(const auto ids, store_.list_ids(id, after, kDropChunk));
    for (const auto& [entry, record] : ids) days.insert(record.day);
    if (ids.size() < kDropChunk) break;
    after = ids.back().first;
  }
  for (const auto day : days) {
    batch_.writes.push_back(DropDue{{DueKind::kEntries, day, id}});
    batch_.writes.push_back(DropDue{{DueKind::kIds, day, id}});
  }
  batch_.writes.push_back(DropRoom{id});
  batch_.durable = true;
  touch(room);
  room.closing = true;
  return {};
}

void Hub::Impl::detach(SessionId session, const RoomId& id) {
  const auto found = sessions_.find(session);
  if (found != sessions_.end()) found->second.rooms.erase(id);
  if (const auto room = rooms_.find(id); room != rooms_.end()) room->second.sessions.erase(session);
  forget_if_idle(id);
}

// ------------------------------------------------------------------------------------ saying

void Hub::Impl::settle() {
  if (taken_ || !batch_.empty() || !touched_.empty()) return;
  release(std::exchange(outgoing_, {}));
}

void Hub::Impl::release(std::vector<Outgoing> outgoing) {
  for (const auto& item : outgoing) {
    std::visit([this](const auto& what) { say(what); }, item);
  }
}

void Hub::Impl::say(const Say& item) {
  const auto found = sessions_.find(item.session);
  if (found == sessions_.end()) return;
  --found->second.in_flight;
  sink_.send(item.session, item.answer);
}

void Hub::Impl::say(const Advance& item) {
  const auto found = rooms_.find(item.room);
  if (found == rooms_.end()) return;
  found->second.released = item.through;
  const std::vector<SessionId> readers(found->second.sessions.begin(),
                                       found->second.sessions.end());
  for (const auto reader : readers) pump(reader, item.room);
}

void Hub::Impl::say(const Start& item) {
  const auto session = sessions_.find(item.session);
  if (session == sessions_.end()) return;
  const auto attachment = session->second.rooms.find(item.room);
  if (attachment == session->second.rooms.end()) return;
  if (attachment->second.serial != item.serial) return;
  attachment->second.started = true;
  pump(item.session, item.room);
}

void Hub::Impl::say(const TellAttempt& item) {
  const auto found = rooms_.find(item.room);
  if (found == rooms_.end()) return;
  const std::vector<SessionId> readers(found->second.sessions.begin(),
                                       found->second.sessions.end());
  for (const auto reader : readers) {
    auto& attachment = sessions_.at(reader).rooms.at(item.room);
    const auto& slot = found->second.log.slot(attachment.slot);
    if (slot.removed() || !slot.may(kManage)) continue;
    attachment.attempt_due = true;
    pump(reader, item.room);
  }
}

void Hub::Impl::say(const TellClosed& item) {
  const auto found = rooms_.find(item.room);
  if (found == rooms_.end()) return;
  for (const auto reader : found->second.sessions) {
    sessions_.at(reader).rooms.erase(item.room);
    if (reader == item.by) continue;
    sink_.send(reader, Notice{item.room, Notice::Kind::kRoomClosed});
  }
  rooms_.erase(found);
}

void Hub::Impl::refuse_all(const std::vector<Outgoing>& outgoing) {
  for (const auto& item : outgoing) {
    const auto* answer = std::get_if<Say>(&item);
    if (answer == nullptr) continue;
    say(Say{answer->session, Answer{answer->answer.correlation, Refusal{Errc::kRelayStorage, 0}}});
  }
}

// ----------------------------------------------------------------------------------- reading

void Hub::Impl::pump(SessionId session, const RoomId& id) {
  auto& reader = sessions_.at(session);
  auto& attachment = reader.rooms.at(id);
  auto& room = rooms_.at(id);
  if (!attachment.started || failed_) return;
  while (sink_.ready(session)) {
    if (std::exchange(attachment.attempt_due, false)) {
      sink_.send(session, Notice{id, Notice::Kind::kExchangedKeyAttempt});
      continue;
    }
    const auto& slot = room.log.slot(attachment.slot);
    const auto limit = slot.removed() ? std::min(slot.removed_at, room.released) : room.released;
    if (!slot.may(kRead)) attachment.cursor = std::max(attachment.cursor, limit);
    if (attachment.cursor >= limit) return tell_end(session, room, attachment);
    if (!pump_chunk(session, room, attachment, limit)) return;
  }
  reader.blocked = true;
}

/// False where the session ended.
bool Hub::Impl::pump_chunk(SessionId session, Room& room, Attachment& attachment, Sequence limit) {
  const auto entries = next_entries(room, attachment.cursor, limit);
  if (!entries) {
    end(session, entries.error().code);
    return false;
  }
  if (entries->empty()) {
    // The newest are gone already: only another CaughtUp can tell the reader so.
    attachment.cursor = limit;
    attachment.caught_up = false;
    return true;
  }
  static const auto kNothing = std::make_shared<const Buffer>();
  for (const auto& entry : *entries) {
    const bool own = entry.slot == attachment.slot;
    sink_.send(session, Entry{room.log.id(), entry.sequence, entry.id, entry.control, own,
                              own ? kNothing : entry.payload});
    attachment.cursor = entry.sequence;
    if (!sink_.ready(session)) break;
  }
  return true;
}

Result<std::vector<EntryRecord>> Hub::Impl::next_entries(Room& room, Sequence after,
                                                         Sequence through) {
  std::vector<EntryRecord> out;
  for (auto it = room.tail.find(after + 1);
       it != room.tail.end() && it->first <= through && out.size() < kChunkEntries; ++it) {
    out.push_back(it->second);
  }
  if (!out.empty()) return out;
  return store_.read_entries(room.log.id(), after, through, kChunkEntries, kChunkBytes);
}

void Hub::Impl::tell_end(SessionId session, Room& room, Attachment& attachment) {
  const auto& slot = room.log.slot(attachment.slot);
  if (!std::exchange(attachment.caught_up, true)) {
    sink_.send(session, CaughtUp{room.log.id(), attachment.cursor});
  }
  const bool removed = slot.removed() && attachment.cursor >= slot.removed_at;
  if (removed && !std::exchange(attachment.removal_told, true)) {
    sink_.send(session, Notice{room.log.id(), Notice::Kind::kSlotRemoved});
  }
}

// -------------------------------------------------------------------------------------- time

bool Hub::Impl::expire_kind(DueKind kind, Day before, Time now) {
  std::optional<Due> after;
  std::size_t handled = 0;
  bool more = false;
  while (true) {
    const auto page = store_.list_due(kind, before, after, kDropChunk);
    if (!page || page->empty()) return more;
    for (const auto& due : *page) {
      after = due;
      // What is pending is not in the store yet, so it could not be found: next time.
      const bool pending = touched_.contains(due.room) || taken_rooms_.contains(due.room);
      more = more || (pending && ours(due.room));
      if (pending || !ours(due.room)) continue;
      if (handled == kExpireRooms) return true;
      if (!expire_due(due, now)) return false;
      batch_.writes.push_back(DropDue{due});
      ++handled;
    }
  }
}

Result<void> Hub::Impl::expire_due(const Due& due, Time now) {
  if (due.kind == DueKind::kIds) return expire_ids(due.room, now);
  MAGPIE_TRY(Room* const room, find_room(due.room));
  if (room == nullptr) return {};
  const auto done = expire_entries(*room, due.day);
  forget_if_idle(due.room);
  return done;
}

Result<void> Hub::Impl::expire_entries(Room& room, Day through) {
  auto after = room.log.meta().expired_through;
  std::vector<EntryHeader> expired;
  for (bool more = true; more;) {
    MAGPIE_TRY(auto headers, store_.list_entries(room.log.id(), after,
                                                 std::numeric_limits<Sequence>::max(), kDropChunk));
    const auto end = std::ranges::find_if(
        headers, [&](const EntryHeader& header) { return header.day > through; });
    more = end == headers.end() && headers.size() == kDropChunk;
    headers.erase(end, headers.end());
    if (headers.empty()) break;
    after = headers.back().sequence;
    expired.insert(expired.end(), headers.begin(), headers.end());
  }
  if (expired.empty()) return {};
  room.log.drop(expired, batch_);
  room.log.expired(after);
  touch(room);
  return {};
}

Result<void> Hub::Impl::expire_ids(const RoomId& id, Time now) {
  const auto before = ids_expire_before(now, limits_);
  for (std::optional<EntryId> after;;) {
    MAGPIE_TRY(const auto ids, store_.list_ids(id, after, kDropChunk));
    for (const auto& [entry, record] : ids) {
      after = entry;
      if (record.day < before) batch_.writes.push_back(DropId{id, entry});
    }
    if (ids.size() < kDropChunk) return {};
  }
}

// ---------------------------------------------------------------------------------- sessions

void Hub::Impl::open(SessionId session, const Nonce& nonce) {
  const bool fresh = sessions_.emplace(session, Session{.nonce = nonce}).second;
  MAGPIE_CHECK(fresh);
}

void Hub::Impl::close(SessionId session) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  const auto rooms = std::move(found->second.rooms);
  sessions_.erase(found);
  for (const auto& [id, attachment] : rooms) detach(session, id);
}

void Hub::Impl::end(SessionId session, Errc code) {
  close(session);
  sink_.end(session, code);
}

// ---------------------------------------------------------------------------------------- Hub

Hub::Hub(Store& store, FrameSink& sink, Random& random, const RelayIdentity& identity,
         const Limits& limits, Shard shard, Allowances* allowances)
    : impl_(std::make_unique<Impl>(store, sink, random, identity, limits, shard, allowances)) {}
Hub::~Hub() = default;

Nonce Hub::open(SessionId session, Time now) {
  const auto nonce = impl_->random_.id<Nonce>();
  impl_->open(session, nonce);
  impl_->sink_.send(
      session, make_greeting(nonce, impl_->identity_, impl_->limits_, impl_->allowances_, now));
  return nonce;
}

void Hub::join(SessionId session, const Nonce& nonce) { impl_->open(session, nonce); }

void Hub::close(SessionId session) { impl_->close(session); }

void Hub::receive(SessionId session, ClientFrame frame, Time now) {
  impl_->receive(session, std::move(frame), now);
}

void Hub::writable(SessionId session) {
  const auto found = impl_->sessions_.find(session);
  if (found == impl_->sessions_.end() || !found->second.blocked) return;
  found->second.blocked = false;
  std::vector<RoomId> rooms;
  for (const auto& [id, attachment] : found->second.rooms) rooms.push_back(id);
  for (const auto& id : rooms) {
    if (!impl_->sessions_.contains(session)) return;  // ended by a damaged store
    impl_->pump(session, id);
  }
}

WriteBatch Hub::take_batch() {
  auto& impl = *impl_;
  if (impl.taken_ || impl.failed_) return {};
  for (const auto& id : impl.touched_) {
    auto& room = impl.rooms_.at(id);
    if (!room.closing) room.log.flush(impl.batch_);
  }
  if (impl.batch_.empty()) return {};
  impl.taken_ = true;
  impl.taken_rooms_ = std::exchange(impl.touched_, {});
  impl.taken_outgoing_ = std::exchange(impl.outgoing_, {});
  impl.till_.taken();
  return std::exchange(impl.batch_, {});
}

void Hub::committed(Result<void> result) {
  auto& impl = *impl_;
  MAGPIE_CHECK(impl.taken_);
  impl.taken_ = false;
  impl.till_.committed();
  auto outgoing = std::exchange(impl.taken_outgoing_, {});
  if (!result) {
    impl.failed_ = true;
    impl.refuse_all(outgoing);
    impl.refuse_all(std::exchange(impl.outgoing_, {}));
    impl.batch_ = {};
    impl.touched_.clear();
    impl.taken_rooms_.clear();
    return;
  }
  impl.release(std::move(outgoing));
  for (const auto& id : std::exchange(impl.taken_rooms_, {})) {
    const auto found = impl.rooms_.find(id);
    if (found == impl.rooms_.end()) continue;
    auto& room = found->second;
    // In the store now, where readers who are not there yet will find them.
    room.tail.erase(room.tail.begin(), room.tail.upper_bound(room.released));
    std::erase_if(room.ids, [&](const auto& id_record) {
      return id_record.second.sequence <= room.released;
    });
    impl.forget_if_idle(id);
  }
  impl.settle();
}

std::size_t Hub::pending_bytes() const { return impl_->batch_.payload_bytes; }

bool Hub::expire(Time now) {
  auto& impl = *impl_;
  if (impl.failed_) return false;
  const bool more_entries =
      impl.expire_kind(DueKind::kEntries, entries_expire_before(now, impl.limits_), now);
  const bool more_ids = impl.expire_kind(DueKind::kIds, ids_expire_before(now, impl.limits_), now);
  impl.settle();
  return more_entries || more_ids;
}

bool Hub::failed() const { return impl_->failed_; }
std::size_t Hub::session_count() const { return impl_->sessions_.size(); }
std::size_t Hub::cached_room_count() const { return impl_->rooms_.size(); }

std::uint32_t shard_of(const RoomId& room, std::uint32_t count) {
  const auto bytes = room.bytes();
  const auto prefix = std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
                      std::uint32_t{bytes[2]} << 8 | bytes[3];
  // Ranges, not remainders, so that splitting a store is splitting a range.
  return static_cast<std::uint32_t>(std::uint64_t{prefix} * count >> 32);
}

}  // namespace magpie::server
