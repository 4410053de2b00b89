// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/base/bytes.h"
#include "crypto/base/secret.h"

namespace magpie {

/// Where randomness comes from. Code that must be reproducible in the simulator takes one of
/// these and draws nothing by itself.
class Random {
 public:
  virtual ~Random() = default;
  /// Fills `out` with unpredictable bytes.
  virtual void fill(MutableBytes out) = 0;

  Secret secret(std::size_t size) {
    Secret out(size);
    fill(out.fill());
    return out;
  }
  template <class Id>
  Id id() {
    Id out;
    fill(out.fill());
    return out;
  }
};

/// The operating system's generator, through libsodium. Thread-safe.
class SystemRandom final : public Random {
 public:
  void fill(MutableBytes out) override;
};

}  // namespace magpie
