// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "server/room/hub.h"
#include "tests/server/support/stores.h"
#include "tests/support/seeded_random.h"

namespace magpie::server::test {

/// Keeps what the hub says to each session; a session may be made slow.
class RecordingSink final : public FrameSink {
 public:
  void send(SessionId session, const ServerFrame& frame) override {
    frames_[session].push_back(frame);
  }
  bool ready(SessionId session) override {
    return !slow_.contains(session) || frames_[session].size() < slow_[session];
  }
  void end(SessionId session, Errc code) override { ended_[session] = code; }

  /// What came since the last call.
  std::vector<ServerFrame> take(SessionId session) { return std::exchange(frames_[session], {}); }
  /// The session takes entries only while fewer than `frames` wait to be taken.
  void slow_down(SessionId session, std::size_t frames) { slow_[session] = frames; }
  const std::map<SessionId, Errc>& ended() const { return ended_; }

 private:
  std::map<SessionId, std::vector<ServerFrame>> frames_;
  std::map<SessionId, std::size_t> slow_;
  std::map<SessionId, Errc> ended_;
};

/// The frames of one kind, in order.
template <class T>
std::vector<T> only(const std::vector<ServerFrame>& frames) {
  std::vector<T> out;
  for (const auto& frame : frames) {
    if (const auto* one = std::get_if<T>(&frame)) out.push_back(*one);
  }
  return out;
}

/// The answer to one request, as an alternative of Answer::result; fails the test where there is
/// none or another.
template <class T>
T answer(const std::vector<ServerFrame>& frames, std::uint64_t correlation) {
  for (const auto& one : only<Answer>(frames)) {
    if (one.correlation != correlation) continue;
    const auto* result = std::get_if<T>(&one.result);
    if (result == nullptr) {
      const auto* refusal = std::get_if<Refusal>(&one.result);
      ADD_FAILURE() << "another answer: " << (refusal != nullptr ? name(refusal->code) : "success");
      return T{};
    }
    return *result;
  }
  ADD_FAILURE() << "no answer";
  return T{};
}

inline Errc refusal(const std::vector<ServerFrame>& frames, std::uint64_t correlation) {
  return answer<Refusal>(frames, correlation).code;
}

inline LimitKind broken_limit(const std::vector<ServerFrame>& frames, std::uint64_t correlation) {
  const auto refused = answer<Refusal>(frames, correlation);
  EXPECT_EQ(refused.code, Errc::kLimit);
  return refused.limit;
}

inline std::vector<Sequence> sequences(const std::vector<ServerFrame>& frames) {
  std::vector<Sequence> out;
  for (const auto& entry : only<Entry>(frames)) out.push_back(entry.sequence);
  return out;
}

constexpr Time kStart{std::chrono::hours(500'000)};

/// One hub over each store, with a clock in the test's hand.
class HubTest : public ::testing::TestWithParam<StoreKind> {
 protected:
  HubTest() { restart(); }

  Store& store() { return holder_.get(); }

  /// Drops the hub with all that was not written, as a crash does.
  void restart() {
    hub_.reset();
    holder_.reopen();
    hub_ = std::make_unique<Hub>(store(), sink_, random_, identity_, limits_);
    nonces_.clear();
  }

  SessionId open() {
    const SessionId session{next_session_++};
    nonces_[session] = hub_->open(session);
    sink_.take(session);
    return session;
  }

  crypto::SignKeyPair key() { return crypto::SignKeyPair::generate(random_); }

  template <class Body>
  std::uint64_t ask(SessionId session, Body body) {
    const auto correlation = next_correlation_++;
    hub_->receive(session, ClientFrame{correlation, std::move(body)}, now_);
    return correlation;
  }

  /// Writes what is pending, until nothing is.
  void commit() {
    for (auto batch = hub_->take_batch(); !batch.empty(); batch = hub_->take_batch()) {
      hub_->committed(store().write({&batch, 1}));
    }
  }

  /// Asks, commits, and gives everything that came to this session.
  template <class Body>
  std::pair<std::uint64_t, std::vector<ServerFrame>> exchange(SessionId session, Body body) {
    const auto correlation = ask(session, std::move(body));
    commit();
    return {correlation, sink_.take(session)};
  }

  CreateRoom creation(std::vector<Slot> slots) {
    return {random_.id<RoomId>(), std::move(slots), random_.id<EntryId>(), Buffer{1, 2, 3}};
  }

  /// A room of these slots; its first entry is written.
  RoomId make_room(std::vector<Slot> slots) {
    const auto session = open();
    const auto create = creation(std::move(slots));
    const auto [correlation, frames] = exchange(session, create);
    answer<Created>(frames, correlation);
    hub_->close(session);
    return create.room;
  }

  Attach attach_frame(SessionId session, const RoomId& room, const crypto::SignKeyPair& key,
                      Sequence after) {
    const auto message = attach_message(nonces_.at(session), identity_, room, after);
    return {room, key.public_key(), key.sign(message), after};
  }

  std::vector<ServerFrame> attach(SessionId session, const RoomId& room,
                                  const crypto::SignKeyPair& key, Sequence after = 0) {
    const auto [correlation, frames] = exchange(session, attach_frame(session, room, key, after));
    answer<Attached>(frames, correlation);
    return frames;
  }

  Append entry(const RoomId& room, Sequence last_control, bool control = false) {
    return {.room = room,
            .entry_id = random_.id<EntryId>(),
            .control = control,
            .last_control = last_control,
            .payload = Buffer(40, 7)};
  }

  Sequence append(SessionId session, Append frame) {
    const auto [correlation, frames] = exchange(session, std::move(frame));
    return answer<Appended>(frames, correlation).sequence;
  }

  void acknowledge(SessionId session, const RoomId& room, Sequence through) {
    exchange(session, Acknowledge{room, through});
  }

  std::vector<Sequence> stored(const RoomId& room) {
    std::vector<Sequence> out;
    const auto headers = store().list_entries(room, 0, ~Sequence{0}, 100'000);
    for (const auto& header : *headers) out.push_back(header.sequence);
    return out;
  }

  StoreHolder holder_{GetParam()};
  RecordingSink sink_;
  magpie::test::SeededRandom random_{7};
  RelayIdentity identity_ = random_.id<RelayIdentity>();
  Limits limits_;
  Time now_ = kStart;
  std::unique_ptr<Hub> hub_;
  std::map<SessionId, Nonce> nonces_;
  std::uint64_t next_session_ = 1;
  std::uint64_t next_correlation_ = 1;
};

/// A room of two: a manager and a guest who may read and write, each on a stream of its own.
class PairTest : public HubTest {
 protected:
  PairTest() {
    room_ = make_room(
        {{manager_key_.public_key(), kAllRights}, {guest_key_.public_key(), kRead | kWrite}});
    manager_ = open();
    attach(manager_, room_, manager_key_, 1);
    guest_ = open();
    attach(guest_, room_, guest_key_);
  }

  crypto::SignKeyPair manager_key_ = key();
  crypto::SignKeyPair guest_key_ = key();
  RoomId room_;
  SessionId manager_;
  SessionId guest_;
};

}  // namespace magpie::server::test
