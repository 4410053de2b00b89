// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rpc/relay_service.h"

#include "server/rpc/frame_codec.h"
#include "server/rpc/status_map.h"

namespace magpie::server {

namespace {

/// What is still queued for a client at the end is given this long to leave.
constexpr std::chrono::seconds kFlushTime{2};

/// A stream that is over before it began.
class RefusedReactor final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit RefusedReactor(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

}  // namespace

RelayService::RelayService(Store& store, Random& random, const RelayIdentity& identity,
                           const Limits& limits, std::uint32_t shards, Allowances* allowances)
    : streams_max_(limits.streams_max),
      shards_(
          store, *this, random, identity, limits, shards,
          [this](SessionId session, std::size_t bytes) { handled(session, bytes); }, allowances) {}

RelayService::~RelayService() = default;

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* RelayService::Session(
    grpc::CallbackServerContext*) {
  SessionReactor* reactor = nullptr;
  SessionId session;
  {
    std::lock_guard lock(mutex_);
    if (draining_) return new RefusedReactor(draining_status());
    if (sessions_.size() >= streams_max_) return new RefusedReactor(status_of(Errc::kLimit));
    session = SessionId{next_session_++};
    reactor = new SessionReactor(session, *this);
    sessions_.emplace(session, reactor);
  }
  shards_.open(session);
  reactor->start();
  return reactor;
}

void RelayService::drain() {
  {
    std::lock_guard lock(mutex_);
    draining_ = true;
  }
  shards_.drain();
  std::unique_lock lock(mutex_);
  for (const auto& [session, reactor] : sessions_) reactor->end(draining_status(), true);
  all_done_.wait_for(lock, kFlushTime, [this] { return sessions_.empty(); });
}

std::size_t RelayService::session_count() {
  std::lock_guard lock(mutex_);
  return sessions_.size();
}

Activity RelayService::activity() const {
  return {counters_.received, counters_.accepted, counters_.sent,
          counters_.stale,    counters_.limit,    counters_.refused};
}

void RelayService::count(const ServerFrame& frame) {
  if (std::holds_alternative<Entry>(frame)) ++counters_.sent;
  const auto* answer = std::get_if<Answer>(&frame);
  if (answer == nullptr) return;
  if (std::holds_alternative<Appended>(answer->result)) ++counters_.accepted;
  const auto* refusal = std::get_if<Refusal>(&answer->result);
  if (refusal == nullptr) return;
  ++(refusal->code == Errc::kStale   ? counters_.stale
     : refusal->code == Errc::kLimit ? counters_.limit
                                     : counters_.refused);
}

void RelayService::send(SessionId session, const ServerFrame& frame) {
  count(frame);
  const auto encoded = encode_server_frame(frame);
  with(session, [&](SessionReactor& reactor) { reactor.push(encoded); });
}

bool RelayService::ready(SessionId session) {
  bool ready = false;
  with(session, [&](SessionReactor& reactor) { ready = reactor.ready(); });
  return ready;
}

void RelayService::end(SessionId session, Errc code) {
  with(session, [&](SessionReactor& reactor) { reactor.end(status_of(code), false); });
}

void RelayService::received(SessionId session, ClientFrame frame, std::size_t bytes) {
  ++counters_.received;
  shards_.receive(session, std::move(frame), bytes);
}

void RelayService::writable(SessionId session) { shards_.writable(session); }

void RelayService::done(SessionId session) {
  {
    std::lock_guard lock(mutex_);
    sessions_.erase(session);
    // With the lock: `drain` may return, and this service go, as soon as it is let go of.
    shards_.close(session);
    all_done_.notify_all();
  }
}

void RelayService::handled(SessionId session, std::size_t bytes) {
  with(session, [&](SessionReactor& reactor) { reactor.handled(bytes); });
}

}  // namespace magpie::server
