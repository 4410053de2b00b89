// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>

#include "crypto/base/check.h"
#include "crypto/base/random.h"

namespace magpie {

/// Yields the given bytes once, in order, so that a vector's ephemeral keys can be replayed.
class FixedRandom final : public Random {
 public:
  explicit FixedRandom(Buffer bytes) : bytes_(std::move(bytes)) {}

  void fill(MutableBytes out) override {
    MAGPIE_CHECK(out.size() <= bytes_.size() - used_);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(used_), out.size(), out.begin());
    used_ += out.size();
  }

 private:
  Buffer bytes_;
  std::size_t used_ = 0;
};

}  // namespace magpie
