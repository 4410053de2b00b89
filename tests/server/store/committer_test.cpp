// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/committer.h"

#include <gtest/gtest.h>

#include "tests/server/support/tested_store.h"

namespace magpie::server::test {
namespace {

WriteBatch room_batch(std::uint8_t number) {
  RoomId room;
  room.fill()[0] = number;
  WriteBatch batch;
  batch.writes = {PutRoom{room, {}}};
  batch.durable = true;
  return batch;
}

TEST(Committer, gathers_what_comes_during_a_write_into_the_next_one) {
  TestedStore store;
  std::promise<void> entered;
  std::promise<void> gate;
  store.entered = &entered;
  store.gate = gate.get_future().share();
  std::vector<int> order;
  {
    Committer committer(store);
    for (int i = 0; i < 10; ++i) {
      committer.submit(room_batch(static_cast<std::uint8_t>(i)),
                       [&order, i](const Result<Conflicts>& result) {
                         EXPECT_TRUE(result);
                         order.push_back(i);
                       });
      if (i == 0) entered.get_future().wait();
    }
    gate.set_value();
  }  // ends when all is written
  EXPECT_EQ(store.writes, 2);
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(store.counts()->rooms, 10u);
}

TEST(Committer, stops_for_good_at_the_first_error) {
  TestedStore store;
  Committer committer(store);
  const auto submit = [&](std::uint8_t number) {
    std::promise<bool> written;
    committer.submit(room_batch(number), [&](const Result<Conflicts>& result) {
      written.set_value(result.has_value());
    });
    return written.get_future().get();
  };
  EXPECT_TRUE(submit(1));
  EXPECT_FALSE(committer.failed());
  store.failing = true;
  EXPECT_FALSE(submit(2));
  EXPECT_TRUE(committer.failed());
  // The disk works again; what is on it is still unknown.
  store.failing = false;
  const int writes = store.writes;
  EXPECT_FALSE(submit(3));
  EXPECT_EQ(store.writes, writes);
  EXPECT_EQ(store.counts()->rooms, 1u);
}

}  // namespace
}  // namespace magpie::server::test
