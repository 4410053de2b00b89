// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/room/hub.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <unordered_map>

#include "crypto/base/check.h"
#include "server/room/pending.h"
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
  std::uint64_t revision = 0;  ///< in the store, where that is shared; 0: not there yet
  bool stale = false;          ///< another process changed it since this one's batch was taken
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
        shared_(store.shared()),
        allowances_(allowances),
        till_(store, allowances, random) {}

  // Requests. `reply` queues the answer behind what is pending.
  void receive(SessionId session, ClientFrame frame, Time now);
  void handle(SessionId session, std::uint64_t correlation, CreateRoom& create, Time now);
  /// False, and nothing done, where the room is not there.
  bool answer_where_made(SessionId session, std::uint64_t correlation, const CreateRoom& create);
  void handle(SessionId session, std::uint64_t correlation, Attach& attach, Time now);
  /// Counts keys that open nothing, and tells whether this slot waits for its first reader in a
  /// room where there were too many of them.
  bool too_many_guesses(const Room& room, const Outcome<SlotId>& slot, Time now);
  void handle(SessionId session, std::uint64_t correlation, Append& append, Time now);
  void handle(SessionId session, std::uint64_t correlation, Acknowledge& acknowledge, Time now);
  void handle(SessionId session, std::uint64_t correlation, Detach& detach, Time now);
  void handle(SessionId session, std::uint64_t correlation, CloseRoom& close, Time now);
  void handle(SessionId session, std::uint64_t correlation, Redeem& redeem, Time now);
  void act(SessionId session, std::uint64_t correlation, Room& room, SlotId slot, Append& append,
           Time now);
  void act(SessionId session, std::uint64_t correlation, Room& room, SlotId slot,
           Acknowledge& acknowledge, Time now);
  void act(SessionId session, std::uint64_t correlation, Room& room, SlotId slot, CloseRoom& close,
           Time now);
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
  Room& add_room(const RoomId& id, Room room);
  void erase_room(const RoomId& id);
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

  // A store that other processes write to.
  void remember(SessionId session, const ClientFrame& frame, Time now);
  void name_revisions();
  void take_back(const RoomId& id, std::vector<Act>& acts);
  void take_anew(const RoomId& id, std::vector<Act> acts);
  void redeem_anew(const RoomId& id, std::vector<Act> acts);
  void renew(Room& room, RoomState state);
  void vanished(const RoomId& id, const std::vector<Act>& acts);
  void unserved(const RoomId& id, const std::vector<Act>& acts, Errc code);
  void redo(Act& act);
  void look_again(const RoomId& id);
  void changed(const RoomId& id);

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
  const bool shared_;
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

  // With a shared store only.
  std::unordered_multimap<RoomMark, RoomId> marks_;  ///< of the rooms in memory
  std::optional<RoomId> acting_on_;                  ///< the room of the request being decided
  std::optional<RoomId> renewing_;                   ///< not to be forgotten meanwhile
  std::vector<Act> acts_;
  std::vector<Act> taken_acts_;
  std::vector<RoomRevision> taken_revisions_;
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
    remember(session, frame, now);
    std::visit([&](auto& body) { handle(session, correlation, body, now); }, frame.body);
    acting_on_.reset();
  }
  settle();
}

template <class T>
void Hub::Impl::reply(SessionId session, std::uint64_t correlation, T result) {
  if (correlation == 0) return;
  outgoing_.push_back(Say{session, Answer{correlation, std::move(result)}, acting_on_});
}

template <class T>
void Hub::Impl::reply(SessionId session, std::uint64_t correlation, const Outcome<T>& outcome) {
  if (outcome) {
    reply(session, correlation, *outcome);
  } else {
    reply(session, correlation, outcome.error());
  }
}

bool Hub::Impl::answer_where_made(SessionId session, std::uint64_t correlation,
                                  const CreateRoom& create) {
  const auto found = find_room(create.room);
  if (!found) {
    refuse(session, correlation, Errc::kRelayStorage);
    return true;
  }
  const Room* const room = *found;
  if (room == nullptr) return false;
  if (!room->closing && room->log.created_by(create)) {
    reply(session, correlation, Created{});
  } else {
    refuse(session, correlation, Errc::kRoomExists);
  }
  forget_if_idle(create.room);
  return true;
}

void Hub::Impl::handle(SessionId session, std::uint64_t correlation, CreateRoom& create, Time now) {
  if (answer_where_made(session, correlation, create)) return;
  if (const auto limit = RoomLog::broken_limit(create, limits_); limit != LimitKind::kNone) {
    return refuse(session, correlation, limit);
  }
  if (const auto paid = till_.spend(create.token, create.room, now, batch_); !paid) {
    // Perhaps for this very room, at another process and since.
    if (shared_ && answer_where_made(session, correlation, create)) return;
    return reply(session, correlation, paid.error());
  }
  auto log = RoomLog::create(create, day_of(now), batch_);
  auto& room = add_room(create.room, Room{.log = std::move(log)});
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
  act(session, correlation, *room, attachment->slot, append, now);
}

