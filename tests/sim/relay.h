// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <set>

#include "server/room/hub.h"
#include "server/store/memory_store.h"
#include "tests/sim/scheduler.h"
#include "tests/support/seeded_random.h"

namespace magpie::sim {

/// The relay: the real hub over a store that outlives its crashes.
class Relay final : private server::FrameSink {
 public:
  struct Faults {
    std::uint64_t crash_per_mille = 0;  ///< at each write: just before it, or just after
    Milliseconds write_ms_max{5};
  };
  using Deliver = std::function<void(server::SessionId, const server::ServerFrame&)>;

  Relay(Scheduler& scheduler, test::SeededRandom& random, Deliver deliver,
        std::function<void()> crashed);

  const client::RelayAddress& address() const { return address_; }
  bool up() const { return hub_ != nullptr; }
  void start();
  void stop() { hub_.reset(); }

  server::SessionId open();
  void close(server::SessionId session);
  void receive(server::SessionId session, server::ClientFrame frame);
  /// Deletes what has been kept long enough.
  void expire();

  /// Whether an entry with this id was ever durably in a room's log.
  bool has_written(const client::EntryId& id) const { return written_.contains(id); }
  std::uint64_t entries_kept();
  /// How often something was written; and a stop, from which it starts again with what stood after
  /// the first `count` of them.
  std::size_t writes() const { return history_.size(); }
  void set_back(std::size_t count);

  Faults faults;

 private:
  void send(server::SessionId session, const server::ServerFrame& frame) override;
  bool ready(server::SessionId) override { return true; }
  void end(server::SessionId session, Errc code) override;
  void write_soon();
  void write();

  Scheduler& scheduler_;
  test::SeededRandom& random_;
  Deliver deliver_;
  std::function<void()> crashed_;
  client::RelayAddress address_;
  std::unique_ptr<server::MemoryStore> store_ = std::make_unique<server::MemoryStore>();
  std::vector<server::WriteBatch> history_;
  std::unique_ptr<server::Hub> hub_;
  std::uint64_t life_ = 0;
  bool write_due_ = false;
  std::uint64_t last_session_ = 0;
  std::set<client::EntryId> written_;
};

}  // namespace magpie::sim
