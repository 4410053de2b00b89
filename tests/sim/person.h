// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>

#include "tests/sim/world.h"

namespace magpie::sim {

/// What a person does with a device, and remembers of it: more than the device does.
class Person {
 public:
  Person(World& world, Device& device) : world_(world), device_(device) {}

  Device& device() { return device_; }
  const Device& device() const { return device_; }

  void create_profile();
  /// Asks for an introduction, until there is one; its link, where there is one that waits.
  void introduce();
  std::vector<std::string> waiting_links();
  void preview(const std::string& link);
  void join(const std::string& link);
  void write(const client::RoomId& room);
  /// Says that the numbers match, and so that the room shall go on whatever the relay did.
  void decide_to_go_on(const client::RoomInfo& room);

  std::vector<client::RoomInfo> rooms();
  /// The pairs in which this person is, with somebody.
  std::vector<client::RoomId> conversations();
  std::vector<client::MessageInfo> history(const client::RoomId& room);

  bool joined() const { return joined_; }
  bool told_used() const { return told_used_; }
  /// Texts that the device took: they must arrive. Those that it may have taken before it crashed
  /// are in `uncertain`.
  const std::set<std::string>& accepted() const { return accepted_; }
  const std::set<std::string>& uncertain() const { return uncertain_; }
  bool knows_of_another() const;

 private:
  World& world_;
  Device& device_;
  std::uint64_t written_ = 0;
  bool joined_ = false;
  bool told_used_ = false;
  std::set<std::string> accepted_;
  std::set<std::string> uncertain_;
};

}  // namespace magpie::sim
