// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/shards.h"

#include <deque>
#include <future>

#include "crypto/base/check.h"

namespace magpie::server {

namespace {

/// Frames wait while this much waits for the disk.
constexpr std::size_t kPendingBytesMax = 8 * 1024 * 1024;

struct Open {
  SessionId session;
  Nonce nonce;
};
struct CloseSession {
  SessionId session;
};
struct Receive {
  SessionId session;
  ClientFrame frame;
  std::size_t bytes;
};
struct Writable {
  SessionId session;
};
struct Expire {};
struct Committed {
  Result<Conflicts> result;
};
struct Changed {
  std::shared_ptr<const std::vector<RoomMark>> rooms;
};
struct LookAgain {};
using Job =
    std::variant<Open, CloseSession, Receive, Writable, Expire, Committed, Changed, LookAgain>;

}  // namespace

/// One hub and its thread: takes what was posted, lets the hub decide, submits the batch.
class Shards::Executor {
 public:
  Executor(Store& store, FrameSink& sink, Random& random, const RelayIdentity& identity,
           const Limits& limits, Hub::Shard shard, GuardedClock& clock, Committer& committer,
           const Handled& handled, Allowances* allowances)
      : clock_(clock),
        hub_(store, sink, random, identity, limits, shard, allowances),
        committer_(committer),
        handled_(handled),
        thread_([this] { run(); }) {}

  ~Executor() { drain(); }

  void post(Job job) {
    std::lock_guard lock(mutex_);
    if (stopping_ && !std::holds_alternative<Committed>(job)) return;
    inbox_.push_back(std::move(job));
    // Under the lock: the last commit lets the thread end, and this be destroyed.
    wake_.notify_one();
  }

  void drain() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run() {
    while (wait_for_jobs()) {
      while (!jobs_.empty() && !must_hold_back()) {
        auto job = std::move(jobs_.front());
        jobs_.pop_front();
        std::visit([this](auto& what) { handle(what); }, job);
      }
      submit();
    }
  }

  /// Moves what was posted behind what is held back. False when all is done.
  bool wait_for_jobs() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] {
      return !inbox_.empty() || (stopping_ && !writing_ && jobs_.empty()) ||
             (!jobs_.empty() && !writing_);
    });
    for (auto& job : inbox_) {
      // A commit lets go of what is held back, so it goes first.
      if (std::holds_alternative<Committed>(job)) {
        jobs_.push_front(std::move(job));
      } else {
        jobs_.push_back(std::move(job));
      }
    }
    inbox_.clear();
    return !jobs_.empty() || writing_ || !stopping_;
  }

  bool must_hold_back() const {
    return writing_ && hub_.pending_bytes() > kPendingBytesMax &&
           std::holds_alternative<Receive>(jobs_.front());
  }

  void submit() {
    if (writing_) return;
    auto batch = hub_.take_batch();
    if (batch.empty()) {
      if (std::exchange(expire_again_, false)) post(Expire{});
      return;
    }
    writing_ = true;
    committer_.submit(std::move(batch),
                      [this](const Result<Conflicts>& result) { post(Committed{result}); });
  }

  void handle(const Open& open) { hub_.join(open.session, open.nonce); }
  void handle(const CloseSession& close) { hub_.close(close.session); }
  void handle(Receive& receive) {
    hub_.receive(receive.session, std::move(receive.frame), clock_.now());
    handled_(receive.session, receive.bytes);
  }
  void handle(const Writable& writable) { hub_.writable(writable.session); }
  void handle(const Expire&) { expire_again_ = hub_.expire(clock_.now()); }
  void handle(const Changed& changed) { hub_.changed(*changed.rooms); }
  void handle(const LookAgain&) { hub_.look_again(); }
  void handle(const Committed& committed) {
    writing_ = false;
    if (committed.result) {
      hub_.committed({}, *committed.result);
    } else {
      hub_.committed(fail(committed.result.error().code, "shards: commit"));
    }
  }

  GuardedClock& clock_;
  Hub hub_;
  Committer& committer_;
  const Handled& handled_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> inbox_;  // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_

  // The thread's own.
  std::deque<Job> jobs_;
  bool writing_ = false;
  bool expire_again_ = false;

  std::thread thread_;
};

Shards::Shards(Store& store, FrameSink& sink, Random& random, const RelayIdentity& identity,
               const Limits& limits, std::uint32_t count, Handled handled, Allowances* allowances)
    : sink_(sink),
      random_(random),
      identity_(identity),
      limits_(limits),
      handled_(std::move(handled)),
      allowances_(allowances),
      committer_(store) {
  MAGPIE_CHECK(count > 0);
  for (std::uint32_t index = 0; index < count; ++index) {
    executors_.push_back(std::make_unique<Executor>(store, sink, random, identity, limits,
                                                    Hub::Shard{index, count}, clock_, committer_,
                                                    handled_, allowances));
  }
}

Shards::~Shards() { drain(); }

void Shards::open(SessionId session) {
  const auto nonce = random_.id<Nonce>();
  // Every shard knows the session before the client knows the nonce.
  for (auto& executor : executors_) executor->post(Open{session, nonce});
  sink_.send(session, make_greeting(nonce, identity_, limits_, allowances_, clock_.now()));
}

void Shards::close(SessionId session) {
  for (auto& executor : executors_) executor->post(CloseSession{session});
}

void Shards::receive(SessionId session, ClientFrame frame, std::size_t bytes) {
  const auto index = shard_of(room_of(frame), static_cast<std::uint32_t>(executors_.size()));
  executors_[index]->post(Receive{session, std::move(frame), bytes});
}

void Shards::writable(SessionId session) {
  for (auto& executor : executors_) executor->post(Writable{session});
}

void Shards::expire() {
  for (auto& executor : executors_) executor->post(Expire{});
}

Result<void> Shards::write(WriteBatch batch) {
  std::promise<Result<void>> written;
  committer_.submit(std::move(batch), [&](const Result<Conflicts>& result) {
    written.set_value(result ? Result<void>() : fail(result.error().code, "shards: write"));
  });
  return written.get_future().get();
}

void Shards::changed(std::vector<RoomMark> rooms) {
  const auto shared = std::make_shared<const std::vector<RoomMark>>(std::move(rooms));
  for (auto& executor : executors_) executor->post(Changed{shared});
}

void Shards::look_again() {
  for (auto& executor : executors_) executor->post(LookAgain{});
}

void Shards::drain() {
  for (auto& executor : executors_) executor->drain();
}

}  // namespace magpie::server
