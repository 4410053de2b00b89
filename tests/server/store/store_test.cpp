// SPDX-License-Identifier: GPL-3.0-or-later
// What a store promises, over each of them.
#include "server/store/store.h"

#include <gtest/gtest.h>

#include "server/store/memory_store.h"
#include "server/store/rocksdb_store.h"
#include "tests/server/support/temp_dir.h"
#include "tests/support/seeded_random.h"

namespace magpie::server::test {
namespace {

/// Makes a store, and reopens it where it outlives the process.
struct MemoryMaker {
  void reopen() {}
  Store& store() { return store_; }
  MemoryStore store_;
};

struct RocksdbMaker {
  RocksdbMaker() { reopen(); }
  void reopen() {
    store_.reset();
    auto opened = RocksdbStore::open(dir_.path() / "rooms", RocksdbStore::Mode::kReadWrite);
    if (!opened) ADD_FAILURE() << name(opened.error().code);
    store_ = std::move(*opened);
  }
  Store& store() { return *store_; }
  TempDir dir_;
  std::unique_ptr<RocksdbStore> store_;
};

template <class Maker>
class StoreTest : public ::testing::Test {
 protected:
  Store& store() { return maker_.store(); }
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
            Hour(std::chrono::hours(1000 + sequence)),
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
  Maker maker_;
};

using Makers = ::testing::Types<MemoryMaker, RocksdbMaker>;
TYPED_TEST_SUITE(StoreTest, Makers);

using Numbers = std::vector<Sequence>;

TYPED_TEST(StoreTest, gives_back_a_room_with_its_slots) {
  const auto room = this->random_.template id<RoomId>();
  EXPECT_FALSE(this->store().load_room(room)->has_value());
  RoomState state;
  state.meta = {.head = 9,
                .last_control = 4,
                .entries = 3,
                .bytes = 77,
                .slots_ever = 2,
                .exchanged_key_attempts = 5,
                .last_hour = Hour(std::chrono::hours(490'000)),
                .expired_through = 2};
  this->random_.fill(state.meta.creation);
  for (std::uint32_t i = 0; i < 2; ++i) {
    state.slots[SlotId{i}] = {
        .id = SlotId{i},
        .key = this->random_.template id<SlotKey>(),
        .rights = 3,
        .removed_at = i,
        .acknowledged = 8,
        .control_hour = Hour(std::chrono::hours(5)),
        .control_count = 6,
        .former_keys = std::vector<SlotKey>(i * 2, this->random_.template id<SlotKey>())};
  }
  this->write({PutRoom{room, state.meta}, PutSlot{room, state.slots[SlotId{0}]},
               PutSlot{room, state.slots[SlotId{1}]}});
  this->maker_.reopen();
  EXPECT_EQ(**this->store().load_room(room), state);
  state.slots[SlotId{0}].acknowledged = 9;
  this->write({PutSlot{room, state.slots[SlotId{0}]}}, false);
  EXPECT_EQ(**this->store().load_room(room), state);
}

TYPED_TEST(StoreTest, reads_entries_in_order_within_bounds) {
  const auto room = this->random_.template id<RoomId>();
  std::vector<Write> writes;
  // Past 255 and 65,535, where an order that is not big-endian would show.
  for (const Sequence sequence : {1u, 2u, 255u, 256u, 65'535u, 65'536u, 70'000u}) {
    writes.emplace_back(PutEntry{room, this->entry(sequence, 100)});
  }
  this->write(writes);
  EXPECT_EQ(this->numbers(room, 0, 100'000, 100, 100'000),
            (Numbers{1, 2, 255, 256, 65'535, 65'536, 70'000}));
  EXPECT_EQ(this->numbers(room, 2, 65'536, 100, 100'000), (Numbers{255, 256, 65'535, 65'536}));
  EXPECT_EQ(this->numbers(room, 0, 100'000, 3, 100'000), (Numbers{1, 2, 255}));
  EXPECT_EQ(this->numbers(room, 0, 100'000, 100, 150), (Numbers{1, 2}));
  EXPECT_EQ(this->numbers(room, 0, 100'000, 100, 0), (Numbers{1}));
  EXPECT_EQ(this->numbers(room, 70'000, 100'000, 100, 100), Numbers{});
  EXPECT_EQ(this->numbers(room, 5, 5, 100, 100), Numbers{});
  EXPECT_EQ(this->numbers(this->random_.template id<RoomId>(), 0, 10, 9, 9), Numbers{});

  const auto read = *this->store().read_entries(room, 1, 2, 1, 1000);
  const auto& wrote = std::get<PutEntry>(writes[1]).entry;
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].id, wrote.id);
  EXPECT_EQ(read[0].slot, wrote.slot);
  EXPECT_EQ(read[0].control, wrote.control);
  EXPECT_EQ(read[0].hour, wrote.hour);
  EXPECT_EQ(*read[0].payload, *wrote.payload);
  const auto headers = *this->store().list_entries(room, 1, 255, 10);
  ASSERT_EQ(headers.size(), 2u);
  EXPECT_EQ(headers[0], (EntryHeader{2, wrote.hour, 100}));
}

TYPED_TEST(StoreTest, rooms_do_not_mix) {
  // Neighbours in the order of bytes, the first and the last of all rooms among them.
  std::vector<RoomId> rooms(4);
  rooms[1].fill()[15] = 1;
  rooms[2].fill()[14] = 1;
  std::ranges::fill(rooms[3].fill(), std::uint8_t{0xff});
  for (const auto& room : rooms) {
    this->write({PutRoom{room, {}}, PutSlot{room, {}}, PutEntry{room, this->entry(1)}});
  }
  this->write({DropRoom{rooms[3]}, DropRoom{rooms[1]}});
  for (std::size_t i = 0; i < rooms.size(); ++i) {
    const bool there = i % 2 == 0;
    EXPECT_EQ(this->store().load_room(rooms[i])->has_value(), there);
    EXPECT_EQ(this->numbers(rooms[i], 0, 9, 9, 9).size(), there ? 1u : 0u);
    EXPECT_EQ(this->store().list_ids(rooms[i], {}, 9)->size(), there ? 1u : 0u);
  }
  EXPECT_EQ((*this->store().load_room(rooms[0]))->slots.size(), 1u);
}

TYPED_TEST(StoreTest, a_dropped_room_may_be_made_again_in_the_same_batch) {
  const auto room = this->random_.template id<RoomId>();
  this->write({PutRoom{room, {}}, PutEntry{room, this->entry(1)}, PutEntry{room, this->entry(2)}});
  this->write({DropRoom{room}, PutRoom{room, {}}, PutEntry{room, this->entry(1)}});
  EXPECT_EQ(this->numbers(room, 0, 9, 9, 99), (Numbers{1}));
  EXPECT_EQ(this->store().list_ids(room, {}, 9)->size(), 1u);
}

TYPED_TEST(StoreTest, an_id_outlives_its_entry) {
  const auto room = this->random_.template id<RoomId>();
  const auto entry = this->entry(1);
  this->write({PutEntry{room, entry}});
  this->write({DropEntry{room, 1}});
  this->maker_.reopen();
  EXPECT_EQ(this->numbers(room, 0, 9, 9, 9), Numbers{});
  EXPECT_EQ(*this->store().find_id(room, entry.id), (IdRecord{1, SlotId{3}, entry.hour}));
  this->write({DropId{room, entry.id}});
  EXPECT_FALSE(this->store().find_id(room, entry.id)->has_value());
}

TYPED_TEST(StoreTest, lists_ids_page_by_page) {
  const auto room = this->random_.template id<RoomId>();
  std::set<EntryId> wrote;
  for (Sequence i = 1; i <= 10; ++i) {
    const auto entry = this->entry(i);
    wrote.insert(entry.id);
    this->write({PutEntry{room, entry}});
  }
  std::vector<EntryId> listed;
  std::optional<EntryId> after;
  while (true) {
    const auto page = *this->store().list_ids(room, after, 3);
    if (page.empty()) break;
    EXPECT_LE(page.size(), 3u);
    for (const auto& [id, record] : page) listed.push_back(id);
    after = listed.back();
  }
  EXPECT_EQ(listed, std::vector<EntryId>(wrote.begin(), wrote.end()));
}

TYPED_TEST(StoreTest, lists_what_is_due_by_kind_and_hour) {
  const auto hour = [](int hours) { return Hour(std::chrono::hours(hours)); };
  const auto room = this->random_.template id<RoomId>();
  const auto other = this->random_.template id<RoomId>();
  const Due first{DueKind::kEntries, hour(255), room};
  const Due second{DueKind::kEntries, hour(256), other};
  const Due third{DueKind::kIds, hour(255), room};
  this->write({PutDue{second}, PutDue{first}, PutDue{third}});
  auto& store = this->store();
  EXPECT_EQ(*store.list_due(DueKind::kEntries, hour(257), {}, 9), (std::vector{first, second}));
  EXPECT_EQ(*store.list_due(DueKind::kEntries, hour(256), {}, 9), (std::vector{first}));
  EXPECT_EQ(*store.list_due(DueKind::kEntries, hour(257), first, 9), (std::vector{second}));
  EXPECT_EQ(*store.list_due(DueKind::kEntries, hour(257), {}, 1), (std::vector{first}));
  EXPECT_EQ(*store.list_due(DueKind::kIds, hour(257), {}, 9), (std::vector{third}));
  this->write({DropDue{first}, DropDue{third}});
  EXPECT_EQ(*store.list_due(DueKind::kEntries, hour(300), {}, 9), (std::vector{second}));
  EXPECT_TRUE(store.list_due(DueKind::kIds, hour(300), {}, 9)->empty());
}

TYPED_TEST(StoreTest, applies_several_batches_in_order) {
  const auto room = this->random_.template id<RoomId>();
  std::vector<WriteBatch> batches(3);
  batches[0].writes = {PutRoom{room, {.head = 1}}, PutEntry{room, this->entry(1)}};
  batches[1].writes = {DropEntry{room, 1}, PutRoom{room, {.head = 2}}};
  batches[2].writes = {PutEntry{room, this->entry(2)}};
  batches[1].durable = true;
  ASSERT_TRUE(this->store().write(batches));
  this->maker_.reopen();
  EXPECT_EQ((*this->store().load_room(room))->meta.head, 2u);
  EXPECT_EQ(this->numbers(room, 0, 9, 9, 9), (Numbers{2}));
}

TYPED_TEST(StoreTest, counts_what_it_keeps) {
  for (int i = 0; i < 3; ++i) {
    this->write({PutRoom{this->random_.template id<RoomId>(), {.entries = 2, .bytes = 10}}});
  }
  const auto counts = *this->store().counts();
  EXPECT_EQ(counts.rooms, 3u);
  EXPECT_EQ(counts.entries, 6u);
  EXPECT_EQ(counts.payload_bytes, 30u);
}

/// Whether any file of the directory holds these bytes.
bool in_files(const std::filesystem::path& directory, std::string_view needle) {
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory)) {
    if (file.is_regular_file() && read_file(file.path()).find(needle) != std::string::npos) {
      return true;
    }
  }
  return false;
}

TEST(RocksdbStore, purge_takes_what_was_deleted_out_of_the_files) {
  magpie::test::SeededRandom random{5};
  RocksdbMaker maker;
  const auto room = random.id<RoomId>();
  const std::string canary = "a payload that must vanish";
  EntryRecord entry{1,  random.id<EntryId>(),
                    {}, false,
                    {}, std::make_shared<const Buffer>(to_buffer(as_bytes(canary)))};
  WriteBatch batch;
  batch.writes = {PutEntry{room, entry}};
  batch.durable = true;
  ASSERT_TRUE(maker.store().write({&batch, 1}));
  ASSERT_TRUE(in_files(maker.dir_.path(), canary));
  batch.writes = {DropEntry{room, 1}};
  ASSERT_TRUE(maker.store().write({&batch, 1}));
  ASSERT_TRUE(maker.store().purge());
  EXPECT_FALSE(in_files(maker.dir_.path(), canary));
}

TEST(RocksdbStore, files_do_not_name_the_machine) {
  RocksdbMaker maker;
  WriteBatch batch;
  batch.writes = {PutRoom{RoomId{}, {}}, DropEntry{RoomId{}, 1}};
  ASSERT_TRUE(maker.store().write({&batch, 1}));
  ASSERT_TRUE(maker.store().purge());
  // As RocksDB calls its own notes on a file.
  EXPECT_TRUE(in_files(maker.dir_.path(), "db.identity"));
  EXPECT_FALSE(in_files(maker.dir_.path(), "host.identity"));
}

TEST(RocksdbStore, a_second_writer_is_refused_and_a_reader_is_not) {
  RocksdbMaker maker;
  const auto path = maker.dir_.path() / "rooms";
  const auto second = RocksdbStore::open(path, RocksdbStore::Mode::kReadWrite);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::kInUse);
  WriteBatch batch;
  batch.writes = {PutRoom{RoomId{}, {}}};
  ASSERT_TRUE(maker.store().write({&batch, 1}));
  const auto reader = RocksdbStore::open(path, RocksdbStore::Mode::kReadOnly);
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->counts()->rooms, 1u);
  const auto none = RocksdbStore::open(maker.dir_.path() / "none", RocksdbStore::Mode::kReadOnly);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::kNotFound);
}

}  // namespace
}  // namespace magpie::server::test
