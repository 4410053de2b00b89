// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rpc/session_reactor.h"

#include "server/rpc/frame_codec.h"
#include "server/rpc/status_map.h"

namespace magpie::server {

namespace {

// A reader that takes nothing holds about this much of the relay's memory.
constexpr std::size_t kQueueFramesMax = 64;
constexpr std::size_t kQueueBytesMax = 256 * 1024;
constexpr std::size_t kQueueFramesLow = 16;
constexpr std::size_t kQueueBytesLow = 64 * 1024;
/// Answers pile up only for who does not read them: then nothing more is read from them either.
constexpr std::size_t kQueueFramesReadMax = 256;
constexpr std::size_t kUnhandledFramesMax = 16;
constexpr std::size_t kUnhandledBytesMax = 1024 * 1024;

Result<ClientFrame> decode(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  if (!buffer.TrySingleSlice(&slice).ok() && !buffer.DumpToSingleSlice(&slice).ok()) {
    return fail(Errc::kMalformed, "frame: buffer");
  }
  return decode_client_frame(Bytes(slice.begin(), slice.size()));
}

}  // namespace

void SessionReactor::start() {
  std::lock_guard lock(mutex_);
  read_if_due();
}

void SessionReactor::push(const std::string& frame) {
  const grpc::Slice slice(frame);
  std::lock_guard lock(mutex_);
  if (ending_) return;
  queued_bytes_ += frame.size();
  queue_.emplace_back(&slice, 1);
  write_if_due();
}

bool SessionReactor::ready() {
  std::lock_guard lock(mutex_);
  if (ending_) return false;
  const bool room = queue_.size() < kQueueFramesMax && queued_bytes_ < kQueueBytesMax;
  starved_ = starved_ || !room;
  return room;
}

void SessionReactor::handled(std::size_t bytes) {
  std::lock_guard lock(mutex_);
  --unhandled_frames_;
  unhandled_bytes_ -= bytes;
  read_if_due();
}

void SessionReactor::end(const grpc::Status& status, bool flush) {
  std::lock_guard lock(mutex_);
  if (ending_ && flush) return;
  if (!ending_) ending_ = status;
  // The front may be gRPC's; what is behind it is ours to drop.
  if (!flush && queue_.size() > (writing_ ? 1u : 0u)) {
    queue_.erase(queue_.begin() + (writing_ ? 1 : 0), queue_.end());
  }
  finish_if_idle();
}

void SessionReactor::OnReadDone(bool ok) {
  if (!ok) {
    // The client went, or the stream broke. What it asked for still happens.
    {
      std::lock_guard lock(mutex_);
      reading_ = false;
    }
    return end(grpc::Status::OK, true);
  }
  const auto bytes = incoming_.Length();
  auto frame = decode(incoming_);
  if (!frame) return end(status_of(frame.error().code), false);
  {
    std::lock_guard lock(mutex_);
    if (ending_) return;
    ++unhandled_frames_;
    unhandled_bytes_ += bytes;
  }
  // Not before this frame was handed on may the next be read, or it could overtake it.
  owner_.received(session_, std::move(*frame), bytes);
  std::lock_guard lock(mutex_);
  reading_ = false;
  read_if_due();
}

void SessionReactor::OnWriteDone(bool ok) {
  bool tell = false;
  {
    std::lock_guard lock(mutex_);
    writing_ = false;
    queued_bytes_ -= queue_.front().Length();
    queue_.pop_front();
    if (!ok) {
      queue_.clear();
      queued_bytes_ = 0;
      if (!ending_) ending_ = grpc::Status::CANCELLED;
    }
    write_if_due();
    finish_if_idle();
    read_if_due();
    tell = starved_ && queue_.size() <= kQueueFramesLow && queued_bytes_ <= kQueueBytesLow;
    if (tell) starved_ = false;
  }
  if (tell) owner_.writable(session_);
}

void SessionReactor::OnCancel() { end(grpc::Status::CANCELLED, false); }

void SessionReactor::OnDone() {
  owner_.done(session_);
  delete this;
}

void SessionReactor::read_if_due() {
  const bool room = unhandled_frames_ < kUnhandledFramesMax &&
                    unhandled_bytes_ < kUnhandledBytesMax && queue_.size() < kQueueFramesReadMax;
  if (reading_ || ending_ || !room) return;
  reading_ = true;
  incoming_.Clear();
  StartRead(&incoming_);
}

void SessionReactor::write_if_due() {
  if (writing_ || queue_.empty()) return;
  writing_ = true;
  grpc::WriteOptions options;
  if (queue_.size() > 1) options.set_buffer_hint();
  StartWrite(&queue_.front(), options);
}

void SessionReactor::finish_if_idle() {
  if (!ending_ || writing_ || finished_) return;
  finished_ = true;
  Finish(*ending_);
}

}  // namespace magpie::server
