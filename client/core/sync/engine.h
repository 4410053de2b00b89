// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "client/core/client.h"
#include "client/core/introduction/keys.h"
#include "client/core/transport/frames.h"
#include "client/core/vault/storage.h"
#include "crypto/base/random.h"

namespace magpie::client {

/// What the engine asks of the world. Calls come from inside the engine's own functions.
class EngineHost {
 public:
  virtual ~EngineHost() = default;
  /// Opens a session with this relay; `Engine::connected` follows with the relay's Greeting, or
  /// `Engine::disconnected`. At most one session a relay.
  virtual void connect(const RelayAddress& relay) = 0;
  virtual void disconnect(const RelayAddress& relay) = 0;
  virtual void send(const RelayAddress& relay, frames::ClientFrame frame) = 0;
  /// The keys of an introduction with a PIN (introduction/keys.h). Takes tenths of a second, so it
  /// may be done on another thread: `done` is called at once or later, in the engine's own, and not
  /// after the engine is gone.
  virtual void derive_keys(Secret seed, std::string pin,
                           std::function<void(Result<IntroductionKeys>)> done) = 0;
  virtual void emit(Event event) = 0;
};

/// All of a device's conversations and introductions, sans-I/O: no clock, no thread, no network
/// of its own; randomness and storage are given to it. The simulator and `Client` run the same
/// one. Persist, then tell: every frame and event that follows from a change is handed to the
/// host after `Storage::apply` returned. Where `apply` fails the engine emits `Stopped` and
/// answers kStorage to everything from then on; make a new one from the storage.
class Engine {
 public:
  template <class T>
  using Done = Client::Done<T>;

  Engine(Storage& storage, Random& random, EngineHost& host);
  ~Engine();

  /// Reads the storage and asks for sessions. First call, once.
  Result<void> start(Time now);

  // From the network.
  void connected(const RelayAddress& relay, const frames::Greeting& greeting, Time now);
  void disconnected(const RelayAddress& relay, Error error, Time now);
  void received(const RelayAddress& relay, frames::ServerFrame frame, Time now);

  // From the clock.
  void tick(Time now);
  /// When `tick` is due next; Time::max() for never. Changes with every call.
  Time next_tick() const;

  // From the user; each as `Client` has it. `done` may be called before these return.
  void create_profile(std::string name, std::optional<RelayAddress> relay, Done<ProfileInfo> done);
  void introduce(IntroduceRequest request, Time now, Done<IntroductionInfo> done);
  void redeem(std::string code, Time now, Done<AllowanceInfo> done);
  void cancel_introduction(const RoomId& room, Time now, Done<void> done);
  void preview(std::string link, std::string pin, Time now, Done<OfferInfo> done);
  void join(JoinRequest request, Time now, Done<JoinedInfo> done);
  void send(const RoomId& room, std::string text, std::int32_t utc_offset_minutes, Time now,
            Done<EntryId> done);
  void mark_read(const RoomId& room, Done<void> done);
  void save_draft(const RoomId& room, std::string text, Done<void> done);
  void set_relay(RelayAddress relay, Done<void> done);
  void verify(const RoomId& room, const Fingerprint& person, bool matches, Done<void> done);

  Result<ProfileInfo> profile() const;
  std::vector<RoomInfo> rooms() const;
  std::vector<IntroductionInfo> introductions() const;
  Result<std::vector<MessageInfo>> history(const RoomId& room, std::size_t before,
                                           std::size_t limit) const;
  Result<std::vector<DraftInfo>> drafts() const;
  Result<std::string> safety_number(const RoomId& room, const Fingerprint& person) const;
  /// Whether every room is attached and caught up, and nothing waits to be sent.
  bool settled() const;
  /// The limit of a relay that keeps back what waits, where nothing else is under way.
  std::optional<Error> held_back() const;

  /// For the simulator's invariants: the group's epoch and epoch authenticator.
  struct GroupView {
    std::uint64_t epoch;
    Buffer epoch_authenticator;
  };
  std::optional<GroupView> group_view(const RoomId& room) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace magpie::client