void Hub::Impl::act(SessionId session, std::uint64_t correlation, Room& room, SlotId slot,
                    Append& append, Time now) {
  const auto known = find_id(room, append.entry_id);
  if (!known) return refuse(session, correlation, Errc::kRelayStorage);
  const RoomId room_id = append.room;
  auto* const count = append.control ? &hour_.at(now).control_entries[{room_id, slot}] : nullptr;
  const auto outcome =
      room.log.append(slot, std::move(append), *known,
                      {day_of(now), count != nullptr ? *count : 0, limits_}, batch_);
  reply(session, correlation, outcome);
  if (!outcome || *known) return;
  if (count != nullptr) ++*count;
  touch(room);
  const auto& entry = std::get<PutEntry>(batch_.writes.back()).entry;
  room.ids.emplace(entry.id, IdRecord{entry.sequence, entry.slot, entry.day});
  room.tail.emplace(entry.sequence, entry);
  outgoing_.push_back(Advance{room_id, entry.sequence});
}

void Hub::Impl::handle(SessionId session, std::uint64_t correlation, Acknowledge& acknowledge,
                       Time now) {
  const auto [room, attachment] = opened(session, acknowledge.room);
  if (room == nullptr) return refuse(session, correlation, Errc::kNotAttached);
  act(session, correlation, *room, attachment->slot, acknowledge, now);
}

void Hub::Impl::act(SessionId session, std::uint64_t correlation, Room& room, SlotId slot,
                    Acknowledge& acknowledge, Time) {
  const auto intervals = room.log.acknowledge(slot, acknowledge.through, room.released);
  if (room.log.dirty()) touch(room);
  for (const auto& interval : intervals) {
    if (!drop(room, interval)) return refuse(session, correlation, Errc::kRelayStorage);
  }
  reply(session, correlation, Acknowledged{});
}

void Hub::Impl::handle(SessionId session, std::uint64_t correlation, Detach& frame, Time) {
  reply(session, correlation, Detached{});
  detach(session, frame.room);
}

void Hub::Impl::handle(SessionId session, std::uint64_t correlation, CloseRoom& close, Time now) {
  const auto [room, attachment] = opened(session, close.room);
  if (room == nullptr) return refuse(session, correlation, Errc::kNotAttached);
  act(session, correlation, *room, attachment->slot, close, now);
}

void Hub::Impl::act(SessionId session, std::uint64_t correlation, Room& room, SlotId slot,
                    CloseRoom& close, Time) {
  const auto outcome = room.log.close(slot);
  if (outcome && !drop_all(room)) return refuse(session, correlation, Errc::kRelayStorage);
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
  if (const auto found = rooms_.find(id); found != rooms_.end()) {
    if (shared_) touch(found->second);
    return &found->second;
  }
  MAGPIE_TRY(auto state, store_.load_room(id));
  if (!state) return nullptr;
  const auto revision = state->revision;
  RoomLog log(id, std::move(*state));
  const auto head = log.meta().head;
  auto& room = add_room(id, Room{.log = std::move(log), .released = head, .revision = revision});
  if (shared_) touch(room);
  return &room;
}

Room& Hub::Impl::add_room(const RoomId& id, Room room) {
  if (shared_) marks_.emplace(mark_of(id), id);
  return rooms_.emplace(id, std::move(room)).first->second;
}

void Hub::Impl::erase_room(const RoomId& id) {
  rooms_.erase(id);
  if (!shared_) return;
  const auto [begin, end] = marks_.equal_range(mark_of(id));
  const auto mark = std::find_if(begin, end, [&](const auto& each) { return each.second == id; });
  if (mark != end) marks_.erase(mark);
}

std::pair<Room*, const Attachment*> Hub::Impl::opened(SessionId session, const RoomId& id) {
  const auto& rooms = sessions_.at(session).rooms;
  const auto attachment = rooms.find(id);
  if (attachment == rooms.end()) return {nullptr, nullptr};
  auto& room = rooms_.at(id);
  // What is answered must hold in the store, also where nothing is changed.
  if (shared_) touch(room);
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
  if (touched_.contains(id) || taken_rooms_.contains(id) || renewing_ == id) return;
  erase_room(id);
}

