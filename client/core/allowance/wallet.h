// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <vector>

#include "client/core/allowance/invitation.h"
#include "client/core/transport/frames.h"
#include "client/core/vault/storage.h"
#include "crypto/base/random.h"

namespace magpie::client {

/// Invitation codes that wait to be redeemed, and tokens, sans-I/O (docs/protocol.md, "Tokens").
/// What changes here is stored before anything of it is told to a relay (`take_changes`): so a
/// redemption that a crash cut short is asked again with the same blinded elements, which uses
/// nothing up, and a token goes with one room until it is known what became of it. Not thread-safe.
class Wallet {
 public:
  /// `random` must outlive it.
  explicit Wallet(Random& random) : random_(random) {}
  void load(std::vector<InvitationRecord> invitations, std::vector<TokenRecord> tokens);
  Changes take_changes() { return std::exchange(changes_, {}); }

  /// Keeps a code until this relay has turned it into tokens. One that waits already stays as it
  /// is.
  void add(const RelayAddress& relay, const InvitationCode& code);
  /// Relays at which a code waits.
  std::vector<RelayAddress> relays() const;
  bool waits(const RelayIdentity& relay) const;
  /// Tokens of this relay that no room has.
  std::size_t left(const RelayIdentity& relay) const;

  /// Forgets tokens of keys that are older than every one which the relay still lists.
  void greeted(const RelayIdentity& relay, const frames::Greeting& greeting);
  /// What to ask the relay for a code that waits, drawn once and then always the same. Empty where
  /// none waits, or where the relay is open.
  std::optional<frames::Redeem> redeem(const RelayIdentity& relay,
                                       const frames::Greeting& greeting);
  /// The answer to it. A code that the relay refuses is forgotten; after every other error it waits
  /// for the next session. Errors: kNotInvited ("invitation: refused"), kBadSignature where the
  /// relay did not use the key that it publishes, kMalformed, and others that a relay gives.
  Result<void> redeemed(const RelayIdentity& relay, const frames::Answer& answer);

  /// The token that this room has.
  std::optional<frames::Token> token_of(const RoomId& room);
  /// The token that this room has, or one of the oldest key that it has from now on. Empty where
  /// there is none.
  std::optional<frames::Token> take(const RelayIdentity& relay, const RoomId& room);
  /// The relay has made the room.
  void spent(const RoomId& room);
  /// The room was not made, or it is not known.
  void give_back(const RoomId& room);
  /// The relay refused the room's token. False where it had none.
  bool reject(const RoomId& room);

 private:
  using Tokens = std::map<frames::TokenInput, TokenRecord>;

  InvitationRecord* find(const RelayIdentity& relay);
  Tokens::iterator find(const RoomId& room);
  Tokens::iterator find_free(const RelayIdentity& relay);
  void forget(Tokens::iterator token);
  void draw(InvitationRecord& record, const frames::TokenKey& key);
  Result<void> add_tokens(const InvitationRecord& record, const frames::Redeemed& redeemed);

  Random& random_;
  std::vector<InvitationRecord> invitations_;
  Tokens tokens_;
  Changes changes_;
};

}  // namespace magpie::client
