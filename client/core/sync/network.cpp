// SPDX-License-Identifier: GPL-3.0-or-later
// Sessions with relays: one each, for all rooms there; frames to and from the conversations.
#include <algorithm>

#include "client/core/sync/engine_impl.h"

namespace magpie::client {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kProtocolVersion = 1;
constexpr std::size_t kBatchEntries = 64;
constexpr auto kBatchAge = 50ms;
constexpr std::size_t kInFlightMax = 256;

}  // namespace

// Each relay that some room or link needs has a session, and no other has.
void Engine::Impl::connect_where_needed(Time now) {
  std::set<RelayAddress> needed;
  for (const auto& [id, room] : rooms) needed.insert(room.room().relay);
  for (const auto& [id, reading] : readings) needed.insert(reading.reader.link().relay);
  for (const RelayAddress& relay : wallet.relays()) needed.insert(relay);
  for (auto it = relays.begin(); it != relays.end();) {
    if (needed.contains(it->first)) {
      ++it;
      continue;
    }
    if (it->second.state != Relay::State::kIdle) host.disconnect(it->first);
    it = relays.erase(it);
  }
  for (const RelayAddress& address : needed) {
    Relay& relay = relays[address];
    if (relay.state != Relay::State::kIdle || relay.retry_at > now) continue;
    relay.state = Relay::State::kConnecting;
    host.connect(address);
  }
}

void Engine::Impl::open_room(Conversation& room, Time now) {
  const auto relay = relays.find(room.room().relay);
  if (relay == relays.end() || relay->second.state != Relay::State::kConnected) return;
  room.opened(relay->second.greeting, now);
  touch(room.room().room);
}

void Engine::Impl::connected(const RelayAddress& address, const frames::Greeting& greeting,
                             Time now) {
  const auto found = relays.find(address);
  if (found == relays.end() || found->second.state != Relay::State::kConnecting) return;
  const bool right_key = greeting.relay_identity == address.identity;
  if (!right_key || greeting.version != kProtocolVersion) {
    host.disconnect(address);
    const Errc code = right_key ? Errc::kUnsupported : Errc::kWrongRelayKey;
    return disconnected(address, Error{code, "session: greeting"}, now);
  }
  Relay& relay = found->second;
  relay.state = Relay::State::kConnected;
  relay.greeting = greeting;
  host.emit(event::Connection{address, true, std::nullopt});
  wallet.greeted(address.identity, greeting);
  for (auto& [id, reading] : readings) {
    if (reading.reader.link().relay == address) {
      request(relay, address, id, reading.reader.attach(greeting));
    }
  }
  for (auto& [id, room] : rooms) {
    if (room.room().relay == address) open_room(room, now);
  }
  if (flush({}, now)) redeem_waiting(address, now);
}

void Engine::Impl::redeem_waiting(const RelayAddress& address, Time now) {
  const auto found = relays.find(address);
  if (found == relays.end() || found->second.state != Relay::State::kConnected) return;
  Relay& relay = found->second;
  if (relay.redeeming) return;
  auto frame = wallet.redeem(address.identity, relay.greeting);
  if (!frame) {
    settle_redeemers(address, {});  // all is done, or nothing is needed there
    return call_back();
  }
  if (!flush({}, now)) return;
  relay.redeeming = ++relay.last_correlation;
  relay.in_flight[*relay.redeeming] = std::nullopt;
  host.send(address, {*relay.redeeming, std::move(*frame)});
}

void Engine::Impl::settle_redeemers(const RelayAddress& address, const Result<void>& outcome) {
  Result<AllowanceInfo> info = AllowanceInfo{wallet.left(address.identity)};
  if (!outcome) info = tl::unexpected(outcome.error());
  std::vector<Redeemer> others;
  for (Redeemer& one : std::exchange(redeemers, {})) {
    if (one.relay != address) {
      others.push_back(std::move(one));
    } else {
      callbacks.emplace_back([done = std::move(one.done), info] { done(info); });
    }
  }
  redeemers = std::move(others);
}

