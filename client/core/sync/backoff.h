// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>

#include "crypto/base/random.h"

namespace magpie::client {

/// How long to wait before the next try: a quarter of a second, doubled with each failure up to a
/// minute, and of that a random part between a half and the whole, so that many clients of one
/// relay do not come back together.
class Backoff {
 public:
  std::chrono::milliseconds next(Random& random) {
    const auto whole = std::min(kFirst * (1 << std::min(failures_, kDoublingsMax)), kLongest);
    ++failures_;
    std::uint8_t part = 0;
    random.fill({&part, 1});
    return whole / 2 + whole * part / 510;
  }
  void reset() { failures_ = 0; }

 private:
  static constexpr std::chrono::milliseconds kFirst{250};
  static constexpr std::chrono::milliseconds kLongest{60'000};
  static constexpr int kDoublingsMax = 8;
  int failures_ = 0;
};

}  // namespace magpie::client
