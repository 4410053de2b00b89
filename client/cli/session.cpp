// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/cli/session.h"

#include "client/cli/event_output.h"

namespace magpie::cli {

Result<void> Session::open(Secret passphrase) {
  return ask<client::ProfileInfo>(
             [&](auto done) { client_.open(std::move(passphrase), std::move(done)); })
      .map([](const auto&) {});
}

Result<std::vector<client::RoomInfo>> Session::rooms() {
  return ask<std::vector<client::RoomInfo>>([&](auto done) { client_.rooms(std::move(done)); });
}

Result<std::vector<client::MessageInfo>> Session::history(const client::RoomId& room,
                                                          std::size_t last) {
  return ask<std::vector<client::MessageInfo>>(
      [&](auto done) { client_.history(room, 0, last, std::move(done)); });
}

Result<void> Session::mark_read(const client::RoomId& room) {
  return ask<void>([&](auto done) { client_.mark_read(room, std::move(done)); });
}

std::vector<Event> Session::next_events(Deadline deadline) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline, [this] { return ended_ || !events_.empty(); });
  return std::exchange(events_, {});
}

void Session::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

void Session::push(const Event& event) {
  if (warnings_ == Warnings::kSay) print_warning(event);
  const std::lock_guard lock(mutex_);
  events_.push_back(event);
  changed_.notify_all();
}

}  // namespace magpie::cli
