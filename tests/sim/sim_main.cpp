// SPDX-License-Identifier: GPL-3.0-or-later
// Replays one seed of the simulator with a readable trace: magpie-sim SEED [COUNT].
// With COUNT it runs so many seeds from SEED on, without a trace, and names those that
// fail.
#include <cstdlib>
#include <iostream>

#include "tests/sim/scenario.h"

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    std::cerr << "usage: magpie-sim SEED [COUNT]\n";
    return 2;
  }
  const std::uint64_t first = std::strtoull(argv[1], nullptr, 10);
  const std::uint64_t count = argc == 3 ? std::strtoull(argv[2], nullptr, 10) : 1;
  std::uint64_t violated = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const std::string violation = magpie::sim::run_scenario(seed, argc == 2 ? &std::cout : nullptr);
    if (violation.empty()) continue;
    std::cout << "seed " << seed << ": " << violation << '\n';
    ++violated;
  }
  std::cout << count << (count == 1 ? " seed, " : " seeds, ") << violated << " violated\n";
  return violated == 0 ? 0 : 1;
}
