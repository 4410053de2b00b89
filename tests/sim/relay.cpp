// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/sim/relay.h"

#include <algorithm>

#include "crypto/base/check.h"

namespace magpie::sim {

Relay::Relay(Scheduler& scheduler, test::SeededRandom& random, Deliver deliver,
             std::function<void()> crashed)
    : scheduler_(scheduler),
      random_(random),
      deliver_(std::move(deliver)),
      crashed_(std::move(crashed)),
      address_{"relay.test", 4433, random.id<client::RelayIdentity>()} {
  start();
}

void Relay::start() {
  ++life_;
  write_due_ = false;
  const auto identity = *server::RelayIdentity::from(address_.identity.bytes());
  server::FrameSink& sink = *this;
  hub_ = std::make_unique<server::Hub>(*store_, sink, random_, identity, server::Limits{});
}

server::SessionId Relay::open() {
  const server::SessionId session(++last_session_);
  hub_->open(session);
  return session;
}

void Relay::close(server::SessionId session) {
  if (!up()) return;
  hub_->close(session);
  write_soon();
}

void Relay::receive(server::SessionId session, server::ClientFrame frame) {
  if (!up()) return;
  hub_->receive(session, std::move(frame), scheduler_.now());
  write_soon();
}

void Relay::expire() {
  while (up() && hub_->expire(scheduler_.now())) write();
  if (up()) write();
}

void Relay::send(server::SessionId session, const server::ServerFrame& frame) {
  deliver_(session, frame);
}

void Relay::end(server::SessionId, Errc) {}

void Relay::write_soon() {
  if (write_due_) return;
  write_due_ = true;
  const auto limit = static_cast<std::uint64_t>(faults.write_ms_max.count()) + 1;
  scheduler_.after(Milliseconds(random_.below(limit)), [this, life = life_] {
    if (life != life_ || !up()) return;
    write_due_ = false;
    write();
  });
}

void Relay::write() {
  for (auto batch = hub_->take_batch(); !batch.empty(); batch = hub_->take_batch()) {
    const bool crash = random_.chance(faults.crash_per_mille);
    const bool lost = crash && random_.chance(500);
    if (!lost) {
      const auto written = store_->write({&batch, 1});
      history_.push_back(batch);
      for (const server::Write& write : batch.writes) {
        if (const auto* entry = std::get_if<server::PutEntry>(&write)) {
          written_.insert(*client::EntryId::from(entry->entry.id.bytes()));
        }
      }
      if (!crash) hub_->committed(written);
    }
    if (crash) {
      hub_.reset();
      return crashed_();
    }
  }
}

void Relay::set_back(std::size_t count) {
  stop();
  history_.resize(std::min(count, history_.size()));
  store_ = std::make_unique<server::MemoryStore>();
  MAGPIE_CHECK(store_->write(history_).has_value());
}

std::uint64_t Relay::entries_kept() { return store_->counts()->entries; }

}  // namespace magpie::sim
