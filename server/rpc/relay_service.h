// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <unordered_map>

#include "magpie/relay/v1/relay.grpc.pb.h"
#include "server/admin/status.h"
#include "server/rpc/session_reactor.h"
#include "server/shards.h"

namespace magpie::server {

/// The gRPC service: opens a session for each stream and carries frames between the streams and
/// the shards. Thread-safe. Knows no client's address and keeps none.
class RelayService final
    : public relay::v1::Relay::WithRawCallbackMethod_Session<relay::v1::Relay::Service>,
      public FrameSink,
      private SessionReactor::Owner {
 public:
  RelayService(Store& store, Random& random, const RelayIdentity& identity, const Limits& limits,
               std::uint32_t shards, Allowances* allowances = nullptr);
  /// The server must be shut down, so that no stream is left.
  ~RelayService() override;

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Session(
      grpc::CallbackServerContext* context) override;

  /// Answers what was received, ends every stream, and refuses new ones.
  void drain();
  void expire() { shards_.expire(); }
  Result<void> write(WriteBatch batch) { return shards_.write(std::move(batch)); }
  /// Other processes changed rooms in the store (Shards::changed).
  void changed(std::vector<RoomMark> rooms) { shards_.changed(std::move(rooms)); }
  void look_again() { shards_.look_again(); }
  bool failed() const { return shards_.failed(); }
  Time now() { return shards_.now(); }
  std::size_t session_count();
  Activity activity() const;

  // FrameSink, for the shards.
  void send(SessionId session, const ServerFrame& frame) override;
  bool ready(SessionId session) override;
  void end(SessionId session, Errc code) override;

 private:
  void received(SessionId session, ClientFrame frame, std::size_t bytes) override;
  void writable(SessionId session) override;
  void done(SessionId session) override;
  void handled(SessionId session, std::size_t bytes);
  void count(const ServerFrame& frame);

  /// Calls `act` with the session's reactor, where it still lives, so that it lives meanwhile.
  /// Lock order: this, then the reactor's.
  template <class Act>
  void with(SessionId session, Act act) {
    std::lock_guard lock(mutex_);
    if (const auto found = sessions_.find(session); found != sessions_.end()) act(*found->second);
  }

  struct Counters {
    std::atomic<std::uint64_t> received{0};
    std::atomic<std::uint64_t> accepted{0};
    std::atomic<std::uint64_t> sent{0};
    std::atomic<std::uint64_t> stale{0};
    std::atomic<std::uint64_t> limit{0};
    std::atomic<std::uint64_t> refused{0};
  };
  Counters counters_;
  const std::size_t streams_max_;
  std::mutex mutex_;
  std::condition_variable all_done_;
  std::unordered_map<SessionId, SessionReactor*> sessions_;  // guarded by mutex_
  std::uint64_t next_session_ = 1;                           // guarded by mutex_
  bool draining_ = false;                                    // guarded by mutex_
  Shards shards_;
};

}  // namespace magpie::server
