// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/conversation/log_chain.h"

#include <gtest/gtest.h>

#include "client/core/conversation/padding.h"
#include "tests/support/seeded_random.h"

namespace magpie::client {
namespace {

TEST(LogChain, depends_on_everything_before) {
  test::SeededRandom random(1);
  const auto room = random.id<RoomId>();
  const auto id = random.id<EntryId>();
  const Buffer payload(10, 1);
  const LogHash start = log_start(room);
  const LogHash one = log_next(start, 1, false, id, payload);
  EXPECT_NE(start, log_start(random.id<RoomId>()));
  EXPECT_EQ(one, log_next(start, 1, false, id, payload));
  EXPECT_NE(one, log_next(one, 1, false, id, payload));
  EXPECT_NE(one, log_next(start, 1, true, id, payload));
  EXPECT_NE(one, log_next(start, 2, false, id, payload));
  EXPECT_NE(one, log_next(start, 1, false, random.id<EntryId>(), payload));
  EXPECT_NE(one, log_next(start, 1, false, id, Buffer(10, 2)));
  EXPECT_NE(one, log_next(start, 1, false, id, Buffer(9, 1)));
}

TEST(Padding, application_entries_come_in_five_sizes) {
  EXPECT_EQ(application_padded_size(0), 512U);
  EXPECT_EQ(application_padded_size(512), 512U);
  EXPECT_EQ(application_padded_size(513), 2048U);
  EXPECT_EQ(application_padded_size(2049), 8192U);
  EXPECT_EQ(application_padded_size(8193), 32768U);
  EXPECT_EQ(application_padded_size(32769), 65536U);
}

TEST(Padding, control_entries_come_to_a_power_of_two) {
  EXPECT_EQ(control_padded_size(1), 1024U);
  EXPECT_EQ(control_padded_size(1024), 1024U);
  EXPECT_EQ(control_padded_size(1025), 2048U);
  EXPECT_EQ(control_padded_size(5000), 8192U);
}

}  // namespace
}  // namespace magpie::client
