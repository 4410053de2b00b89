// SPDX-License-Identifier: GPL-3.0-or-later
// Persist, then tell.
#include <algorithm>

#include "client/core/sync/engine_impl.h"

namespace magpie::client {

bool Engine::Impl::flush(Changes changes, Time now) {
  if (stopped) {
    call_back();
    return false;
  }
  std::vector<std::pair<RoomId, Output>> outputs;
  for (const RoomId& id : std::exchange(touched, {})) {
    Conversation* room = find_room(id);
    if (room == nullptr) continue;
    outputs.emplace_back(id, room->take());
    std::ranges::move(outputs.back().second.changes, std::back_inserter(changes));
  }
  std::ranges::move(people.take_changes(), std::back_inserter(changes));
  std::ranges::move(wallet.take_changes(), std::back_inserter(changes));
  flush_at = Time::max();
  if (!changes.empty()) {
    if (const auto stored = storage.apply(changes); !stored) {
      stop(stored.error());
      return false;
    }
  }
  bool dropped = false;
  for (auto& [id, output] : outputs) {
    tell(id, output);
    dropped = dropped || output.dropped;
  }
  if (dropped) connect_where_needed(now);
  call_back();
  return true;
}

void Engine::Impl::tell(const RoomId& id, Output& output) {
  if (output.dropped) {
    rooms.erase(id);
    forget_requests(id);
    host.emit(event::RoomGone{id});
  }
  if (output.introduction_dropped) introductions.erase(id);
  if (output.introduction_changed) {
    host.emit(event::IntroductionChanged{introduction_info(introductions.at(id))});
  }
  if (output.established) settle_waiter(id, *output.established);
  if (output.dropped) return;

  const Conversation& room = rooms.at(id);
  const RelayAddress& address = room.room().relay;
  const auto relay = relays.find(address);
  const bool connected = relay != relays.end() && relay->second.state == Relay::State::kConnected;
  for (Output::Request& frame : output.frames) {
    if (connected) request(relay->second, address, id, std::move(frame));
  }
  if (output.room_changed) host.emit(event::RoomChanged{room_info(room)});
  for (const auto& message : output.added) host.emit(event::MessageAdded{message_info(message)});
  for (const auto& message : output.changed) {
    host.emit(event::MessageChanged{message_info(message)});
  }
  for (const auto& delivered : output.delivered) tell_delivered(delivered);
  for (Event& event : output.events) host.emit(std::move(event));
}

void Engine::Impl::tell_delivered(const Delivered& delivered) {
  const auto message = storage.message(delivered.room, delivered.id);
  if (!message || !message->has_value()) return;
  const bool told = (*message)->self && (*message)->state == MessageRecord::State::kDelivered;
  if (told) host.emit(event::MessageChanged{message_info(**message)});
}

void Engine::Impl::settle_waiter(const RoomId& room, const Result<void>& outcome) {
  const auto found = waiters.find(room);
  if (found == waiters.end()) return;
  callbacks.emplace_back([done = std::move(found->second.done), outcome] { done(outcome); });
  waiters.erase(found);
}

// Last, when everything is consistent: they may call the engine again.
void Engine::Impl::call_back() {
  for (const auto& callback : std::exchange(callbacks, {})) callback();
}

void Engine::Impl::stop(Error error) {
  stopped = true;
  touched.clear();
  for (const auto& [address, relay] : relays) {
    if (relay.state != Relay::State::kIdle) host.disconnect(address);
  }
  relays.clear();
  const Error answer{Errc::kStorage, error.site};
  while (!redeemers.empty()) settle_redeemers(redeemers.front().relay, tl::unexpected(answer));
  while (!waiters.empty()) settle_waiter(waiters.begin()->first, tl::unexpected(answer));
  for (auto& [room, reading] : std::exchange(readings, {})) {
    if (reading.previewed) reading.previewed(tl::unexpected(answer));
    if (reading.joined) reading.joined(tl::unexpected(answer));
  }
  host.emit(event::Stopped{error});
  call_back();
}

}  // namespace magpie::client
