// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/sim/device.h"

#include <algorithm>

#include "tests/sim/world.h"

namespace magpie::sim {

Device::Device(World& world, std::size_t index, std::string name, std::uint64_t seed)
    : world_(world), index_(index), name_(std::move(name)), random_(seed), disk_(random_) {
  switch_on();
}

void Device::switch_on() {
  ++life_;
  tick_at_ = Time::max();
  disk_.restart();
  client::EngineHost& host = *this;
  engine_ = std::make_unique<client::Engine>(disk_, random_, host);
  run([this](client::Engine& engine) {
    if (!engine.start(world_.now())) world_.violate(name_ + ": does not start again");
  });
}

void Device::switch_off() {
  world_.disconnect(*this);
  engine_.reset();
}

void Device::run(const std::function<void(client::Engine&)>& act) {
  if (!on()) return;
  act(*engine_);
  if (disk_.crashed()) {
    world_.trace(name_ + " crashes");
    switch_off();
    return world_.crashed(*this);
  }
  note_doubts();
  world_.check_groups(*this);
  schedule_tick();
}

void Device::schedule_tick() {
  const Time next = engine_->next_tick();
  if (next == Time::max() || next >= tick_at_) return;
  tick_at_ = next;
  world_.scheduler().at(next, [this, life = life_, next] {
    if (life != life_ || !on() || tick_at_ != next) return;
    tick_at_ = Time::max();
    run([this](client::Engine& engine) { engine.tick(world_.now()); });
  });
}

// A crash within the engine's own call: what it does after that does not happen.
void Device::connect(const client::RelayAddress& relay) {
  if (!disk_.crashed()) world_.connect(*this, relay);
}

void Device::disconnect(const client::RelayAddress&) {
  if (!disk_.crashed()) world_.disconnect(*this);
}

void Device::send(const client::RelayAddress&, client::frames::ClientFrame frame) {
  if (disk_.crashed()) return;
  world_.check_sent(*this, frame);
  world_.send(*this, std::move(frame));
}

// By the room's state, or by a line that is no message.
void Device::note_doubts() {
  for (const client::RoomInfo& room : engine_->rooms()) {
    const bool doubt =
        room.state == client::RoomState::kFork || room.state == client::RoomState::kGap;
    if (doubt) doubted_.insert(room.id);
    if (room.state == client::RoomState::kClosed) ended_.insert(room.id);
  }
}

bool Device::told_of_doubt(const client::RoomId& room) {
  if (doubted_.contains(room)) return true;
  const auto lines = disk_.messages(room, 0, SIZE_MAX);
  return lines && std::ranges::any_of(*lines, [](const client::MessageRecord& line) {
           return line.kind == client::MessageRecord::Kind::kGap ||
                  line.kind == client::MessageRecord::Kind::kNote;
         });
}

void Device::derive_keys(Secret seed, std::string pin,
                         std::function<void(Result<client::IntroductionKeys>)> done) {
  auto work = [seed = std::make_shared<Secret>(std::move(seed)), pin = std::move(pin),
               done = std::move(done)] { done(client::derive_introduction_keys(*seed, pin)); };
  later ? later(std::move(work)) : work();
}

void Device::emit(client::Event event) {
  if (disk_.crashed()) return;
  world_.check_told(*this, event);
  events.push_back(std::move(event));
}

}  // namespace magpie::sim
