// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "client/core/ids.h"

namespace magpie::client {

/// Something to do once, that may own what cannot be copied.
class Task {
 public:
  template <class Work>
  explicit Task(Work work) : body_(std::make_unique<Model<Work>>(std::move(work))) {}
  void operator()() { body_->run(); }

 private:
  struct Body {
    virtual ~Body() = default;
    virtual void run() = 0;
  };
  template <class Work>
  struct Model final : Body {
    explicit Model(Work given) : work(std::move(given)) {}
    void run() override { work(); }
    Work work;
  };
  std::unique_ptr<Body> body_;
};

/// One thread that does tasks in the order in which they were posted, and looks at a clock between
/// them.
class CoreThread {
 public:
  struct Clock {
    /// Asked after each task: when `ring` is due. Time::max(): never.
    std::function<Time()> due;
    std::function<void()> ring;
  };

  /// Without a clock.
  CoreThread() : CoreThread(std::nullopt) {}
  explicit CoreThread(Clock clock) : CoreThread(std::optional(std::move(clock))) {}
  ~CoreThread() { stop(); }
  CoreThread(const CoreThread&) = delete;
  CoreThread& operator=(const CoreThread&) = delete;

  /// From any thread. After `stop` the task is dropped undone.
  void post(Task task);
  template <class Work>
  void post(Work work) {
    post(Task(std::move(work)));
  }

  /// Lets the running task end, drops the others, and waits for the thread. Not from a task.
  void stop();

 private:
  explicit CoreThread(std::optional<Clock> clock);
  void run();
  /// The next task; empty when the clock is due or everything is to stop.
  std::optional<Task> next(std::unique_lock<std::mutex>& lock, Time due);

  const std::optional<Clock> clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  bool stopping_ = false;
  std::thread thread_;
};

/// This device's clock.
Time system_now();

}  // namespace magpie::client
