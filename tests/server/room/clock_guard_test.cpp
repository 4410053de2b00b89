// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/room/clock_guard.h"

#include "tests/server/support/relay_fixture.h"

namespace magpie::server::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST(ClockGuard, follows_a_clock_that_is_set_right) {
  ClockGuard guard;
  EXPECT_EQ(guard.now(kStart, minutes(0)), kStart);
  EXPECT_EQ(guard.now(kStart + minutes(9), minutes(10)), kStart + minutes(9));
  EXPECT_EQ(guard.now(kStart + minutes(70), minutes(20)), kStart + minutes(70));
  EXPECT_EQ(guard.now(kStart + minutes(30), minutes(21)), kStart + minutes(30));
}

TEST(ClockGuard, goes_on_over_a_leap_and_follows_again_when_it_is_taken_back) {
  for (const auto leap : {hours(24 * 365), hours(-24), hours(2)}) {
    ClockGuard guard;
    guard.now(kStart, minutes(0));
    EXPECT_EQ(guard.now(kStart + leap, minutes(1)), kStart + minutes(1));
    EXPECT_EQ(guard.now(kStart + leap + hours(300), hours(300)), kStart + hours(300));
    EXPECT_EQ(guard.now(kStart + hours(301) + minutes(1), hours(301)),
              kStart + hours(301) + minutes(1));
  }
}

class ClockTest : public PairTest {};
INSTANTIATE_TEST_SUITE_P(Memory, ClockTest, ::testing::Values(StoreKind::kMemory), name_of);

TEST_P(ClockTest, leap_expires_nothing_early_and_stops_nothing) {
  ClockGuard guard;
  const hours retention(limits_.retention_hours);
  const auto expire = [&](Time clock, std::chrono::milliseconds running) {
    while (hub_->expire(guard.now(clock, running))) commit();
    commit();
  };
  guard.now(kStart, minutes(0));
  append(manager_, entry(room_, 1));
  const auto before = stored(room_);
  ASSERT_FALSE(before.empty());
  expire(kStart + hours(24 * 365), minutes(15));
  expire(kStart - hours(24), minutes(30));
  expire(kStart + hours(24 * 365) + retention, retention - hours(1));
  EXPECT_EQ(stored(room_), before);
  expire(kStart + hours(24 * 365) + retention, retention + hours(48));
  EXPECT_TRUE(stored(room_).empty());
}

}  // namespace
}  // namespace magpie::server::test
