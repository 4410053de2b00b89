// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/sync/backoff.h"

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"

namespace magpie::client {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, doubles_up_to_a_minute_and_starts_again) {
  test::SeededRandom random(1);
  Backoff backoff;
  milliseconds whole(250);
  for (int i = 0; i < 40; ++i) {
    const milliseconds wait = backoff.next(random);
    EXPECT_GE(wait, whole / 2) << i;
    EXPECT_LE(wait, whole) << i;
    whole = std::min(whole * 2, milliseconds(60'000));
  }
  backoff.reset();
  EXPECT_LE(backoff.next(random), milliseconds(250));
}

}  // namespace
}  // namespace magpie::client
