// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/sim/scenario.h"

namespace magpie::sim {
namespace {

constexpr std::uint64_t kShards = 8;

// MAGPIE_SIM_SEEDS for runs that cost more each, under a sanitizer.
std::uint64_t seeds_each() {
  const char* given = std::getenv("MAGPIE_SIM_SEEDS");
  return (given == nullptr ? 2000 : std::strtoull(given, nullptr, 10)) / kShards;
}

// Shards of the seeds, so that they may run beside each other.
class Seeds : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(Seeds, violate_nothing) {
  ASSERT_GT(seeds_each(), 0U);
  const std::uint64_t first = GetParam() * seeds_each();
  for (std::uint64_t seed = first; seed < first + seeds_each(); ++seed) {
    EXPECT_EQ(run_scenario(seed, nullptr), "") << "replay with: ./dev sim " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Sim, Seeds, ::testing::Range<std::uint64_t>(0, kShards));

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
