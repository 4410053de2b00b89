// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>

#include "client/core/ids.h"

namespace magpie::sim {

using client::Time;
using Milliseconds = std::chrono::milliseconds;

/// The simulated clock and everything that is still to happen, in a fixed order.
class Scheduler {
 public:
  Time now() const { return now_; }
  void at(Time time, std::function<void()> action) {
    queue_.emplace(std::max(time, now_), std::move(action));
  }
  void after(Milliseconds delay, std::function<void()> action) {
    at(now_ + delay, std::move(action));
  }
  /// Runs what is due next, unless that is after `end`. False where nothing is.
  bool step(Time end) {
    if (queue_.empty() || queue_.begin()->first > end) return false;
    auto next = queue_.extract(queue_.begin());
    now_ = next.key();
    next.mapped()();
    return true;
  }
  /// Lets time pass in which nothing happens.
  void jump(Milliseconds time) { now_ += time; }

 private:
  Time now_{std::chrono::milliseconds(1'760'000'000'000)};
  std::multimap<Time, std::function<void()>> queue_;
};

}  // namespace magpie::sim
