// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/records.h"

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"

namespace magpie::server::test {
namespace {

template <class Decode>
void expect_total(const std::string& whole, Decode decode) {
  ASSERT_TRUE(decode(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    if (const auto result = decode(std::string_view(whole).substr(0, size)); !result) {
      EXPECT_EQ(result.error().code, Errc::kDamaged);
    }
  }
  magpie::test::SeededRandom random{9};
  for (int i = 0; i < 2000; ++i) {
    std::string noise(random.below(200), '\0');
    random.fill({reinterpret_cast<std::uint8_t*>(noise.data()), noise.size()});
    if (!noise.empty() && random.chance(500)) noise[0] = 1;  // past the version
    if (const auto result = decode(noise); !result) {
      EXPECT_EQ(result.error().code, Errc::kDamaged);
    }
  }
}

TEST(Records, decoding_is_total) {
  SlotRecord slot;
  slot.former_keys.resize(2);
  const EntryRecord entry{.sequence = 1, .payload = std::make_shared<const Buffer>(Buffer(9))};
  expect_total(records::encode(RoomMeta{}), records::decode_room);
  expect_total(records::encode(slot), records::decode_slot);
  expect_total(records::encode(IdRecord{}), records::decode_id);
  expect_total(records::encode(entry),
               [](std::string_view value) { return records::decode_entry(1, value); });
  expect_total(records::encode(entry),
               [](std::string_view value) { return records::decode_entry_header(1, value); });
  expect_total(records::due_key({}), records::due_of_key);
}

TEST(Records, truncated_records_are_refused) {
  const auto room = records::encode(RoomMeta{});
  for (std::size_t size = 0; size < room.size(); ++size) {
    EXPECT_FALSE(records::decode_room(std::string_view(room).substr(0, size)));
  }
  const auto id = records::encode(IdRecord{});
  for (std::size_t size = 0; size < id.size(); ++size) {
    EXPECT_FALSE(records::decode_id(std::string_view(id).substr(0, size)));
  }
  EXPECT_FALSE(records::decode_room(room + '\0'));
}

}  // namespace
}  // namespace magpie::server::test
