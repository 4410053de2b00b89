// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/conversation/membership.h"

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"

namespace magpie::client {
namespace {

constexpr std::uint16_t kSuite = 3;

class MembershipTest : public ::testing::Test {
 protected:
  MembershipTest() {
    change_.before = {leaf(0, manager_), leaf(1, member_), leaf(2, other_)};
    change_.after = change_.before;
    change_.extensions_before = group_extensions(roles());
    change_.extensions_after = change_.extensions_before;
    change_.committer = mls::LeafIndex(1);
  }

  mls::Member leaf(std::uint32_t index, const crypto::SignKeyPair& root) {
    const auto identity =
        std::make_shared<const mls::Identity>(make_leaf_identity(root, kSuite, random_));
    return {mls::LeafIndex(index), identity->identity, identity->signature_key.public_key(),
            identity};
  }
  Roles roles() const {
    return {{manager_.public_key(), Role::kManager},
            {member_.public_key(), Role::kMember},
            {other_.public_key(), Role::kGuest}};
  }
  bool allowed() const { return room_policy(kSuite)->check_change(change_).has_value(); }
  void removes(std::uint32_t by, std::size_t index) {
    change_.removed = {change_.before[index]};
    change_.removed_by = {mls::LeafIndex(by)};
    change_.after.erase(change_.after.begin() + static_cast<std::ptrdiff_t>(index));
  }
  void adds(std::uint32_t by, const crypto::SignKeyPair& root) {
    change_.added = {leaf(3, root)};
    change_.added_by = {mls::LeafIndex(by)};
    change_.after.push_back(change_.added[0]);
  }

  test::SeededRandom random_{1};
  crypto::SignKeyPair manager_ = crypto::SignKeyPair::generate(random_);
  crypto::SignKeyPair member_ = crypto::SignKeyPair::generate(random_);
  crypto::SignKeyPair other_ = crypto::SignKeyPair::generate(random_);
  crypto::SignKeyPair stranger_ = crypto::SignKeyPair::generate(random_);
  mls::Change change_;
};

TEST_F(MembershipTest, roles_read_as_they_were_written) {
  EXPECT_EQ(decode_roles(encode_roles(roles()).data).value(), roles());
  EXPECT_EQ(find_roles(group_extensions(roles())).value(), roles());
}

TEST_F(MembershipTest, damaged_roles_are_refused) {
  const Buffer good = encode_roles(roles()).data;
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(decode_roles(Bytes(good).first(size))) << size;
  }
  Buffer unknown_role = good;
  unknown_role.back() = 4;
  EXPECT_FALSE(decode_roles(unknown_role));
  EXPECT_FALSE(decode_roles(encode_roles({{member_.public_key(), Role::kMember}}).data));
  auto twice = group_extensions(roles());
  twice.push_back(twice.back());
  EXPECT_FALSE(find_roles(twice));
  EXPECT_FALSE(find_roles({}));
}

TEST_F(MembershipTest, anybody_may_update_and_leave) {
  change_.updated = {leaf(1, member_)};
  EXPECT_TRUE(allowed());
  change_.updated.clear();
  removes(1, 1);
  EXPECT_TRUE(allowed());
}

TEST_F(MembershipTest, another_root_key_on_update_is_refused) {
  change_.updated = {leaf(1, other_)};
  EXPECT_FALSE(allowed());
}

TEST_F(MembershipTest, only_a_manager_removes_others) {
  removes(1, 2);
  EXPECT_FALSE(allowed());
  change_.removed_by = {mls::LeafIndex(0)};
  EXPECT_TRUE(allowed());
}

TEST_F(MembershipTest, only_a_manager_adds_others_and_only_with_a_role) {
  adds(0, stranger_);
  EXPECT_FALSE(allowed());
  auto with_role = roles();
  with_role[stranger_.public_key()] = Role::kGuest;
  change_.extensions_after = group_extensions(with_role);
  change_.extensions_by = mls::LeafIndex(0);
  EXPECT_TRUE(allowed());
  change_.added_by = {mls::LeafIndex(1)};
  EXPECT_FALSE(allowed());
}

TEST_F(MembershipTest, anybody_adds_own_leaves) {
  adds(1, member_);
  EXPECT_TRUE(allowed());
}

TEST_F(MembershipTest, only_a_manager_changes_roles) {
  auto raised = roles();
  raised[member_.public_key()] = Role::kManager;
  change_.extensions_after = group_extensions(raised);
  EXPECT_FALSE(allowed());
  change_.extensions_by = mls::LeafIndex(1);
  EXPECT_FALSE(allowed());
  change_.extensions_by = mls::LeafIndex(0);
  EXPECT_TRUE(allowed());
}

TEST_F(MembershipTest, nobody_enters_from_outside_and_nothing_begins_anew) {
  change_.external = true;
  EXPECT_FALSE(allowed());
  change_.external = false;
  change_.reinit = true;
  EXPECT_FALSE(allowed());
}

TEST_F(MembershipTest, who_is_alone_adds_whom_the_roles_name) {
  change_.before = {leaf(1, member_)};
  change_.after = {change_.before[0], leaf(0, manager_)};
  change_.added = {change_.after[1]};
  change_.added_by = {mls::LeafIndex(1)};
  EXPECT_TRUE(allowed());
  change_.after[1] = leaf(0, stranger_);
  EXPECT_FALSE(allowed());
}

TEST_F(MembershipTest, credentials_are_checked_for_the_suite) {
  const auto good = leaf(0, member_);
  EXPECT_TRUE(room_policy(kSuite)->check_credential(good.identity, good.signature_key));
  EXPECT_FALSE(room_policy(77)->check_credential(good.identity, good.signature_key));
  EXPECT_FALSE(room_policy(kSuite)->check_credential({}, good.signature_key));
}

}  // namespace
}  // namespace magpie::client
