// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "server/store/postgres_link.h"
#include "server/store/store.h"

namespace magpie::server {

/// What processes tell each other through PostgreSQL: which rooms changed. Each says with it a
/// random word of its own, so that it does not hear itself. (Not its process id: that would tell
/// which commits are one process's, and two hosts may have the same.)
class PostgresListener {
 public:
  /// `tag` as in `notes`. Calls `changed` and `missed` on a thread of its own. `link` must outlive
  /// the listener.
  PostgresListener(PostgresLink& link, std::string tag,
                   std::function<void(std::vector<RoomMark>)> changed,
                   std::function<void()> missed);
  ~PostgresListener();
  PostgresListener(const PostgresListener&) = delete;
  PostgresListener& operator=(const PostgresListener&) = delete;

  static constexpr const char* kChannel = "magpie_rooms";
  /// The texts to be sent for these rooms, each short enough for one notification.
  static std::vector<std::string> notes(const std::string& tag, const std::vector<RoomMark>& rooms);
  /// Empty for what is not one, and for those of `own_tag`.
  static std::vector<RoomMark> rooms_of(std::string_view note, std::string_view own_tag);

 private:
  void run();
  void hear();

  PostgresLink& link_;
  const std::string tag_;
  std::function<void(std::vector<RoomMark>)> changed_;
  std::function<void()> missed_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace magpie::server
