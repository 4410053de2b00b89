// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/sim/world.h"

#include <iomanip>
#include <ostream>

#include "tests/sim/wire.h"

namespace magpie::sim {
namespace {

constexpr std::uint64_t kStepsMax = 200'000;  // many times what a run takes

}  // namespace

World::World(std::uint64_t seed, std::ostream* trace)
    : random_(seed),
      trace_(trace),
      start_(scheduler_.now()),
      relay_(
          scheduler_, random_,
          [this](server::SessionId session, const server::ServerFrame& frame) {
            deliver(session, frame);
          },
          [this] { relay_crashed(); }) {}

World::~World() = default;

Device& World::add_device(std::string name) {
  const auto seed = random_.below(UINT64_MAX);
  devices_.push_back(std::make_unique<Device>(*this, devices_.size(), std::move(name), seed));
  return *devices_.back();
}

void World::set_faults(const Faults& faults) {
  faults_ = faults;
  relay_.faults.crash_per_mille = faults.relay_crash_per_mille;
  for (const auto& device : devices_)
    device->disk().crash_per_mille = faults.device_crash_per_mille;
}

void World::trace(const std::string& line) {
  if (trace_ == nullptr) return;
  const auto elapsed = (now() - start_).count();
  *trace_ << std::setw(9) << elapsed / 1000 << '.' << std::setw(3) << std::setfill('0')
          << elapsed % 1000 << std::setfill(' ') << "  " << line << '\n';
}

void World::violate(const std::string& what) {
  trace("VIOLATED: " + what);
  if (violation_.empty()) violation_ = what;
}

bool World::run_for(Milliseconds time) {
  const Time end = now() + time;
  while (violation_.empty() && scheduler_.step(end)) {
    if (++steps_ > kStepsMax) violate("runs for ever");
  }
  if (now() < end) scheduler_.jump(end - now());
  return violation_.empty();
}

bool World::run_until_settled(Milliseconds limit) {
  const Time end = now() + limit;
  const auto settled = [this] {
    for (const auto& device : devices_) {
      if (device->on() && !device->engine().settled()) return false;
    }
    return true;
  };
  while (violation_.empty() && now() < end) {
    run_for(std::chrono::seconds(1));
    if (settled()) {
      run_for(std::chrono::seconds(5));  // receipts, and what they lead to
      if (settled()) return violation_.empty();
    }
  }
  return false;
}

Milliseconds World::delay() {
  return Milliseconds(random_.below(static_cast<std::uint64_t>(faults_.delay_max.count()) + 1));
}

void World::connect(Device& device, const client::RelayAddress& address) {
  trace(device.name() + " connects");
  auto connection = std::make_shared<Connection>();
  connection->device = device.index();
  current_[device.index()] = connection;
  scheduler_.after(delay(), [this, connection, address] {
    if (!connection->open_at_device) return;
    if (!relay_.up() || address != relay_.address()) return break_connection(connection);
    connection->open_at_relay = true;
    // Frames may come before the relay's `open` returns the session's id.
    opening_ = connection;
    const auto session = relay_.open();
    connection->session = session;
    sessions_[session] = connection;
    opening_.reset();
  });
}

void World::disconnect(Device& device) {
  const auto found = current_.find(device.index());
  if (found == current_.end()) return;
  const auto connection = found->second;
  connection->open_at_device = false;
  current_.erase(found);
  scheduler_.after(delay(), [this, connection] { close_at_relay(connection); });
}

void World::close_at_relay(const std::shared_ptr<Connection>& connection) {
  if (!std::exchange(connection->open_at_relay, false)) return;
  sessions_.erase(*connection->session);
  relay_.close(*connection->session);
}

// Each side learns of it when it does; until then frames that are under way still arrive.
void World::break_connection(const std::shared_ptr<Connection>& connection) {
  scheduler_.after(delay(), [this, connection] {
    if (!connection->open_at_device) return;
    connection->open_at_device = false;
    current_.erase(connection->device);
    Device& device = *devices_[connection->device];
    trace(device.name() + " loses its connection");
    device.run([&](client::Engine& engine) {
      engine.disconnected(relay_.address(), Error{Errc::kUnreachable, "simulated"}, now());
    });
  });
  scheduler_.after(delay() * 3, [this, connection] { close_at_relay(connection); });
}

void World::break_connections(Device& device) {
  const auto found = current_.find(device.index());
  if (found != current_.end()) break_connection(found->second);
}

void World::send(Device& device, client::frames::ClientFrame frame) {
  const auto found = current_.find(device.index());
  if (found == current_.end()) return;
  const auto connection = found->second;
  trace(device.name() + " -> " + describe(frame));
  if (tamper_up && !tamper_up(device, frame)) return;
  connection->last_up = std::max(connection->last_up, now() + delay());
  scheduler_.at(connection->last_up, [this, connection, frame = std::move(frame)] {
    if (connection->open_at_relay) relay_.receive(*connection->session, to_relay(frame));
  });
  if (random_.chance(faults_.break_per_mille)) break_connection(connection);
}

void World::deliver(server::SessionId session, const server::ServerFrame& frame) {
  const auto found = sessions_.find(session);
  const auto connection = found == sessions_.end() ? opening_ : found->second;
  if (!connection) return;
  connection->last_down = std::max(connection->last_down, now() + delay());
  scheduler_.at(connection->last_down, [this, connection, frame = to_client(frame)]() mutable {
    arrive(connection, std::move(frame));
  });
  if (random_.chance(faults_.break_per_mille)) break_connection(connection);
}

void World::invent(Device& device, client::frames::ServerFrame frame) {
  scheduler_.after(Milliseconds(1), [this, &device, frame = std::move(frame)]() mutable {
    trace(device.name() + " <- made up: " + describe(frame));
    device.run([&](client::Engine& engine) {
      engine.received(relay_.address(), std::move(frame), now());
    });
  });
}

void World::arrive(const std::shared_ptr<Connection>& connection,
                   client::frames::ServerFrame frame) {
  if (!connection->open_at_device) return;
  Device& device = *devices_[connection->device];
  if (tamper && !tamper(device, frame)) return;
  trace(device.name() + " <- " + describe(frame));
  device.run([&](client::Engine& engine) {
    if (const auto* greeting = std::get_if<client::frames::Greeting>(&frame)) {
      engine.connected(relay_.address(), *greeting, now());
    } else {
      engine.received(relay_.address(), std::move(frame), now());
    }
  });
}

void World::crash_relay() {
  relay_.stop();
  relay_crashed();
}

void World::relay_crashed() {
  trace("the relay crashes");
  for (const auto& [session, connection] : std::exchange(sessions_, {})) {
    connection->open_at_relay = false;
    break_connection(connection);
  }
  scheduler_.after(Milliseconds(random_.below(3000)), [this] {
    if (relay_.up()) return;
    trace("the relay starts again");
    relay_.start();
  });
}

void World::crashed(Device& device) {
  scheduler_.after(Milliseconds(random_.below(5000)), [this, &device] {
    if (device.on()) return;
    trace(device.name() + " starts again");
    device.switch_on();
  });
}

}  // namespace magpie::sim
