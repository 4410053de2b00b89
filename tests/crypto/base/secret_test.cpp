// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/base/secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <type_traits>

namespace magpie {
namespace {

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);

TEST(Secret, new_and_reused_memory_is_zero) {
  for (const std::size_t size : {1U, 32U, 33U, 4096U, 100000U}) {
    for (int round = 0; round < 3; ++round) {
      Secret secret(size);
      EXPECT_TRUE(std::ranges::all_of(secret.expose(), [](auto b) { return b == 0; })) << size;
      std::ranges::fill(secret.fill(), 0xa5);
    }
  }
}

TEST(Secret, memory_of_a_dropped_secret_is_zero) {
  const std::uint8_t* where = nullptr;
  const Secret keeps_the_region(32);
  {
    Secret secret(32);
    std::ranges::fill(secret.fill(), 0xa5);
    where = secret.expose().data();
  }
  // Cells of the pool stay mapped; reading one that is free shows whether it was wiped.
  EXPECT_TRUE(std::all_of(where, where + 32, [](auto b) { return b == 0; }));
}

TEST(Secret, moving_leaves_the_source_empty_and_one_owner) {
  const std::size_t before = secret_bytes_in_use();
  Secret a = Secret::copy_of(as_bytes("0123456789"));
  Secret b = std::move(a);
  EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move): that it is empty is promised
  EXPECT_EQ(as_text(b.expose()), "0123456789");
  b = Secret(64);
  EXPECT_EQ(secret_bytes_in_use(), before + 64);
}

TEST(Secret, equal_secret_compares_sizes_and_contents) {
  const Secret a = Secret::copy_of(as_bytes("same"));
  EXPECT_TRUE(equal_secret(a.expose(), as_bytes("same")));
  EXPECT_FALSE(equal_secret(a.expose(), as_bytes("sane")));
  EXPECT_FALSE(equal_secret(a.expose(), as_bytes("sam")));
  EXPECT_TRUE(equal_secret({}, {}));
}

}  // namespace
}  // namespace magpie
