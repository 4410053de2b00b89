// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "server/room/frames.h"

namespace magpie::server {

/// One client's stream. gRPC owns it from its creation to OnDone; one write is in flight at a
/// time, the queue behind it is bounded, and frames are read only as fast as they are handled.
/// Thread-safe. Takes raw messages, so that a frame which is no frame is told apart from the end
/// of a stream.
class SessionReactor final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  /// Whom the reactor tells; called without its lock.
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void received(SessionId session, ClientFrame frame, std::size_t bytes) = 0;
    virtual void writable(SessionId session) = 0;
    /// The stream is over. After it returned the reactor deletes itself.
    virtual void done(SessionId session) = 0;
  };

  /// `owner` must outlive the stream.
  SessionReactor(SessionId session, Owner& owner) : session_(session), owner_(owner) {}

  /// Begins to read. Once, after the first `push`.
  void start();
  /// Queues one encoded frame.
  void push(const std::string& frame);
  /// Whether the queue has room for more than answers; after `false` Owner::writable follows.
  bool ready();
  /// A received frame was handled: another may be read.
  void handled(std::size_t bytes);
  /// Ends the stream once the write in flight is done; with `flush` once the queue is empty.
  void end(const grpc::Status& status, bool flush);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  // All with the lock held.
  void read_if_due();
  void write_if_due();
  void finish_if_idle();

  const SessionId session_;
  Owner& owner_;

  std::mutex mutex_;
  // Guarded by mutex_.
  std::deque<grpc::ByteBuffer> queue_;
  std::size_t queued_bytes_ = 0;
  bool writing_ = false;
  bool reading_ = false;
  bool starved_ = false;
  std::size_t unhandled_frames_ = 0;
  std::size_t unhandled_bytes_ = 0;
  std::optional<grpc::Status> ending_;
  bool finished_ = false;

  grpc::ByteBuffer incoming_;  // gRPC's while reading_
};

}  // namespace magpie::server
