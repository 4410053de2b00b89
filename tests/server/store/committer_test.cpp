// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/committer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "server/store/memory_store.h"

namespace magpie::server::test {
namespace {

/// A memory store whose writes can be held, counted and made to fail.
class TestedStore final : public Store {
 public:
  Result<std::optional<RoomState>> load_room(const RoomId& room) override {
    return store_.load_room(room);
  }
  Result<std::vector<EntryRecord>> read_entries(const RoomId& room, Sequence after,
                                                Sequence through, std::size_t count_max,
                                                std::size_t bytes_max) override {
    return store_.read_entries(room, after, through, count_max, bytes_max);
  }
  Result<std::vector<EntryHeader>> list_entries(const RoomId& room, Sequence after,
                                                Sequence through, std::size_t count_max) override {
    return store_.list_entries(room, after, through, count_max);
  }
  Result<std::optional<IdRecord>> find_id(const RoomId& room, const EntryId& id) override {
    return store_.find_id(room, id);
  }
  Result<std::vector<std::pair<EntryId, IdRecord>>> list_ids(const RoomId& room,
                                                             const std::optional<EntryId>& after,
                                                             std::size_t count_max) override {
    return store_.list_ids(room, after, count_max);
  }
  Result<std::vector<Due>> list_due(DueKind kind, Hour before, const std::optional<Due>& after,
                                    std::size_t count_max) override {
    return store_.list_due(kind, before, after, count_max);
  }
  Result<void> write(std::span<const WriteBatch> batches) override {
    ++writes;
    if (entered) std::exchange(entered, nullptr)->set_value();
    if (gate.valid()) gate.wait();
    if (failing) return fail(Errc::kStorage, "test: EIO");
    return store_.write(batches);
  }
  Result<void> purge() override { return {}; }
  Result<StoreCounts> counts() override { return store_.counts(); }

  std::atomic<int> writes{0};
  std::atomic<bool> failing{false};
  std::promise<void>* entered = nullptr;
  std::shared_future<void> gate;

 private:
  MemoryStore store_;
};

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
      committer.submit(room_batch(static_cast<std::uint8_t>(i)), [&order, i](Result<void> result) {
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
    committer.submit(room_batch(number),
                     [&](Result<void> result) { written.set_value(result.has_value()); });
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
