// SPDX-License-Identifier: GPL-3.0-or-later
// What the core tells without being asked.
#include "client/app/models/values.h"
#include "client/app/session.h"

namespace magpie::app {

QString Session::offlineSince() const {
  QDateTime first;
  for (const auto& [relay, since] : offline_) {
    if (!first.isValid() || since < first) first = since;
  }
  return first.isValid() ? first.toString("HH:mm") : QString();
}

void Session::take_connection(const client::event::Connection& connection) {
  if (connection.connected) {
    offline_.erase(connection.relay);
  } else {
    offline_.try_emplace(connection.relay, QDateTime::currentDateTime());
  }
  Q_EMIT connectionChanged();
}

void Session::take(const client::Event& event) {
  // What was still on its way when the window locked is not shown; unlocking reads it anew.
  const bool closed = phase_ == "locked" && !busy_;
  if (const auto* stopped = std::get_if<client::event::Stopped>(&event)) {
    lock();
    return fail_with(stopped->error);
  }
  if (closed) return;
  if (const auto* changed = std::get_if<client::event::RoomChanged>(&event)) {
    rooms_.put(changed->room);
  } else if (const auto* gone = std::get_if<client::event::RoomGone>(&event)) {
    rooms_.remove(gone->room);
    if (to_text(gone->room) == conversation_.room()) conversation_.close();
  } else if (const auto* added = std::get_if<client::event::MessageAdded>(&event)) {
    conversation_.add(added->message);
  } else if (const auto* message = std::get_if<client::event::MessageChanged>(&event)) {
    conversation_.change(message->message);
  } else if (const auto* made = std::get_if<client::event::IntroductionChanged>(&event)) {
    introductions_.put(made->introduction);
  } else if (const auto* used = std::get_if<client::event::IntroductionUsed>(&event)) {
    new_guests_.append(to_text(used->room));
    Q_EMIT newGuestsChanged();
  } else if (const auto* connection = std::get_if<client::event::Connection>(&event)) {
    take_connection(*connection);
  }
}

}  // namespace magpie::app
