// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>

#include "server/room/ids.h"

namespace magpie::server {

/// Keeps a clock that jumps from deleting what is not out of its time. Takes the machine's clock
/// and the time since it was switched on, and follows the clock as long as the two agree; where
/// the clock leaps by more than `kLeap`, time goes on as if it had not. Not thread-safe.
class ClockGuard {
 public:
  /// Clocks are set right by less than this while they run.
  static constexpr std::chrono::hours kLeap{1};

  /// `clock` is what the machine calls the time, believed the first time; `running` never goes
  /// back, and counts also while the machine sleeps.
  Time now(Time clock, std::chrono::milliseconds running) {
    const auto expected = last_ ? last_->clock + (running - last_->running) : clock;
    const auto difference = clock < expected ? expected - clock : clock - expected;
    if (difference > kLeap) return expected;
    last_ = Reading{clock, running};
    return clock;
  }

 private:
  struct Reading {
    Time clock;
    std::chrono::milliseconds running;
  };
  std::optional<Reading> last_;
};

}  // namespace magpie::server
