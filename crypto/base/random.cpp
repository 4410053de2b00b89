// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/base/random.h"

#include <sodium.h>

#include "crypto/base/check.h"

namespace magpie {

void SystemRandom::fill(MutableBytes out) {
  MAGPIE_CHECK(sodium_init() >= 0);
  if (!out.empty()) randombytes_buf(out.data(), out.size());
}

}  // namespace magpie
