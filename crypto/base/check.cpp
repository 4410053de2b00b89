// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace magpie {

void check_failed(const char* what, const char* file, int line) {
  std::fprintf(stderr, "magpie: internal error: %s (%s:%d)\n", what, file, line);
  std::abort();
}

}  // namespace magpie
