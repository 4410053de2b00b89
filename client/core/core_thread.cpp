// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/core_thread.h"

namespace magpie::client {
namespace {

// A far time is looked at again, so that a clock that was set does not matter for long.
constexpr std::chrono::minutes kLongestSleep{5};

}  // namespace

Time system_now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

CoreThread::CoreThread(std::optional<Clock> clock)
    : clock_(std::move(clock)), thread_([this] { run(); }) {}

void CoreThread::post(Task task) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  tasks_.push_back(std::move(task));
  changed_.notify_one();
}

void CoreThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
  // What undone tasks own is dropped outside the lock: it may post.
  std::deque<Task> undone;
  const std::lock_guard lock(mutex_);
  undone.swap(tasks_);
}

std::optional<Task> CoreThread::next(std::unique_lock<std::mutex>& lock, Time due) {
  const auto awake = [this] { return stopping_ || !tasks_.empty(); };
  if (clock_) {
    changed_.wait_until(lock, std::min(due, system_now() + kLongestSleep), awake);
  } else {
    changed_.wait(lock, awake);
  }
  if (stopping_ || tasks_.empty()) return std::nullopt;
  std::optional<Task> task(std::move(tasks_.front()));
  tasks_.pop_front();
  return task;
}

void CoreThread::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    Time due = clock_ ? clock_->due() : Time::max();
    if (clock_ && due <= system_now()) {
      clock_->ring();
      due = clock_->due();
    }
    lock.lock();
    auto task = next(lock, due);
    lock.unlock();
    if (task) (*task)();
    task.reset();
    lock.lock();
  }
}

}  // namespace magpie::client
