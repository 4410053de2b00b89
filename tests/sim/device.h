// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "client/core/sync/engine.h"
#include "tests/sim/disk.h"
#include "tests/sim/scheduler.h"

namespace magpie::sim {

class World;

/// A person with a device: the real engine over a disk that outlives its crashes.
class Device final : private client::EngineHost {
 public:
  Device(World& world, std::size_t index, std::string name, std::uint64_t seed);

  const std::string& name() const { return name_; }
  std::size_t index() const { return index_; }
  bool on() const { return engine_ != nullptr; }
  client::Engine& engine() { return *engine_; }
  Disk& disk() { return disk_; }

  void switch_on();
  /// At once, as when the power fails. What was stored stays.
  void switch_off();

  /// Calls the engine and looks after what follows: a crash that the disk made, the next tick.
  void run(const std::function<void(client::Engine&)>& act);

  /// Whether the person was told that this room's history is not whole.
  bool told_of_doubt(const client::RoomId& room);
  /// Whether the person was told that this room has ended, even if it opened again.
  bool told_of_end(const client::RoomId& room) const { return ended_.contains(room); }

  /// Takes what stretches a PIN, to be called within `run`; empty: it is done at once.
  std::function<void(std::function<void()>)> later;
  // What the person was told, and did.
  std::vector<client::Event> events;

 private:
  void connect(const client::RelayAddress& relay) override;
  void disconnect(const client::RelayAddress& relay) override;
  void send(const client::RelayAddress& relay, client::frames::ClientFrame frame) override;
  void derive_keys(Secret seed, std::string pin,
                   std::function<void(Result<client::IntroductionKeys>)> done) override;
  void emit(client::Event event) override;
  void schedule_tick();
  void note_doubts();

  World& world_;
  std::size_t index_;
  std::string name_;
  test::SeededRandom random_;
  Disk disk_;
  std::unique_ptr<client::Engine> engine_;
  std::uint64_t life_ = 0;
  Time tick_at_ = Time::max();
  std::set<client::RoomId> doubted_;
  std::set<client::RoomId> ended_;
};

}  // namespace magpie::sim