void Engine::Impl::disconnected(const RelayAddress& address, Error error, Time now) {
  const auto found = relays.find(address);
  if (found == relays.end() || found->second.state == Relay::State::kIdle) return;
  Relay& relay = found->second;
  relay.state = Relay::State::kIdle;
  relay.in_flight.clear();
  relay.queue.clear();
  relay.redeeming.reset();
  settle_redeemers(address, tl::unexpected(error));
  relay.retry_at = now + relay.backoff.next(random);
  host.emit(event::Connection{address, false, error});

  std::vector<RoomId> failed;
  for (const auto& [id, reading] : readings) {
    if (reading.reader.link().relay == address) failed.push_back(id);
  }
  for (const RoomId& id : failed) finish_reading(id, tl::unexpected(error), now);
  for (auto& [id, room] : rooms) {
    if (room.room().relay != address) continue;
    room.closed();
    touch(id);
    // An introduction that never left this device is taken back, and said so.
    if (waiters.contains(id) && room.take_back()) settle_waiter(id, tl::unexpected(error));
  }
  flush({}, now);
}

bool Engine::Impl::at_relay(const RoomId& id, const RelayAddress& address) const {
  const auto room = rooms.find(id);
  if (room != rooms.end()) return room->second.room().relay == address;
  const auto reading = readings.find(id);
  return reading != readings.end() && reading->second.reader.link().relay == address;
}

void Engine::Impl::received(const RelayAddress& address, frames::ServerFrame frame, Time now) {
  const auto found = relays.find(address);
  if (found == relays.end() || found->second.state != Relay::State::kConnected) return;
  if (const auto* answer = std::get_if<frames::Answer>(&frame)) {
    received_answer(found->second, address, *answer, now);
  } else if (const auto* entry = std::get_if<frames::Entry>(&frame)) {
    if (at_relay(entry->room, address)) received_entry(*entry, now);
  } else if (const auto* caught_up = std::get_if<frames::CaughtUp>(&frame)) {
    if (at_relay(caught_up->room, address)) received_caught_up(*caught_up, now);
  } else if (const auto* notice = std::get_if<frames::Notice>(&frame)) {
    Conversation* room = at_relay(notice->room, address) ? find_room(notice->room) : nullptr;
    if (room != nullptr) {
      room->noticed(notice->kind, now);
      touch(notice->room);
    }
  }
  // While a room catches up, its entries are stored many at a time.
  const bool all_wait = std::ranges::all_of(touched, [this](const RoomId& id) {
    const Conversation* room = find_room(id);
    return room != nullptr && room->catching_up() && room->untaken_entries() > 0 &&
           room->untaken_entries() < kBatchEntries;
  });
  if (all_wait && !touched.empty() && callbacks.empty()) {
    flush_at = std::min(flush_at, now + kBatchAge);
    return;
  }
  flush({}, now);
  const auto still = relays.find(address);
  if (still != relays.end()) send_queued(still->second, address);
}

void Engine::Impl::received_answer(Relay& relay, const RelayAddress& address,
                                   const frames::Answer& answer, Time now) {
  const auto found = relay.in_flight.find(answer.correlation);
  if (found == relay.in_flight.end()) return;
  const std::optional<RoomId> room_id = found->second;
  relay.in_flight.erase(found);
  relay.backoff.reset();
  if (relay.redeeming == answer.correlation) {
    relay.redeeming.reset();
    const auto outcome = wallet.redeemed(address.identity, answer);
    if (!outcome) settle_redeemers(address, outcome);
    // The tokens are stored; then the next code, if one waits.
    if (flush({}, now) && outcome) redeem_waiting(address, now);
    return;
  }
  if (!room_id) return;
  const RoomId& id = *room_id;
  if (const auto reading = readings.find(id); reading != readings.end()) {
    if (auto outcome = reading->second.reader.answered(answer)) {
      finish_reading(id, std::move(*outcome), now);
    }
  } else if (Conversation* room = find_room(id)) {
    room->answered(answer, now);
    touch(id);
  }
}

void Engine::Impl::received_entry(const frames::Entry& entry, Time now) {
  if (const auto reading = readings.find(entry.room); reading != readings.end()) {
    if (auto outcome = reading->second.reader.entry(entry, now)) {
      finish_reading(entry.room, std::move(*outcome), now);
    }
  } else if (Conversation* room = find_room(entry.room)) {
    room->entry(entry, now);
    touch(entry.room);
  }
}

void Engine::Impl::received_caught_up(const frames::CaughtUp& caught_up, Time now) {
  if (const auto reading = readings.find(caught_up.room); reading != readings.end()) {
    if (auto outcome = reading->second.reader.caught_up()) {
      finish_reading(caught_up.room, std::move(*outcome), now);
    }
  } else if (Conversation* room = find_room(caught_up.room)) {
    room->caught_up(caught_up.through, now);
    touch(caught_up.room);
  }
}

