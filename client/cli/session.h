// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <future>
#include <mutex>

#include "client/core/client.h"

namespace magpie::cli {

using client::Event;

/// A Client whose answers are waited for and whose events queue up, for a program that does one
/// thing after the other. One thread uses it, but for `end`.
/// What the user must hear is said on stderr at once, whichever command came upon it, unless the
/// command shows events itself.
class Session {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  enum class Warnings { kSay, kLeaveToCommand };

  explicit Session(const std::filesystem::path& profile, Warnings warnings = Warnings::kSay)
      : warnings_(warnings), client_(profile, [this](const Event& event) { push(event); }) {}

  client::Client& client() { return client_; }

  /// Calls `start(done)` and waits for the answer; there always is one.
  template <class T, class Start>
  Result<T> ask(Start start) {
    auto promise = std::make_shared<std::promise<Result<T>>>();
    start([promise](Result<T> outcome) { promise->set_value(std::move(outcome)); });
    return promise->get_future().get();
  }

  Result<void> open(Secret passphrase);
  Result<std::vector<client::RoomInfo>> rooms();
  Result<std::vector<client::MessageInfo>> history(const client::RoomId& room, std::size_t last);
  Result<void> mark_read(const client::RoomId& room);

  /// All events since the last call; waits for one. Empty at the deadline, or after `end`.
  std::vector<Event> next_events(Deadline deadline);
  /// Nobody is to wait for events any more. From any thread.
  void end();

 private:
  void push(const Event& event);

  const Warnings warnings_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Event> events_;
  bool ended_ = false;
  client::Client client_;
};

}  // namespace magpie::cli
