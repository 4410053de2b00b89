// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/postgres_listener.h"

#include <charconv>
#include <cstdio>
#include <pqxx/notification>

namespace magpie::server {

namespace {

// A notification holds fewer than 8,000 bytes.
constexpr std::size_t kRoomsPerNote = 400;
constexpr std::size_t kMarkDigits = 16;
// How soon it notices that it is to stop.
constexpr long kLookMicroseconds = 200'000;

class Receiver final : public pqxx::notification_receiver {
 public:
  Receiver(pqxx::connection& connection, std::function<void(const std::string&)> heard)
      : notification_receiver(connection, PostgresListener::kChannel), heard_(std::move(heard)) {}
  void operator()(const std::string& payload, int) override { heard_(payload); }

 private:
  std::function<void(const std::string&)> heard_;
};

}  // namespace

PostgresListener::PostgresListener(PostgresLink& link, std::string tag,
                                   std::function<void(std::vector<RoomMark>)> changed,
                                   std::function<void()> missed)
    : link_(link),
      tag_(std::move(tag)),
      changed_(std::move(changed)),
      missed_(std::move(missed)),
      thread_([this] { run(); }) {}

PostgresListener::~PostgresListener() {
  stopping_ = true;
  thread_.join();
}

void PostgresListener::run() {
  for (int failures = 0; !stopping_; ++failures) {
    try {
      hear();
    } catch (const std::exception&) {
      // The server is gone, whatever pqxx calls it: it is looked for again.
      if (!link_.pause(std::min(failures, 6))) return;
    }
  }
}

/// Returns when it is told to stop, or the connection broke.
void PostgresListener::hear() {
  const auto session = link_.connect();
  auto& connection = session->get();
  const Receiver receiver(connection, [this](const std::string& payload) {
    auto rooms = rooms_of(payload, tag_);
    if (!rooms.empty()) changed_(std::move(rooms));
  });
  // It listens now; what came before was not heard.
  missed_();
  while (!stopping_ && connection.is_open()) connection.await_notification(0, kLookMicroseconds);
}

std::vector<std::string> PostgresListener::notes(const std::string& tag,
                                                 const std::vector<RoomMark>& rooms) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < rooms.size(); ++i) {
    if (i % kRoomsPerNote == 0) out.push_back(tag);
    std::array<char, kMarkDigits + 1> digits{};
    (void)std::snprintf(digits.data(), digits.size(), "%016llx",
                        static_cast<unsigned long long>(rooms[i]));
    out.back() += digits.data();
  }
  return out;
}

std::vector<RoomMark> PostgresListener::rooms_of(std::string_view note, std::string_view own_tag) {
  std::vector<RoomMark> rooms;
  if (note.size() % kMarkDigits != 0 || note.substr(0, kMarkDigits) == own_tag) return rooms;
  for (auto at = kMarkDigits; at < note.size(); at += kMarkDigits) {
    RoomMark mark = 0;
    const auto* const begin = note.data() + at;
    const auto [end, error] = std::from_chars(begin, begin + kMarkDigits, mark, 16);
    if (error != std::errc() || end != begin + kMarkDigits) return {};
    rooms.push_back(mark);
  }
  return rooms;
}

}  // namespace magpie::server
