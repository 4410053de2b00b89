// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <map>
#include <set>

#include "client/core/conversation/conversation.h"
#include "client/core/introduction/guest.h"
#include "client/core/sync/engine.h"

namespace magpie::client {

/// The engine's parts: engine.cpp answers the user, network.cpp the relays, flush.cpp stores and
/// tells. Every entrance ends with `flush`.
struct Engine::Impl {
  /// A session with one relay.
  struct Relay {
    enum class State { kIdle, kConnecting, kConnected };
    struct Waiting {
      RoomId room;
      Output::Request frame;
    };
    State state = State::kIdle;
    Backoff backoff;
    Time retry_at{};
    frames::Greeting greeting;
    std::uint64_t last_correlation = 0;
    std::map<std::uint64_t, std::optional<RoomId>> in_flight;  ///< by correlation; none: ignored
    std::deque<Waiting> queue;               ///< beyond the frames that may be in flight
    std::optional<std::uint64_t> redeeming;  ///< the correlation of a Redeem that is not answered
  };

  /// Somebody looks at a link's offer, or joins with it.
  struct Reading {
    OfferReader reader;
    Time deadline;
    Done<OfferInfo> previewed;  ///< one of the two
    Done<JoinedInfo> joined;
  };

  /// Somebody waits for the relay to have a new room, or a Welcome.
  struct Waiter {
    Time deadline;
    std::function<void(Result<void>)> done;
  };

  /// Somebody waits until a code is turned into tokens.
  struct Redeemer {
    RelayAddress relay;
    Time deadline;
    Done<AllowanceInfo> done;
  };

  Impl(Storage& given_storage, Random& given_random, EngineHost& given_host)
      : storage(given_storage), random(given_random), host(given_host) {}

  // engine.cpp
  Result<void> start(Time now);
  Result<void> usable() const;
  Result<Conversation*> add_room(StoredRoom stored, IntroductionRecord* introduction, bool fresh);
  Conversation* find_room(const RoomId& room);
  using KeysDone = std::function<void(Result<IntroductionKeys>)>;
  void derive_keys(const Secret& seed, std::string pin, KeysDone done);
  void introduce(const IntroduceRequest& request, Secret seed, const Result<IntroductionKeys>& keys,
                 Done<IntroductionInfo> done);
  void read_offer(std::string_view link, std::string pin, Time now, Done<OfferInfo> previewed,
                  Done<JoinedInfo> joined);
  void read_offer(Result<OfferReader> reader, Done<OfferInfo> previewed, Done<JoinedInfo> joined);
  void finish_reading(const RoomId& room, Result<FoundOffer> outcome, Time now);
  Result<RoomId> join_found(const Reading& reading, const FoundOffer& found, Time now);

  // network.cpp
  /// First of all in every entrance that is told the time.
  void see(Time now);
  void connect_where_needed(Time now);
  void open_room(Conversation& room, Time now);
  void connected(const RelayAddress& address, const frames::Greeting& greeting, Time now);
  void disconnected(const RelayAddress& address, Error error, Time now);
  void received(const RelayAddress& address, frames::ServerFrame frame, Time now);
  void received_answer(Relay& relay, const RelayAddress& address, const frames::Answer& answer,
                       Time now);
  /// Asks this relay to redeem a code that waits for it, where one does.
  void redeem_waiting(const RelayAddress& address, Time now);
  void settle_redeemers(const RelayAddress& address, const Result<void>& outcome);
  void received_entry(const frames::Entry& entry, Time now);
  void received_caught_up(const frames::CaughtUp& caught_up, Time now);
  void request(Relay& relay, const RelayAddress& address, const RoomId& room,
               Output::Request frame);
  void forget_requests(const RoomId& room);
  void send_queued(Relay& relay, const RelayAddress& address);
  void tick(Time now);
  void expire(Time now);
  Time next_tick() const;
  bool at_relay(const RoomId& room, const RelayAddress& address) const;

  // flush.cpp
  void touch(const RoomId& room) { touched.insert(room); }
  /// Stores `changes` and what all touched conversations lead to, in one transaction, then tells.
  /// False where the storage failed: the engine has stopped.
  bool flush(Changes changes, Time now);
  void tell(const RoomId& room, Output& output);
  void tell_delivered(const Delivered& delivered);
  void settle_waiter(const RoomId& room, const Result<void>& outcome);
  void call_back();
  void stop(Error error);

  // views.cpp
  RoomInfo room_info(const Conversation& room) const;
  IntroductionInfo introduction_info(const IntroductionRecord& record) const;
  MessageInfo message_info(const MessageRecord& record) const;

  Storage& storage;
  Random& random;
  EngineHost& host;

  bool stopped = false;
  Time latest{};  ///< the last time that was given
  std::optional<ProfileRecord> profile;
  std::optional<Self> self;
  People people;
  Wallet wallet{random};
  std::map<RoomId, IntroductionRecord> introductions;
  std::map<RoomId, Conversation> rooms;
  std::map<RoomId, Reading> readings;
  std::map<RoomId, Waiter> waiters;
  std::vector<Redeemer> redeemers;
  std::map<RelayAddress, Relay> relays;

  std::set<RoomId> touched;
  Time flush_at = Time::max();  ///< when a batch of entries is stored at the latest
  std::vector<std::function<void()>> callbacks;
};

}  // namespace magpie::client
