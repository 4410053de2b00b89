// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>

#include "server/room/clock_guard.h"

namespace magpie::server {

/// The time that a running relay goes by: the machine's, without its leaps. Thread-safe.
class GuardedClock {
 public:
  Time now();

 private:
  std::mutex mutex_;
  ClockGuard guard_;
};

}  // namespace magpie::server
