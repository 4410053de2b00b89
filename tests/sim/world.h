// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <iosfwd>
#include <map>
#include <memory>
#include <set>

#include "tests/sim/device.h"
#include "tests/sim/relay.h"

namespace magpie::sim {

/// One relay, some devices, and the network between them, all from one seed. Every step is
/// followed by the invariants (invariants.cpp); the first that fails is kept in `violation`.
class World {
 public:
  struct Faults {
    std::uint64_t device_crash_per_mille = 0;  ///< at each write of a device
    std::uint64_t relay_crash_per_mille = 0;   ///< at each write of the relay
    std::uint64_t break_per_mille = 0;         ///< of a connection, at each frame
    Milliseconds delay_max{40};
    bool expected_doubt = false;  ///< gaps and forks are part of the story
  };

  /// `trace` may be null.
  World(std::uint64_t seed, std::ostream* trace);
  ~World();

  Device& add_device(std::string name);
  Device& device(std::size_t index) { return *devices_.at(index); }
  std::size_t device_count() const { return devices_.size(); }
  Relay& relay() { return relay_; }
  Scheduler& scheduler() { return scheduler_; }
  test::SeededRandom& random() { return random_; }
  Time now() const { return scheduler_.now(); }

  void set_faults(const Faults& faults);
  void crash_relay();
  void break_connections(Device& device);

  /// Runs what happens in this time. False where an invariant failed, or where something goes round
  /// and round.
  bool run_for(Milliseconds time);
  /// Runs until every device that is on is settled. False where that takes too long.
  bool run_until_settled(Milliseconds limit = std::chrono::minutes(20));

  void trace(const std::string& line);
  void violate(const std::string& what);
  const std::string& violation() const { return violation_; }

  /// Changes frames on their way to a device, for a relay that lies. Empty: they pass. A frame
  /// for which it returns false is lost.
  std::function<bool(Device&, client::frames::ServerFrame&)> tamper;
  /// The same for frames that come from a device, before the relay sees them.
  std::function<bool(Device&, client::frames::ClientFrame&)> tamper_up;
  /// What a lying relay makes up: arrives at the device as if it had sent it.
  void invent(Device& device, client::frames::ServerFrame frame);

  // For devices.
  void connect(Device& device, const client::RelayAddress& address);
  void disconnect(Device& device);
  void send(Device& device, client::frames::ClientFrame frame);
  void crashed(Device& device);

  // invariants.cpp
  void check_sent(Device& device, const client::frames::ClientFrame& frame);
  void check_told(Device& device, const client::Event& event);
  void check_groups(Device& device);

 private:
  struct Connection {
    std::size_t device;
    std::optional<server::SessionId> session;  ///< once the relay knows it
    bool open_at_device = true;
    bool open_at_relay = false;
    Time last_up{};
    Time last_down{};
  };

  Milliseconds delay();
  void deliver(server::SessionId session, const server::ServerFrame& frame);
  void arrive(const std::shared_ptr<Connection>& connection, client::frames::ServerFrame frame);
  void break_connection(const std::shared_ptr<Connection>& connection);
  void close_at_relay(const std::shared_ptr<Connection>& connection);
  void relay_crashed();

  Scheduler scheduler_;
  test::SeededRandom random_;
  std::ostream* trace_;
  Time start_;
  Faults faults_;
  Relay relay_;
  std::vector<std::unique_ptr<Device>> devices_;
  std::map<std::size_t, std::shared_ptr<Connection>> current_;  ///< of each device
  std::map<server::SessionId, std::shared_ptr<Connection>> sessions_;
  std::shared_ptr<Connection> opening_;
  std::string violation_;
  std::uint64_t steps_ = 0;

  /// Of each epoch of each room, and the device that was there first.
  std::map<std::pair<client::RoomId, std::uint64_t>, std::pair<std::size_t, Buffer>>
      authenticators_;
  std::map<std::pair<std::size_t, client::EntryId>, std::pair<Buffer, std::uint64_t>> sent_;
};

}  // namespace magpie::sim
