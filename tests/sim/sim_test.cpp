// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "tests/sim/scenario.h"

namespace magpie::sim {
namespace {

constexpr std::uint64_t kSeedsEach = 250;

// Shards of the seeds, so that they may run beside each other.
class Seeds : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(Seeds, violate_nothing) {
  const std::uint64_t first = GetParam() * kSeedsEach;
  for (std::uint64_t seed = first; seed < first + kSeedsEach; ++seed) {
    EXPECT_EQ(run_scenario(seed, nullptr), "") << "replay with: ./dev sim " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Sim, Seeds, ::testing::Range<std::uint64_t>(0, 8));

TEST(Sim, same_seed_gives_the_same_run) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    std::ostringstream one;
    std::ostringstream two;
    run_scenario(seed, &one);
    run_scenario(seed, &two);
    EXPECT_GT(one.str().size(), 1000U);
    EXPECT_EQ(one.str(), two.str()) << seed;
  }
}

}  // namespace
}  // namespace magpie::sim
