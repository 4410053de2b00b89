// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/guarded_clock.h"

#include <ctime>

#include "crypto/base/check.h"

namespace magpie::server {

namespace {

/// Since the machine was switched on, its sleep included.
std::chrono::milliseconds running_for() {
  timespec time{};
  MAGPIE_CHECK(::clock_gettime(CLOCK_BOOTTIME, &time) == 0);
  return std::chrono::seconds(time.tv_sec) + std::chrono::milliseconds(time.tv_nsec / 1'000'000);
}

}  // namespace

Time GuardedClock::now() {
  const std::lock_guard lock(mutex_);
  return guard_.now(std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()),
                    running_for());
}

}  // namespace magpie::server
