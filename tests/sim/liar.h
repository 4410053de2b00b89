// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <string_view>

#include "tests/sim/world.h"

namespace magpie::sim {

/// The ways in which a relay may lie.
enum class Lie : std::size_t {
  kDrop,             ///< an entry, an answer, or what a device sent
  kReplay,           ///< what was said before in this room, under some number
  kReorder,          ///< later than what came after it
  kFork,             ///< two entries change numbers for one member
  kAlter,            ///< a field of an entry or of what a device appends
  kInject,           ///< an entry that nobody wrote
  kSwapRooms,        ///< what was said in another room
  kWithholdWelcome,  ///< from the inviter, for as long as the relay lies
  kSetBack,          ///< the relay's store is as it was earlier
  kAnswerLate,
  kAnswerFalsely,
  kGarbage,  ///< frames with noise in every field, or none that can be read
  kCount
};
std::string_view name(Lie lie);
using LieCounts = std::array<std::uint64_t, static_cast<std::size_t>(Lie::kCount)>;

/// A relay that lies now and then, about everything that it says and stores. It has no keys: what
/// it makes up is noise, or was said before.
class Liar {
 public:
  /// Takes the world's `tamper` and `tamper_up`, until `stop`. Counts into `counts`.
  Liar(World& world, LieCounts& counts);
  void stop();
  /// Forgets the last things that it wrote.
  void set_back();

 private:
  using Entry = client::frames::Entry;
  using Answer = client::frames::Answer;

  bool down(Device& device, client::frames::ServerFrame& frame);
  bool withholds(Device& device, const Entry& entry);
  bool finish_fork(Device& device, Entry& entry);
  bool lie(Device& device, Entry& entry);
  void alter(Entry& entry);
  bool lie(Device& device, Answer& answer);
  void answer_falsely(Answer& answer);
  bool up(Device& device, client::frames::ClientFrame& frame);
  bool lie_about(Device& device, std::uint64_t correlation, client::frames::Append& append);
  bool say_again(Device& device, const client::RoomId& room);
  void make_up(Device& device, const client::RoomId& room);
  void send_garbage(Device& device);
  void remember(const Entry& entry);
  std::uint64_t some_number(std::uint64_t near);
  client::RoomId some_room(Device& device);
  bool tells(Lie lie);

  World& world_;
  LieCounts& counts_;
  std::uint64_t per_mille_;
  std::deque<Entry> said_;  ///< what it may repeat
  std::map<client::EntryId, Buffer> payloads_;
  std::map<std::size_t, Entry> held_back_;    ///< by device
  std::map<std::size_t, Entry> forked_;       ///< the first of two that shall change numbers
  std::map<client::EntryId, bool> welcomes_;  ///< whether it is withheld
};

}  // namespace magpie::sim
