// SPDX-License-Identifier: GPL-3.0-or-later
// What a store promises, over each of them.
#include "server/store/store.h"

#include <gtest/gtest.h>

#include <barrier>
#include <thread>

#include "server/store/rocksdb_store.h"
#include "tests/server/support/stores.h"
#include "tests/support/seeded_random.h"

namespace magpie::server::test {
namespace {

class StoreTest : public ::testing::TestWithParam<StoreKind> {
 protected:
  Store& store() { return holder_.get(); }
  void write(std::vector<Write> writes, bool durable = true) {
    WriteBatch batch;
    batch.writes = std::move(writes);
    batch.durable = durable;
    ASSERT_TRUE(store().write({&batch, 1}));
  }
  EntryRecord entry(Sequence sequence, std::size_t bytes = 10) {
    Buffer payload(bytes);
    random_.fill(payload);
    return {sequence,
            random_.id<EntryId>(),
            SlotId{3},
            sequence % 2 == 0,
            Day(std::chrono::days(1000 + sequence)),
            std::make_shared<const Buffer>(payload)};
  }
  std::vector<Sequence> numbers(const RoomId& room, Sequence after, Sequence through,
                                std::size_t count_max, std::size_t bytes_max) {
    std::vector<Sequence> out;
    const auto entries = store().read_entries(room, after, through, count_max, bytes_max);
    for (const auto& one : *entries) out.push_back(one.sequence);
    return out;
  }

