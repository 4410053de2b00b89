// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench_crypto.h"

#include <sodium.h>

#include "crypto/base/check.h"

int main(int argc, char** argv) {
  MAGPIE_CHECK(sodium_init() >= 0);
  std::vector<magpie::bench::Comparison> comparisons;
  magpie::bench::add_primitives(comparisons);
  magpie::bench::add_mls(comparisons);
  return magpie::bench::run(argc, argv, comparisons);
}
