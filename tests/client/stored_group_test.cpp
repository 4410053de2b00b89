// SPDX-License-Identifier: GPL-3.0-or-later
// What a device has on its disk of a group, act by act: whole at every instant, also where the
// disk failed in between or a program of an earlier version began it.
#include "crypto/mls/group.h"
#include "tests/client/engine_fixture.h"
#include "tests/crypto/mls/first_format.h"

namespace magpie::sim {
namespace {

using mls::Group;
using Nodes = std::vector<mls::StoredNode>;

class StoredGroup : public EngineTest {
 protected:
  StoredGroup() : room_(meet()) {}

  static Group read(const Secret& epoch, const Nodes& tree, const Secret& ratchets) {
    return Group::deserialize(epoch.expose(), tree, ratchets.expose(),
                              {std::shared_ptr<void>(), &mls::permissive_policy()})
        .value();
  }
  static Group group_of(const client::StoredRoom& stored) {
    return read(*stored.group->epoch, stored.group->tree, stored.group->ratchets);
  }

  /// The nodes are those of the group that the device is in, neither fewer nor more.
  void expect_whole(Person& person) {
    const auto room = stored(person, room_);
    const Group group = group_of(room);
    EXPECT_EQ(group.serialize().tree, room.group->tree);
    EXPECT_EQ(group.epoch().value(), person.device().engine().group_view(room_)->epoch);
  }

  /// Has the attorney's own update stored and on its way, and switches the device off.
  void stop_before_an_update() {
    world_.run_for(24h * 7);
    world_.tamper_up = [this](Device& device, const client::frames::ClientFrame& up) {
      return &device != &attorney_.device() ||
             !std::holds_alternative<client::frames::Append>(up.body);
    };
    send(attorney_, room_, "first words");
    world_.run_for(1s);
    attorney_.device().switch_off();
    world_.tamper_up = nullptr;
  }

  /// Puts the attorney's groups back as a program wrote them that kept the tree in the epoch.
  void write_first_format() {
    auto room = stored(attorney_, room_);
    auto& pending = *room.pending;
    const Group next = read(pending.next_epoch, mls::overlay(room.group->tree, pending.next_tree),
                            pending.next_ratchets);
    pending.next_epoch = mls::test::first_format(pending.next_epoch.expose(), next.ratchet_tree());
    pending.next_tree.clear();
    const Group group = group_of(room);
    room.group->epoch = mls::test::first_format(room.group->epoch->expose(), group.ratchet_tree());
    for (auto& node : room.group->tree) node.encoded.clear();
    client::Changes changes;
    changes.emplace_back(std::move(*room.group));
    changes.emplace_back(std::move(pending));
    ASSERT_TRUE(attorney_.device().disk().apply(changes));
  }

  client::RoomId room_;
};

TEST_F(StoredGroup, is_whole_after_every_epoch) {
  for (int week = 0; week < 3; ++week) {
    send(attorney_, room_, "words");
    send(relative_, room_, "an answer");
    ASSERT_TRUE(world_.run_until_settled());
    expect_whole(attorney_);
    expect_whole(relative_);
    world_.run_for(24h * 7);
  }
}

TEST_F(StoredGroup, an_update_on_its_way_holds_what_it_changes_and_goes_on_after_a_restart) {
  stop_before_an_update();
  const auto room = stored(attorney_, room_);
  ASSERT_TRUE(room.pending);
  EXPECT_EQ(room.group->tree.size(), 3U);
  EXPECT_EQ(room.pending->next_tree.size(), 2U) << "its leaf and the root";
  attorney_.device().switch_on();
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_GT(attorney_.device().engine().group_view(room_)->epoch, group_of(room).epoch().value());
  EXPECT_EQ(texts(relative_, room_).back(), "first words");
  expect_whole(attorney_);
}

TEST_F(StoredGroup, of_an_earlier_version_is_read_and_its_first_act_writes_every_node) {
  stop_before_an_update();
  write_first_format();
  EXPECT_TRUE(stored(attorney_, room_).group->tree.empty());
  attorney_.device().switch_on();
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_EQ(texts(relative_, room_).back(), "first words");
  expect_whole(attorney_);
  send(relative_, room_, "an answer");
  ASSERT_TRUE(world_.run_until_settled());
  EXPECT_EQ(texts(attorney_, room_).back(), "an answer");
  expect_whole(attorney_);
}

// A disk that fails stops the engine: what it believed to have stored of a tree is read again.
TEST_F(StoredGroup, builds_on_nothing_that_a_failing_disk_did_not_keep) {
  Disk& disk = attorney_.device().disk();
  int lost = 0;
  int kept = 0;
  for (int round = 0; round < 200 && (lost == 0 || kept == 0); ++round) {
    world_.run_for(24h * 7);
    ASSERT_TRUE(world_.run_until_settled());
    const auto before = group_of(stored(attorney_, room_)).epoch();
    const bool own = round % 2 == 0;
    if (own) {
      disk.crash_per_mille = 300;
      send(attorney_, room_, "words");
    } else {
      send(relative_, room_, "words");
      disk.crash_per_mille = 300;
    }
    for (int i = 0; i < 400 && attorney_.device().on(); ++i) world_.run_for(10ms);
    disk.crash_per_mille = 0;
    if (!attorney_.device().on()) {
      ++(group_of(stored(attorney_, room_)).epoch() == before ? lost : kept);
    }
    ASSERT_TRUE(world_.run_until_settled());
    expect_whole(attorney_);
  }
  EXPECT_GT(lost, 0);
  EXPECT_GT(kept, 0);
  EXPECT_EQ(texts(attorney_, room_), texts(relative_, room_));
}

}  // namespace
}  // namespace magpie::sim