Result<void> Hub::Impl::drop(Room& room, const Interval& interval) {
  for (auto after = interval.after;;) {
    MAGPIE_TRY(const auto headers,
               store_.list_entries(room.log.id(), after, interval.through, kDropChunk));
    MAGPIE_TRY_VOID(room.log.drop(headers, batch_));
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
  acts_.clear();
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
  erase_room(item.room);
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

// ------------------------------------------------------- a store that other processes write to

// A room in memory may be old: another process may have changed it. So each request is decided on
// what is in memory, each batch names the revisions that it was decided on, and of a room whose
// revision was another nothing is written: the room is loaded and its requests are decided again.

void Hub::Impl::remember(SessionId session, const ClientFrame& frame, Time now) {
  if (!shared_) return;
  acting_on_ = room_of(frame);
  const auto& rooms = sessions_.at(session).rooms;
  const auto attachment = rooms.find(*acting_on_);
  acts_.push_back(
      {session, frame, now,
       attachment == rooms.end() ? std::nullopt : std::optional(attachment->second.slot)});
}

void Hub::Impl::name_revisions() {
  const auto written = written_by(batch_);
  const auto woken = woken_by(batch_, outgoing_);
  for (const auto& id : touched_) {
    const auto& room = rooms_.at(id);
    RoomRevision revision{id, room.revision, room.revision, woken.contains(id)};
    if (written.contains(id)) revision.next = room.closing ? 0 : fresh_revision(random_);
    batch_.revisions.push_back(revision);
  }
}

/// What is decided already, but not taken, is to be decided behind `acts`.
void Hub::Impl::take_back(const RoomId& id, std::vector<Act>& acts) {
  std::ranges::move(take_of_room(acts_, id), std::back_inserter(acts));
  till_.forget(batch_, id);
  forget_room(batch_, id);
  forget_room(outgoing_, id);
  touched_.erase(id);
}

/// Another process was faster with a code: `id` stands for its redemptions.
void Hub::Impl::redeem_anew(const RoomId& id, std::vector<Act> acts) {
  take_back(id, acts);
  for (auto& act : acts) redo(act);
}

/// Loads the room again and decides anew what is pending on it, behind `acts`.
void Hub::Impl::take_anew(const RoomId& id, std::vector<Act> acts) {
  take_back(id, acts);
  // What a session asked to open only now is opened again below, if it still may be.
  auto& room = rooms_.at(id);
  std::erase_if(room.sessions, [&](SessionId session) {
    auto& rooms = sessions_.at(session).rooms;
    if (rooms.at(id).started) return false;
    rooms.erase(id);
    return true;
  });
  renewing_ = id;
  auto state = store_.load_room(id);
  if (!state) {
    unserved(id, acts, Errc::kRelayStorage);
  } else if (!*state) {
    vanished(id, acts);
  } else {
    renew(room, std::move(**state));
  }
  if (state) {
    for (auto& act : acts) redo(act);
  }
  renewing_.reset();
  forget_if_idle(id);
}

void Hub::Impl::renew(Room& room, RoomState state) {
  const auto id = room.log.id();
  const auto revision = state.revision;
  RoomLog log(id, std::move(state));
  const bool attempted = log.meta().exchanged_key_attempts > room.log.meta().exchanged_key_attempts;
  std::vector<SessionId> readers;
  for (const auto session : std::set(room.sessions)) {
    // A store that went back, or another room under this id: the client must look for itself.
    const bool goes_on = log.meta().head >= room.released &&
                         log.same_slot(sessions_.at(session).rooms.at(id).slot, room.log);
    if (goes_on) {
      readers.push_back(session);
    } else {
      end(session, Errc::kRelayStorage);
    }
  }
  room.log = std::move(log);
  room.released = room.log.meta().head;
  room.revision = revision;
  room.tail.clear();
  room.ids.clear();
  room.closing = false;
  room.stale = false;
  for (const auto reader : readers) pump(reader, id);
  if (attempted) say(TellAttempt{id});
}

/// Another process closed the room, or this one did and could not know.
void Hub::Impl::vanished(const RoomId& id, const std::vector<Act>& acts) {
  const auto closes = [&](SessionId session) {
    return std::ranges::any_of(acts, [&](const Act& act) {
      return act.session == session && std::holds_alternative<CloseRoom>(act.frame.body);
    });
  };
  for (const auto session : rooms_.at(id).sessions) {
    sessions_.at(session).rooms.erase(id);
    if (!closes(session)) sink_.send(session, Notice{id, Notice::Kind::kRoomClosed});
  }
  erase_room(id);
}

void Hub::Impl::unserved(const RoomId& id, const std::vector<Act>& acts, Errc code) {
  for (const auto& act : acts) {
    if (act.frame.correlation != 0) {
      say(Say{act.session, Answer{act.frame.correlation, Refusal{code, 0}}});
    }
  }
  for (const auto session : std::set(rooms_.at(id).sessions)) end(session, code);
}

void Hub::Impl::redo(Act& done) {
  acts_.push_back(done);
  const auto session = done.session;
  const auto correlation = done.frame.correlation;
  acting_on_ = room_of(done.frame);
  const auto found = rooms_.find(*acting_on_);
  const bool there = found != rooms_.end() && !found->second.closing;
  const auto decide = [&]<class Body>(Body& body) {
    if constexpr (requires(Room & room) {
                    act(session, correlation, room, *done.slot, body, Time{});
                  }) {
      if (there && done.slot) {
        touch(found->second);
        act(session, correlation, found->second, *done.slot, body, done.now);
      } else if (std::is_same_v<Body, CloseRoom> && done.slot) {
        reply(session, correlation, Closed{});
      } else {
        refuse(session, correlation, Errc::kNotAttached);
      }
    } else if (std::is_same_v<Body, CreateRoom> || sessions_.contains(session)) {
      handle(session, correlation, body, done.now);
    }
  };
  std::visit(decide, done.frame.body);
  acting_on_.reset();
}

void Hub::Impl::changed(const RoomId& id) {
  auto& room = rooms_.at(id);
  if (taken_rooms_.contains(id)) {
    room.stale = true;
  } else {
    look_again(id);
  }
}

void Hub::Impl::look_again(const RoomId& id) {
  const auto found = rooms_.find(id);
  if (found == rooms_.end()) return;
  const auto state = store_.load_room(id);
  const bool same = state && (*state ? (*state)->revision : 0) == found->second.revision;
  if (!same) return take_anew(id, {});
  found->second.stale = false;
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
  MAGPIE_TRY_VOID(room.log.drop(expired, batch_));
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
  if (impl.shared_) impl.name_revisions();
  if (impl.batch_.empty()) return {};
  impl.taken_ = true;
  impl.taken_acts_ = std::exchange(impl.acts_, {});
  impl.taken_revisions_ = impl.batch_.revisions;
  impl.taken_rooms_ = std::exchange(impl.touched_, {});
  impl.taken_outgoing_ = std::exchange(impl.outgoing_, {});
  impl.till_.taken();
  return std::exchange(impl.batch_, {});
}

void Hub::committed(Result<void> result, const Conflicts& found_old) {
  auto& impl = *impl_;
  MAGPIE_CHECK(impl.taken_);
  impl.taken_ = false;
  impl.till_.committed();
  auto outgoing = std::exchange(impl.taken_outgoing_, {});
  auto acts = std::exchange(impl.taken_acts_, {});
  const auto revisions = std::exchange(impl.taken_revisions_, {});
  if (!result) {
    impl.failed_ = true;
    impl.refuse_all(outgoing);
    impl.refuse_all(std::exchange(impl.outgoing_, {}));
    impl.batch_ = {};
    impl.touched_.clear();
    impl.taken_rooms_.clear();
    impl.acts_.clear();
    return;
  }
  // Those of other hubs, whose batches went with this one's, are nothing to this one.
  std::set<RoomId> conflicts;
  std::ranges::copy_if(found_old, std::inserter(conflicts, conflicts.end()),
                       [&](const RoomId& id) { return impl.ours(id); });
  for (const auto& id : conflicts) forget_room(outgoing, id);
  for (const auto& revision : revisions) impl.rooms_.at(revision.room).revision = revision.next;
  impl.release(std::move(outgoing));
  for (const auto& id : conflicts) {
    if (!impl.taken_rooms_.contains(id)) impl.redeem_anew(id, take_of_room(acts, id));
  }
  for (const auto& id : std::exchange(impl.taken_rooms_, {})) {
    const auto found = impl.rooms_.find(id);
    if (found == impl.rooms_.end()) continue;
    auto& room = found->second;
    if (conflicts.contains(id)) {
      impl.take_anew(id, take_of_room(acts, id));
      continue;
    }
    // In the store now, where readers who are not there yet will find them.
    room.tail.erase(room.tail.begin(), room.tail.upper_bound(room.released));
    std::erase_if(room.ids, [&](const auto& id_record) {
      return id_record.second.sequence <= room.released;
    });
    if (room.stale) impl.look_again(id);
    impl.forget_if_idle(id);
  }
  impl.settle();
}

void Hub::changed(std::span<const RoomMark> marks) {
  auto& impl = *impl_;
  if (impl.failed_) return;
  std::vector<RoomId> rooms;
  for (const auto mark : marks) {
    const auto [begin, end] = impl.marks_.equal_range(mark);
    for (auto each = begin; each != end; ++each) rooms.push_back(each->second);
  }
  for (const auto& id : rooms) {
    if (impl.rooms_.contains(id)) impl.changed(id);
  }
  impl.settle();
}

void Hub::look_again() {
  auto& impl = *impl_;
  if (impl.failed_) return;
  std::vector<RoomId> rooms;
  for (const auto& [id, room] : impl.rooms_) {
    if (!room.sessions.empty()) rooms.push_back(id);
  }
  for (const auto& id : rooms) {
    if (impl.rooms_.contains(id)) impl.changed(id);
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
