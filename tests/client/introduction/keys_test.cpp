// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/introduction/keys.h"

#include <gtest/gtest.h>

namespace magpie::client {
namespace {

TEST(IntroductionKeys, derive_alike_on_both_sides_and_apart_for_another_seed) {
  const Secret seed(32);
  Secret other(32);
  other.fill()[0] = 1;
  const auto a = derive_introduction_keys(seed, "").value();
  const auto b = derive_introduction_keys(seed, "").value();
  const auto c = derive_introduction_keys(other, "").value();
  EXPECT_EQ(a.room, b.room);
  EXPECT_EQ(a.guest_slot.public_key(), b.guest_slot.public_key());
  EXPECT_TRUE(equal_secret(a.offer_key.expose(), b.offer_key.expose()));
  EXPECT_FALSE(a.with_pin);
  EXPECT_NE(a.room, c.room);
  EXPECT_NE(a.guest_slot.public_key(), c.guest_slot.public_key());
  EXPECT_FALSE(equal_secret(a.offer_key.expose(), c.offer_key.expose()));
}

TEST(IntroductionKeys, pin_changes_all_but_the_room) {
  const Secret seed(32);
  const auto without = derive_introduction_keys(seed, "").value();
  const auto with = derive_introduction_keys(seed, "4711").value();
  const auto wrong = derive_introduction_keys(seed, "4712").value();
  EXPECT_TRUE(with.with_pin);
  EXPECT_EQ(with.room, without.room);
  for (const auto* other : {&without, &wrong}) {
    EXPECT_NE(with.guest_slot.public_key(), other->guest_slot.public_key());
    EXPECT_FALSE(equal_secret(with.offer_key.expose(), other->offer_key.expose()));
  }
}

TEST(IntroductionKeys, pin_may_be_typed_in_groups_and_in_full_width_digits) {
  const Secret seed(32);
  const auto plain = derive_introduction_keys(seed, "4711Ab").value();
  for (const auto* typed : {" 47 11\tAb\n", "４７１１Ａｂ"}) {
    EXPECT_EQ(derive_introduction_keys(seed, typed)->guest_slot.public_key(),
              plain.guest_slot.public_key())
        << typed;
  }
  EXPECT_FALSE(derive_introduction_keys(seed, " \n")->with_pin);
}

}  // namespace
}  // namespace magpie::client
