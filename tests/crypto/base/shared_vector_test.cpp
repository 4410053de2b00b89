// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/base/shared_vector.h"

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"

namespace magpie {
namespace {

using Shared = SharedVector<int>;

std::vector<int> contents(const Shared& vector) {
  std::vector<int> out;
  for (std::size_t i = 0; i < vector.size(); ++i) out.push_back(vector[i]);
  return out;
}

TEST(SharedVector, a_copy_shares_what_was_given_away_until_it_changes_it) {
  Shared original(3 * Shared::kChunkSize);
  original.share();
  Shared copy = original;
  copy.edit(0) = 1;
  EXPECT_FALSE(copy.shares(0, original));
  EXPECT_TRUE(copy.shares(Shared::kChunkSize, original));
  EXPECT_FALSE(copy.shares(3 * Shared::kChunkSize, original)) << "outside";
  EXPECT_EQ(original[0], 0);
}

TEST(SharedVector, what_is_cut_off_does_not_come_back) {
  Shared vector(20);
  for (std::size_t i = 0; i < 20; ++i) vector.edit(i) = 7;
  vector.share();
  Shared other = vector;
  other.resize(3);
  other.resize(20);
  EXPECT_EQ(contents(other),
            (std::vector<int>{7, 7, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(contents(vector), std::vector<int>(20, 7));
}

// Copies, copies of copies, changes and sizes at random: each is the vector that it would be alone.
TEST(SharedVector, copies_are_values) {
  test::SeededRandom random(1);
  std::vector<Shared> shared(4);
  std::vector<std::vector<int>> plain(4);
  for (int round = 0; round < 20'000; ++round) {
    const std::size_t at = random.below(4);
    const std::size_t from = random.below(4);
    switch (random.below(8)) {
      case 0: {
        const std::size_t size = random.below(70);
        shared[at].resize(size);
        plain[at].resize(size);
        break;
      }
      case 1:
        shared[at] = shared[from];
        plain[at] = plain[from];
        break;
      case 2:
        shared[at].share();
        break;
      default:
        if (plain[at].empty()) break;
        const std::size_t index = random.below(plain[at].size());
        shared[at].edit(index) = round;
        plain[at][index] = round;
    }
    ASSERT_EQ(contents(shared[at]), plain[at]) << "round " << round;
    ASSERT_EQ(contents(shared[from]), plain[from]) << "round " << round;
  }
}

}  // namespace
}  // namespace magpie
