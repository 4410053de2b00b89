// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/group.h"

#include <gtest/gtest.h>

#include "tests/crypto/mls/group_fixture.h"

namespace magpie::mls {
namespace {

using test::Party;

TEST(Group, a_creator_is_alone_at_epoch_zero) {
  test::World world(1);
  const Party alice = world.create("alice");
  EXPECT_EQ(alice.group->epoch(), Epoch(0));
  ASSERT_EQ(alice.group->members().size(), 1U);
  EXPECT_EQ(as_text(alice.group->members()[0].identity), "alice");
}

TEST(Group, an_added_member_joins_and_both_read_each_other) {
  test::World world(2);
  Party alice = world.create("alice");
  Party bob = world.add(alice, {}, "bob");
  test::expect_agreement({&alice, &bob});
  world.expect_readable(alice, {&bob});
  world.expect_readable(bob, {&alice});
}

}  // namespace
}  // namespace magpie::mls