  magpie::test::SeededRandom random_{3};
  StoreHolder holder_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Every, StoreTest, ::testing::ValuesIn(kEveryStore), name_of);

using Numbers = std::vector<Sequence>;

TEST_P(StoreTest, gives_back_a_room_with_its_slots) {
  const auto room = random_.id<RoomId>();
  EXPECT_FALSE(store().load_room(room)->has_value());
  RoomState state;
  state.meta = {.head = 9,
                .last_control = 4,
                .entries = 3,
                .bytes = 77,
                .slots_ever = 2,
                .exchanged_key_attempts = 5,
                .last_day = Day(std::chrono::days(20'000)),
                .expired_through = 2};
  random_.fill(state.meta.creation);
  for (std::uint32_t i = 0; i < 2; ++i) {
    state.slots[SlotId{i}] = {.id = SlotId{i},
                              .key = random_.id<SlotKey>(),
                              .rights = 3,
                              .removed_at = i,
                              .acknowledged = 8,
                              .former_keys = std::vector<SlotKey>(i * 2, random_.id<SlotKey>())};
  }
  write({PutRoom{room, state.meta}, PutSlot{room, state.slots[SlotId{0}]},
         PutSlot{room, state.slots[SlotId{1}]}});
  holder_.reopen();
  EXPECT_EQ(**store().load_room(room), state);
  state.slots[SlotId{0}].acknowledged = 9;
  write({PutSlot{room, state.slots[SlotId{0}]}}, false);
  EXPECT_EQ(**store().load_room(room), state);
}

TEST_P(StoreTest, reads_entries_in_order_within_bounds) {
  const auto room = random_.id<RoomId>();
  std::vector<Write> writes;
  // Past 255 and 65,535, where an order that is not big-endian would show.
  for (const Sequence sequence : {1u, 2u, 255u, 256u, 65'535u, 65'536u, 70'000u}) {
    writes.emplace_back(PutEntry{room, entry(sequence, 100)});
  }
  write(writes);
  EXPECT_EQ(numbers(room, 0, 100'000, 100, 100'000),
            (Numbers{1, 2, 255, 256, 65'535, 65'536, 70'000}));
  EXPECT_EQ(numbers(room, 2, 65'536, 100, 100'000), (Numbers{255, 256, 65'535, 65'536}));
  EXPECT_EQ(numbers(room, 0, 100'000, 3, 100'000), (Numbers{1, 2, 255}));
  EXPECT_EQ(numbers(room, 0, 100'000, 100, 150), (Numbers{1, 2}));
  EXPECT_EQ(numbers(room, 0, 100'000, 100, 0), (Numbers{1}));
  EXPECT_EQ(numbers(room, 70'000, 100'000, 100, 100), Numbers{});
  EXPECT_EQ(numbers(room, 5, 5, 100, 100), Numbers{});
  EXPECT_EQ(numbers(random_.id<RoomId>(), 0, 10, 9, 9), Numbers{});

  const auto read = *store().read_entries(room, 1, 2, 1, 1000);
  const auto& wrote = std::get<PutEntry>(writes[1]).entry;
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].id, wrote.id);
  EXPECT_EQ(read[0].slot, wrote.slot);
  EXPECT_EQ(read[0].control, wrote.control);
  EXPECT_EQ(read[0].day, wrote.day);
  EXPECT_EQ(*read[0].payload, *wrote.payload);
  const auto headers = *store().list_entries(room, 1, 255, 10);
  ASSERT_EQ(headers.size(), 2u);
  EXPECT_EQ(headers[0], (EntryHeader{2, wrote.day, 100}));
}

TEST_P(StoreTest, rooms_do_not_mix) {
  // Neighbours in the order of bytes, the first and the last of all rooms among them.
  std::vector<RoomId> rooms(4);
  rooms[1].fill()[15] = 1;
  rooms[2].fill()[14] = 1;
  std::ranges::fill(rooms[3].fill(), std::uint8_t{0xff});
  for (const auto& room : rooms) {
    write({PutRoom{room, {}}, PutSlot{room, {}}, PutEntry{room, entry(1)}});
  }
  write({DropRoom{rooms[3]}, DropRoom{rooms[1]}});
  for (std::size_t i = 0; i < rooms.size(); ++i) {
    const bool there = i % 2 == 0;
    EXPECT_EQ(store().load_room(rooms[i])->has_value(), there);
    EXPECT_EQ(numbers(rooms[i], 0, 9, 9, 9).size(), there ? 1u : 0u);
    EXPECT_EQ(store().list_ids(rooms[i], {}, 9)->size(), there ? 1u : 0u);
  }
  EXPECT_EQ((*store().load_room(rooms[0]))->slots.size(), 1u);
}

TEST_P(StoreTest, a_dropped_room_may_be_made_again_in_the_same_batch) {
  const auto room = random_.id<RoomId>();
  write({PutRoom{room, {}}, PutEntry{room, entry(1)}, PutEntry{room, entry(2)}});
  write({DropRoom{room}, PutRoom{room, {}}, PutEntry{room, entry(1)}});
  EXPECT_EQ(numbers(room, 0, 9, 9, 99), (Numbers{1}));
  EXPECT_EQ(store().list_ids(room, {}, 9)->size(), 1u);
}

TEST_P(StoreTest, an_id_outlives_its_entry) {
  const auto room = random_.id<RoomId>();
  const auto entry = this->entry(1);
  write({PutEntry{room, entry}});
  write({DropEntry{room, 1}});
  holder_.reopen();
  EXPECT_EQ(numbers(room, 0, 9, 9, 9), Numbers{});
  EXPECT_EQ(*store().find_id(room, entry.id), (IdRecord{1, SlotId{3}, entry.day}));
  write({DropId{room, entry.id}});
  EXPECT_FALSE(store().find_id(room, entry.id)->has_value());
}

TEST_P(StoreTest, lists_ids_page_by_page) {
  const auto room = random_.id<RoomId>();
  std::set<EntryId> wrote;
  for (Sequence i = 1; i <= 10; ++i) {
    const auto entry = this->entry(i);
    wrote.insert(entry.id);
    write({PutEntry{room, entry}});
  }
  std::vector<EntryId> listed;
  std::optional<EntryId> after;
  while (true) {
    const auto page = *store().list_ids(room, after, 3);
    if (page.empty()) break;
    EXPECT_LE(page.size(), 3u);
    for (const auto& [id, record] : page) listed.push_back(id);
    after = listed.back();
  }
  EXPECT_EQ(listed, std::vector<EntryId>(wrote.begin(), wrote.end()));
}

TEST_P(StoreTest, lists_what_is_due_by_kind_and_day) {
  const auto day = [](int days) { return Day(std::chrono::days(days)); };
  const auto room = random_.id<RoomId>();
  const auto other = random_.id<RoomId>();
  const Due first{DueKind::kEntries, day(255), room};
  const Due second{DueKind::kEntries, day(256), other};
  const Due third{DueKind::kIds, day(255), room};
  write({PutDue{second}, PutDue{first}, PutDue{third}});
  auto& store = holder_.get();
  EXPECT_EQ(*store.list_due(DueKind::kEntries, day(257), {}, 9), (std::vector{first, second}));
  EXPECT_EQ(*store.list_due(DueKind::kEntries, day(256), {}, 9), (std::vector{first}));
  EXPECT_EQ(*store.list_due(DueKind::kEntries, day(257), first, 9), (std::vector{second}));
  EXPECT_EQ(*store.list_due(DueKind::kEntries, day(257), {}, 1), (std::vector{first}));
  EXPECT_EQ(*store.list_due(DueKind::kIds, day(257), {}, 9), (std::vector{third}));
  write({DropDue{first}, DropDue{third}});
  EXPECT_EQ(*store.list_due(DueKind::kEntries, day(300), {}, 9), (std::vector{second}));
  EXPECT_TRUE(store.list_due(DueKind::kIds, day(300), {}, 9)->empty());
}

TEST_P(StoreTest, applies_several_batches_in_order) {
  const auto room = random_.id<RoomId>();
  std::vector<WriteBatch> batches(3);
  batches[0].writes = {PutRoom{room, {.head = 1}}, PutEntry{room, entry(1)}};
  batches[1].writes = {DropEntry{room, 1}, PutRoom{room, {.head = 2}}};
  batches[2].writes = {PutEntry{room, entry(2)}};
  batches[1].durable = true;
  ASSERT_TRUE(store().write(batches));
  holder_.reopen();
  EXPECT_EQ((*store().load_room(room))->meta.head, 2u);
  EXPECT_EQ(numbers(room, 0, 9, 9, 9), (Numbers{2}));
}

TEST_P(StoreTest, keeps_the_first_token_key_of_a_number_and_what_was_spent_until_its_end) {
  const auto key = [&](TokenKeyId id) {
    TokenKeyRecord record{.id = id, .since = Day(std::chrono::days(20'000 + id))};
    random_.fill(record.scalar);
    return record;
  };
  const auto first = key(1);
  const auto second = key(300);  // past 255
  const auto token = random_.id<SpentId>();
  write({PutTokenKey{second}, PutTokenKey{first}, PutSpent{1, token, 0}, PutSpent{300, token, 9}});
  write({PutTokenKey{key(1)}});
  holder_.reopen();
  EXPECT_EQ(*store().list_token_keys(), (std::vector{first, second}));
  EXPECT_EQ(*store().find_spent(1, token), 0u);
  EXPECT_EQ(*store().find_spent(300, token), 9u);
  EXPECT_FALSE(store().find_spent(2, token)->has_value());
  EXPECT_FALSE(store().find_spent(1, random_.id<SpentId>())->has_value());
  write({DropTokenKey{1}});
  EXPECT_EQ(*store().list_token_keys(), (std::vector{second}));
  EXPECT_FALSE(store().find_spent(1, token)->has_value());
  EXPECT_EQ(*store().find_spent(300, token), 9u);
}

TEST_P(StoreTest, a_code_is_used_until_nothing_of_it_is_left) {
  const auto code = random_.id<CodeId>();
  EXPECT_FALSE(store().find_code(code)->has_value());
  write({PutCode{code, {10, 2}}});
  holder_.reopen();
  EXPECT_EQ(*store().find_code(code), (CodeRecord{10, 2}));
  write({UseCode{code, {10, 1}}});
  EXPECT_EQ(*store().find_code(code), (CodeRecord{10, 1}));
  write({UseCode{code, {10, 0}}});
  holder_.reopen();
  EXPECT_FALSE(store().find_code(code)->has_value());
}

TEST_P(StoreTest, counts_what_it_keeps) {
  for (int i = 0; i < 3; ++i) {
    write({PutRoom{random_.id<RoomId>(), {.entries = 2, .bytes = 10}}});
  }
  const auto counts = *store().counts();
  EXPECT_EQ(counts.rooms, 3u);
  EXPECT_EQ(counts.entries, 6u);
  EXPECT_EQ(counts.payload_bytes, 30u);
}

/// What relays that share a store promise each other through it.
class SharedStoreTest : public ::testing::TestWithParam<StoreKind> {
 protected:
  /// Makes a room that is paid for so.
  WriteBatch made(const RoomId& room, Write payment) {
    WriteBatch batch;
    batch.writes = {std::move(payment), PutRoom{room, {.head = 1}}, PutSlot{room, {}}};
    batch.revisions = {{.room = room, .expected = 0, .next = ++revision_}};
    batch.durable = true;
    return batch;
  }
  static WriteBatch batch_of(std::vector<Write> writes) {
    WriteBatch batch;
    batch.writes = std::move(writes);
    batch.durable = true;
    return batch;
  }
  bool is_there(const RoomId& room) { return stores_.first().load_room(room)->has_value(); }

  magpie::test::SeededRandom random_{4};
  std::uint64_t revision_ = 0;
  SharedStores stores_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Shared, SharedStoreTest,
                         ::testing::Values(StoreKind::kMemory, StoreKind::kPostgres), name_of);

TEST_P(SharedStoreTest, a_token_pays_for_one_room_and_another_room_is_not_harmed) {
  const std::array rooms{random_.id<RoomId>(), random_.id<RoomId>(), random_.id<RoomId>()};
  const auto token = random_.id<SpentId>();
  const auto first = made(rooms[0], PutSpent{1, token, 0, rooms[0]});
  EXPECT_EQ(*stores_.first().commit({&first, 1}), Conflicts{});
  const std::array batches{made(rooms[1], PutSpent{1, token, 0, rooms[1]}),
                           made(rooms[2], PutSpent{2, token, 0, rooms[2]})};
  EXPECT_EQ(*stores_.second().commit(batches), Conflicts{rooms[1]});
  EXPECT_TRUE(is_there(rooms[0]));
  EXPECT_FALSE(is_there(rooms[1]));
  EXPECT_TRUE(is_there(rooms[2]));
  EXPECT_EQ(stores_.first().counts()->rooms, 2u);
}

TEST_P(SharedStoreTest, a_use_of_a_code_is_taken_once) {
  const auto code = random_.id<CodeId>();
  const auto id = random_.id<RoomId>();
  const auto invitation = batch_of({PutCode{code, {10, 3}}});
  EXPECT_EQ(*stores_.first().commit({&invitation, 1}), Conflicts{});
  const auto redemption = random_.id<SpentId>();
  const auto first = batch_of({UseCode{code, {10, 2}, id}, PutSpent{1, redemption, 10, id}});
  const auto late = random_.id<SpentId>();
  const auto second = batch_of({UseCode{code, {10, 2}, id}, PutSpent{1, late, 10, id}});
  EXPECT_EQ(*stores_.first().commit({&first, 1}), Conflicts{});
  EXPECT_EQ(*stores_.second().commit({&second, 1}), Conflicts{id});
  EXPECT_FALSE(stores_.first().find_spent(1, late)->has_value());
  const auto rest = batch_of({UseCode{code, {10, 1}, id}, UseCode{code, {10, 0}, id}});
  EXPECT_EQ(*stores_.second().commit({&rest, 1}), Conflicts{});
  EXPECT_FALSE(stores_.first().find_code(code)->has_value());
  EXPECT_EQ(*stores_.second().commit({&rest, 1}), Conflicts{id});
}

TEST_P(SharedStoreTest, of_those_who_pay_with_the_same_at_once_one_makes_a_room) {
  constexpr std::size_t kTokens = 40;
  std::vector<SpentId> tokens;
  for (std::size_t i = 0; i < kTokens; ++i) tokens.push_back(random_.id<SpentId>());
  std::array<std::vector<WriteBatch>, 2> asked;
  for (std::size_t i = 0; i < kTokens; ++i) {
    for (auto& batches : asked) {
      const auto room = random_.id<RoomId>();
      batches.push_back(made(room, PutSpent{1, tokens[i], 0, room}));
    }
  }
  std::array<std::size_t, 2> refused{};
  std::barrier together(2);
  const auto spend = [&](Store& store, std::size_t who) {
    for (std::size_t i = 0; i < kTokens; i += 4) {
      together.arrive_and_wait();
      refused[who] += store.commit(std::span(asked[who]).subspan(i, 4))->size();
    }
  };
  std::thread other([&] { spend(stores_.second(), 1); });
  spend(stores_.first(), 0);
  other.join();
  EXPECT_EQ(refused[0] + refused[1], kTokens);
  EXPECT_EQ(stores_.first().counts()->rooms, kTokens);
}

TEST(RocksdbStore, purge_takes_what_was_deleted_out_of_the_files) {
  magpie::test::SeededRandom random{5};
  StoreHolder holder(StoreKind::kRocksdb);
  const auto room = random.id<RoomId>();
  const std::string canary = "a payload that must vanish";
  EntryRecord entry{1,  random.id<EntryId>(),
                    {}, false,
                    {}, std::make_shared<const Buffer>(to_buffer(as_bytes(canary)))};
  WriteBatch batch;
  batch.writes = {PutEntry{room, entry}};
  batch.durable = true;
  ASSERT_TRUE(holder.get().write({&batch, 1}));
  ASSERT_GT(files_with(holder.path(), canary), 0);
  batch.writes = {DropEntry{room, 1}};
  ASSERT_TRUE(holder.get().write({&batch, 1}));
  ASSERT_TRUE(holder.get().purge());
  EXPECT_EQ(files_with(holder.path(), canary), 0);
}

TEST(RocksdbStore, files_do_not_name_the_machine) {
  StoreHolder holder(StoreKind::kRocksdb);
  WriteBatch batch;
  batch.writes = {PutRoom{RoomId{}, {}}, DropEntry{RoomId{}, 1}};
  ASSERT_TRUE(holder.get().write({&batch, 1}));
  ASSERT_TRUE(holder.get().purge());
  // As RocksDB calls its own notes on a file.
  EXPECT_GT(files_with(holder.path(), "db.identity"), 0);
  EXPECT_EQ(files_with(holder.path(), "host.identity"), 0);
}

TEST(RocksdbStore, a_second_writer_is_refused_and_a_reader_is_not) {
  StoreHolder holder(StoreKind::kRocksdb);
  const auto path = holder.path();
  const auto second = RocksdbStore::open(path, RocksdbStore::Mode::kReadWrite);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::kInUse);
  WriteBatch batch;
  batch.writes = {PutRoom{RoomId{}, {}}};
  ASSERT_TRUE(holder.get().write({&batch, 1}));
  const auto reader = RocksdbStore::open(path, RocksdbStore::Mode::kReadOnly);
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->counts()->rooms, 1u);
  const auto none = RocksdbStore::open(path / "none", RocksdbStore::Mode::kReadOnly);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::kNotFound);
}

}  // namespace
}  // namespace magpie::server::test
