// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "client/core/core_thread.h"
#include "client/core/sync/engine.h"
#include "client/core/transport/transport.h"

namespace magpie::client {

/// An engine with what it needs of the world: its storage, the system's randomness and clock, and
/// a session for each relay that it asks for. Everything happens on the core thread; what sessions
/// say is posted there, and dropped where the runner or the session is gone by then.
class EngineRunner final : private EngineHost {
 public:
  using Emit = std::function<void(Event)>;

  /// `worker` does what takes long. `transport`, `core` and `worker` must outlive it.
  EngineRunner(Transport& transport, CoreThread& core, CoreThread& worker,
               std::unique_ptr<Storage> storage, Emit emit);
  ~EngineRunner() override;
  EngineRunner(const EngineRunner&) = delete;
  EngineRunner& operator=(const EngineRunner&) = delete;

  Result<void> start() { return engine_.start(system_now()); }
  Engine& engine() { return engine_; }
  Time due() const { return engine_.next_tick(); }
  void ring() {
    if (due() <= system_now()) engine_.tick(system_now());
  }
  /// Why there is no session with some relay just now; empty where there is one with each.
  std::optional<Error> trouble() const;

 private:
  struct Line {
    std::uint64_t number;
    std::unique_ptr<Session> session;
  };

  void connect(const RelayAddress& relay) override;
  void disconnect(const RelayAddress& relay) override;
  void send(const RelayAddress& relay, frames::ClientFrame frame) override;
  void derive_keys(Secret seed, std::string pin,
                   std::function<void(Result<IntroductionKeys>)> done) override;
  void emit(Event event) override { emit_(std::move(event)); }

  void received(const RelayAddress& relay, std::uint64_t number, frames::ServerFrame frame);
  void closed(const RelayAddress& relay, std::uint64_t number, Error error);
  bool is_current(const RelayAddress& relay, std::uint64_t number) const;
  /// `work` on the core thread, unless this runner is gone by then.
  template <class Work>
  void post(Work work);

  Transport& transport_;
  CoreThread& core_;
  CoreThread& worker_;
  const std::unique_ptr<Storage> storage_;
  const Emit emit_;
  SystemRandom random_;
  const std::shared_ptr<EngineRunner*> self_ = std::make_shared<EngineRunner*>(this);
  std::uint64_t lines_made_ = 0;
  std::map<RelayAddress, Line> lines_;
  std::map<RelayAddress, Error> trouble_;
  Engine engine_;
};

}  // namespace magpie::client
