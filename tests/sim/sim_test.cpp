// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/sim/scenario.h"

namespace magpie::sim {
namespace {

constexpr std::uint64_t kShards = 8;
constexpr std::uint64_t kLyingShards = 2;
constexpr std::uint64_t kHonestToLying = 5;
constexpr std::uint64_t kSeedsForAllLies = 100;  // the rarest comes in every tenth or so

// MAGPIE_SIM_SEEDS for runs that cost more each, under a sanitizer.
std::uint64_t seeds() {
  const char* given = std::getenv("MAGPIE_SIM_SEEDS");
  return given == nullptr ? 2000 : std::strtoull(given, nullptr, 10);
}
std::uint64_t seeds_each() { return seeds() / kShards; }

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

class LyingSeeds : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(LyingSeeds, violate_nothing_and_tell_every_kind_of_lie) {
  const std::uint64_t count = seeds() / kHonestToLying / kLyingShards;
  ASSERT_GT(count, 0U);
  const std::uint64_t first = kFirstLyingSeed + GetParam() * count;
  LieCounts lies{};
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    EXPECT_EQ(run_scenario(seed, nullptr, &lies), "") << "replay with: ./dev sim " << seed;
  }
  if (count < kSeedsForAllLies) return;
  for (std::size_t i = 0; i < lies.size(); ++i) {
    EXPECT_GT(lies.at(i), 0U) << "not among these seeds: " << name(Lie{i});
  }
}

INSTANTIATE_TEST_SUITE_P(Sim, LyingSeeds, ::testing::Range<std::uint64_t>(0, kLyingShards));

TEST(Sim, same_seed_gives_the_same_run) {
  for (const std::uint64_t seed : {0UL, 1UL, 2UL, 3UL, kFirstLyingSeed, kFirstLyingSeed + 1}) {
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
