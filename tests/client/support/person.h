// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "client/core/client.h"

namespace magpie::client::test {

constexpr std::chrono::seconds kPatience{60};

inline Secret passphrase(std::string_view text = "correct horse battery") {
  return Secret::copy_of(as_bytes(text));
}

/// A Client whose answers and events a test waits for.
class Person {
 public:
  explicit Person(const std::filesystem::path& folder)
      : client_(folder, [this](const Event& event) {
          const std::lock_guard lock(mutex_);
          events_.push_back(event);
          changed_.notify_all();
        }) {}

  Client& client() { return client_; }

  /// Calls `start(done)` and waits for what `done` is called with.
  template <class T, class Start>
  Result<T> ask(Start start) {
    auto promise = std::make_shared<std::promise<Result<T>>>();
    auto answer = promise->get_future();
    start([promise](Result<T> outcome) { promise->set_value(std::move(outcome)); });
    if (answer.wait_for(kPatience) != std::future_status::ready) {
      ADD_FAILURE() << "no answer";
      return fail(Errc::kTimedOut, "test");
    }
    return answer.get();
  }

  /// Waits until an event of this kind came, now or earlier, for which `fits` holds.
  template <class Kind, class Fits>
  bool saw(Fits fits) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] {
      for (const Event& event : events_) {
        const auto* kind = std::get_if<Kind>(&event);
        if (kind != nullptr && fits(*kind)) return true;
      }
      return false;
    });
  }
  bool saw_text(std::string_view text) {
    return saw<event::MessageAdded>([&](const auto& event) {
      return event.message.text == text && event.message.state == MessageState::kReceived;
    });
  }
  bool saw_state(const EntryId& id, MessageState state) {
    return saw<event::MessageChanged>(
        [&](const auto& event) { return event.message.id == id && event.message.state == state; });
  }

  Result<ProfileInfo> create(std::string name, std::optional<RelayAddress> relay) {
    return ask<ProfileInfo>([&](auto done) {
      client_.create({std::move(name), passphrase(), std::move(relay)}, std::move(done));
    });
  }
  Result<ProfileInfo> open(Secret with = passphrase()) {
    return ask<ProfileInfo>([&](auto done) { client_.open(std::move(with), std::move(done)); });
  }
  Result<void> lock() {
    return ask<void>([&](auto done) { client_.lock(std::move(done)); });
  }
  Result<IntroductionInfo> introduce(IntroduceRequest request = {}) {
    return ask<IntroductionInfo>([&](auto done) { client_.introduce(request, std::move(done)); });
  }
  Result<OfferInfo> preview(const std::string& link, const std::string& pin = {}) {
    return ask<OfferInfo>([&](auto done) { client_.preview(link, pin, std::move(done)); });
  }
  Result<JoinedInfo> join_new(std::string name, const std::string& link,
                              const std::string& pin = {}) {
    return ask<JoinedInfo>([&](auto done) {
      client_.join_new({name, passphrase(), std::nullopt}, {link, pin, name}, std::move(done));
    });
  }
  Result<EntryId> send(const RoomId& room, std::string text) {
    return ask<EntryId>([&](auto done) { client_.send(room, std::move(text), std::move(done)); });
  }
  Result<std::vector<RoomInfo>> rooms() {
    return ask<std::vector<RoomInfo>>([&](auto done) { client_.rooms(std::move(done)); });
  }
  Result<std::vector<MessageInfo>> history(const RoomId& room) {
    return ask<std::vector<MessageInfo>>(
        [&](auto done) { client_.history(room, 0, 1000, std::move(done)); });
  }
  Result<void> settle(std::chrono::milliseconds timeout = kPatience) {
    return ask<void>([&](auto done) { client_.settle(timeout, std::move(done)); });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Event> events_;
  Client client_;
};

/// The error's code; success is no error, and no code.
template <class T>
std::optional<Errc> code_of(const Result<T>& result) {
  if (result) return std::nullopt;
  return result.error().code;
}

}  // namespace magpie::client::test
