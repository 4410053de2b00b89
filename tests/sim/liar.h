// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <map>
#include <optional>

#include "tests/sim/world.h"

namespace magpie::sim {

/// A relay that lies now and then, about everything that it says and stores. It has no keys: what
/// it makes up is noise, or was said before.
class Liar {
 public:
  /// Takes the world's `tamper` and `tamper_up`, until `stop`.
  explicit Liar(World& world);
  void stop();
  /// Forgets the last things that it wrote.
  void set_back();

 private:
  using Entry = client::frames::Entry;

  bool down(Device& device, client::frames::ServerFrame& frame);
  bool lie(Device& device, Entry& entry);
  void lie(client::frames::Answer& answer);
  void lie(client::frames::CaughtUp& caught_up);
  bool up(Device& device, client::frames::ClientFrame& frame);
  bool lie_about(Device& device, std::uint64_t correlation, client::frames::Append& append);
  void make_up(Device& device, const client::RoomId& room);
  void remember(const Entry& entry);
  std::uint64_t some_number(std::uint64_t near);

  World& world_;
  std::uint64_t per_mille_;
  std::deque<Entry> said_;  ///< what it may repeat
  std::map<client::EntryId, Buffer> payloads_;
  std::optional<client::frames::ServerFrame> held_back_;
};

}  // namespace magpie::sim
