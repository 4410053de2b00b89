// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <unordered_map>

#include "server/room/allowances.h"
#include "server/room/room_log.h"

namespace magpie::server {

/// Where one hub hands out tokens and takes them, sans-I/O as the hub is: what is decided here goes
/// into the hub's batch, and holds for what follows before that batch is written. Not thread-safe.
class Till {
 public:
  /// Without `allowances` the relay is open: rooms cost nothing and codes give nothing.
  Till(Store& store, Allowances* allowances, Random& random)
      : store_(store), allowances_(allowances), random_(random) {}
  /// Lets go of what was not written.
  ~Till();
  Till(const Till&) = delete;
  Till& operator=(const Till&) = delete;

  bool invited() const { return allowances_ != nullptr; }
  /// Checks the token of `room` and puts its spending into the batch that makes the room. To be
  /// called last, when nothing else can refuse. Refusals, with nothing changed: kNotInvited for no
  /// token, a wrong one, one that is spent, or whose key is over; kRelayStorage.
  Outcome<void> spend(const std::optional<Token>& token, const RoomId& room, Time now,
                      WriteBatch& batch);
  /// Evaluates as many elements as the code gives, and takes one use from it. The very same
  /// redemption again is answered again, and takes nothing. Refusals: kNotInvited for a code
  /// that is unknown or used up; kStale for a key to redeem with that is not the present
  /// one; kMalformed for an element that is none; kRelayStorage.
  Outcome<Redeemed> redeem(const Redeem& redeem, Time now, WriteBatch& batch);

  /// The batch was taken, or was written: the hub's `take_batch` and `committed`.
  void taken();
  void committed();
  /// What is of this room goes out of the batch that is not taken yet.
  void forget(const WriteBatch& batch, const RoomId& room);

 private:
  /// What a batch that is not written yet changes.
  struct Pending {
    std::vector<SpentId> tokens;
    std::unordered_map<CodeId, CodeRecord> codes;
    std::unordered_map<SpentId, std::uint32_t> redemptions;
  };
  Result<std::optional<CodeRecord>> find_code(const CodeId& code) const;
  Result<std::optional<std::uint32_t>> find_redemption(TokenKeyId key, const SpentId& id) const;
  void release(Pending& pending);

  Store& store_;
  Allowances* allowances_;
  Random& random_;
  Pending next_;
  Pending taken_;
};

}  // namespace magpie::server