void Engine::Impl::request(Relay& relay, const RelayAddress& address, const RoomId& room,
                           Output::Request frame) {
  if (std::holds_alternative<frames::Acknowledge>(frame)) {
    return host.send(address, {0, std::move(frame)});
  }
  relay.queue.push_back({room, std::move(frame)});
  send_queued(relay, address);
}

// What the relay still answers for this room means nothing to who asks next.
void Engine::Impl::forget_requests(const RoomId& room) {
  for (auto& [address, relay] : relays) {
    for (auto& [correlation, asked] : relay.in_flight) {
      if (asked == room) asked.reset();
    }
    std::erase_if(relay.queue, [&](const Relay::Waiting& waiting) { return waiting.room == room; });
  }
}

void Engine::Impl::send_queued(Relay& relay, const RelayAddress& address) {
  const std::size_t allowed =
      std::clamp<std::size_t>(relay.greeting.limits.frames_in_flight_max, 1, kInFlightMax);
  while (!relay.queue.empty() && relay.in_flight.size() < allowed) {
    Relay::Waiting next = std::move(relay.queue.front());
    relay.queue.pop_front();
    const bool ignored = std::holds_alternative<frames::Detach>(next.frame);
    relay.in_flight[++relay.last_correlation] = ignored ? std::nullopt : std::optional(next.room);
    host.send(address, {relay.last_correlation, std::move(next.frame)});
  }
}

// A clock that was set back by hours must not put off by hours what is due in a moment.
void Engine::Impl::see(Time now) {
  const auto back = std::exchange(latest, now) - now;
  if (back <= 0ms) return;
  if (flush_at != Time::max()) flush_at -= back;
  for (auto& [address, relay] : relays) relay.retry_at -= back;
  for (auto& [id, reading] : readings) reading.deadline -= back;
  for (auto& [id, waiter] : waiters) waiter.deadline -= back;
  for (Redeemer& redeemer : redeemers) redeemer.deadline -= back;
  for (auto& [id, room] : rooms) room.clock_set_back(back);
}

void Engine::Impl::tick(Time now) {
  expire(now);
  for (auto& [id, room] : rooms) {
    if (room.next_tick() > now) continue;
    room.tick(now);
    touch(id);
  }
  if (flush_at <= now || !touched.empty() || !callbacks.empty()) flush({}, now);
  if (!stopped) connect_where_needed(now);
}

// Those who waited too long are told so; what is stored goes on by itself.
void Engine::Impl::expire(Time now) {
  std::vector<RoomId> late;
  for (const auto& [id, reading] : readings) {
    if (reading.deadline <= now) late.push_back(id);
  }
  for (const RoomId& id : late) finish_reading(id, fail(Errc::kTimedOut, "offer: time"), now);
  for (const Redeemer& redeemer : std::vector<Redeemer>(redeemers)) {
    if (redeemer.deadline > now) continue;
    settle_redeemers(redeemer.relay, fail(Errc::kTimedOut, "redeem: time"));
  }
  late.clear();
  for (const auto& [id, waiter] : waiters) {
    if (waiter.deadline <= now) late.push_back(id);
  }
  for (const RoomId& id : late) {
    Conversation* const room = find_room(id);
    const auto limit = room == nullptr ? std::nullopt : room->held_back();
    if (room != nullptr) {
      room->stop_waiting();
      if (room->take_back()) touch(id);
    }
    settle_waiter(id, tl::unexpected(limit.value_or(Error{Errc::kTimedOut, "relay: time"})));
  }
}

Time Engine::Impl::next_tick() const {
  Time next = flush_at;
  for (const auto& [id, room] : rooms) next = std::min(next, room.next_tick());
  for (const auto& [id, reading] : readings) next = std::min(next, reading.deadline);
  for (const auto& [id, waiter] : waiters) next = std::min(next, waiter.deadline);
  for (const Redeemer& redeemer : redeemers) next = std::min(next, redeemer.deadline);
  for (const auto& [address, relay] : relays) {
    if (relay.state == Relay::State::kIdle) next = std::min(next, relay.retry_at);
  }
  return next;
}

}  // namespace magpie::client
