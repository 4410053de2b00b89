// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/vault/unlock.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/client/vault/sample_records.h"
#include "tests/client/vault/simulated_disk.h"
#include "tests/support/seeded_random.h"

namespace magpie::client {
namespace {

using magpie::test::SeededRandom;
using test::kCheap;

class KeySlotsTest : public testing::Test {
 protected:
  KeySlots make() { return KeySlots::create(first_, kCheap, key_, random_).value(); }
  Errc refusal(const KeySlots& slots, const Secret& passphrase) {
    const auto opened = slots.unlock(passphrase);
    EXPECT_FALSE(opened.has_value());
    return opened ? Errc::kUsage : opened.error().code;
  }
  void expect_opens(const KeySlots& slots, const Secret& passphrase) {
    const auto opened = slots.unlock(passphrase);
    ASSERT_TRUE(opened.has_value());
    EXPECT_TRUE(equal_secret(opened->expose(), key_.expose()));
  }

  SeededRandom random_{1};
  Secret first_ = Secret::copy_of(as_bytes("one passphrase"));
  Secret second_ = Secret::copy_of(as_bytes("two passphrases"));
  Secret key_ = random_.secret(kVaultKeySize);
};

TEST_F(KeySlotsTest, open_for_their_passphrase_alone_after_reading_again) {
  const auto slots = KeySlots::parse(make().encode());
  ASSERT_TRUE(slots.has_value());
  expect_opens(*slots, first_);
  EXPECT_EQ(refusal(*slots, second_), Errc::kWrongPassphrase);
}

TEST_F(KeySlotsTest, a_change_replaces_the_passphrase_and_nothing_else) {
  KeySlots slots = make();
  EXPECT_FALSE(slots.change(second_, first_).has_value());
  expect_opens(slots, first_);
  ASSERT_TRUE(slots.change(first_, second_).has_value());
  expect_opens(slots, second_);
  EXPECT_EQ(refusal(slots, first_), Errc::kWrongPassphrase);
}

TEST_F(KeySlotsTest, the_slot_in_use_is_at_any_place_and_looks_like_the_others) {
  std::set<std::size_t> places;
  for (int round = 0; round < 100; ++round) {
    KeySlots slots = make();
    const Buffer before = slots.encode();
    ASSERT_TRUE(slots.change(first_, second_).has_value());
    const Buffer after = slots.encode();
    constexpr std::size_t kSlotsAt = 44;
    constexpr std::size_t kSlotSize = 72;
    for (std::size_t place = 0; place < KeySlots::kSlotCount; ++place) {
      const std::size_t at = kSlotsAt + place * kSlotSize;
      if (!equal(Bytes(before).subspan(at, kSlotSize), Bytes(after).subspan(at, kSlotSize))) {
        places.insert(place);
      }
      EXPECT_FALSE(std::ranges::all_of(Bytes(before).subspan(at, kSlotSize),
                                       [](auto byte) { return byte == 0; }));
    }
  }
  EXPECT_EQ(places.size(), KeySlots::kSlotCount);
}

TEST_F(KeySlotsTest, one_whole_copy_is_enough) {
  const Buffer file = make().encode();
  ASSERT_EQ(file.size(), KeySlots::kFileSize);
  for (std::size_t bit = 0; bit < KeySlots::kCopySize * 8; bit += 37) {
    for (const std::size_t copy : {std::size_t{0}, KeySlots::kCopySize}) {
      Buffer changed = file;
      changed[copy + bit / 8] = static_cast<std::uint8_t>(changed[copy + bit / 8] ^ 1U << bit % 8);
      const auto slots = KeySlots::parse(changed);
      ASSERT_TRUE(slots.has_value()) << bit;
      EXPECT_EQ(slots->encode(), file) << bit;
    }
  }
}

TEST_F(KeySlotsTest, two_damaged_copies_are_damage_and_no_wrong_passphrase) {
  Buffer file = make().encode();
  file[50] ^= 1;
  file[KeySlots::kCopySize + 60] ^= 1;
  const auto slots = KeySlots::parse(file);
  ASSERT_FALSE(slots.has_value());
  EXPECT_EQ(slots.error().code, Errc::kDamaged);
}

TEST_F(KeySlotsTest, any_bytes_are_read_as_slots_or_refused) {
  for (const std::size_t size : {0UL, 1UL, 4096UL, 8191UL, 8192UL, 8193UL, 100'000UL}) {
    Buffer bytes(size);
    random_.fill(bytes);
    const auto slots = KeySlots::parse(bytes);
    ASSERT_FALSE(slots.has_value());
    EXPECT_EQ(slots.error().code, Errc::kDamaged);
  }
}

TEST_F(KeySlotsTest, a_crash_while_they_are_replaced_leaves_the_old_or_the_new) {
  KeySlots slots = make();
  test::SimulatedDisk before;
  ASSERT_TRUE(before.make_folder("/profile").has_value());
  ASSERT_TRUE(write_slots(before, "/profile/slots", slots).has_value());
  const Buffer old = slots.encode();
  ASSERT_TRUE(slots.change(first_, second_).has_value());
  test::SimulatedDisk disk(before.image());
  ASSERT_TRUE(write_slots(disk, "/profile/slots", slots).has_value());
  const std::size_t all = disk.operations().size();
  for (std::size_t at = 0; at <= all; ++at) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      SeededRandom random(seed);
      test::SimulatedDisk left(disk.after_power_cut(at, random));
      const auto read = read_slots(left, "/profile/slots");
      ASSERT_TRUE(read.has_value()) << "operation " << at << ", seed " << seed;
      EXPECT_TRUE(read->encode() == slots.encode() || (at < all && read->encode() == old));
    }
  }
}

}  // namespace
}  // namespace magpie::client
