// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "crypto/base/random.h"
#include "server/store/store.h"

namespace magpie::server {

/// A key signs tokens for so long, from the day of its making; then another one does.
constexpr std::chrono::days kTokenKeyIssues{90};
/// Its tokens are taken for so long: each token for at least kTokenKeyIssues.
constexpr std::chrono::days kTokenKeyTaken = 2 * kTokenKeyIssues;
/// What was spent under it is forgotten this much later still, so never while one of its tokens is
/// on its way into the store.
constexpr std::chrono::days kTokenKeySlack{1};
/// A redemption that was prepared just before the next key came is answered all the same.
constexpr std::chrono::days kTokenKeyGrace{1};

/// The relay's token keys, one public key for everybody at a time (docs/protocol.md, "Tokens"), and
/// the tokens that are being spent just now. One for all hubs of a process; thread-safe. No lock is
/// held while the store is read.
class Allowances {
 public:
  /// Both must outlive it.
  Allowances(Store& store, Random& random) : store_(store), random_(random) {}
  Allowances(const Allowances&) = delete;
  Allowances& operator=(const Allowances&) = delete;

  /// Takes over the keys that the store has and that are not over. Errors: the store's.
  Result<void> load(Time now);
  /// What is due: the next key, made early enough, and the end of old ones. To be written durably;
  /// then `load`. Empty mostly. Of two processes that make the same key, the store keeps one.
  WriteBatch upkeep(Time now);

  /// Keys whose tokens are taken, the newest first: it is the one to redeem with. At most
  /// kTokenKeysMax.
  std::vector<TokenKey> published(Time now) const;
  /// The key where its tokens are taken, else null. Looks into the store for one that another
  /// process may have made.
  std::shared_ptr<const crypto::voprf::ServerKey> find(TokenKeyId key, Time now);
  /// Whether a code may be redeemed under this key.
  bool issues(TokenKeyId key, Time now) const;

  /// Keeps the token for the caller, until `release`, so that nobody else spends it meanwhile.
  /// False where another does, or where its key is over by now.
  bool reserve(TokenKeyId key, const SpentId& token, Time now);
  /// The token is in the store, or was not spent.
  void release(const SpentId& token);

 private:
  struct Key {
    std::shared_ptr<const crypto::voprf::ServerKey> key;
    Day since;
  };
  const Key* find_taken(TokenKeyId key, Time now) const;

  Store& store_;
  Random& random_;
  mutable std::mutex mutex_;
  std::map<TokenKeyId, Key> keys_;  // guarded by mutex_
  TokenKeyId newest_ = 0;           // guarded by mutex_
  std::vector<TokenKeyId> over_;    // guarded by mutex_; to be dropped
  std::set<SpentId> reserved_;      // guarded by mutex_
};

/// The first frame of a session; without `allowances` of an open relay.
Greeting make_greeting(const Nonce& nonce, const RelayIdentity& identity, const Limits& limits,
                       const Allowances* allowances, Time now);

/// A fresh invitation code: what is told to whom it is for, and what is to be written.
struct NewInvitation {
  std::string text;  ///< twenty hexadecimal digits in groups of five
  WriteBatch batch;
};
/// `rooms`: tokens for each of `uses` people, each at least 1.
NewInvitation make_invitation(std::uint32_t rooms, std::uint32_t uses, Random& random);

/// What is stored of a code, of a token, of a redemption: hashes, each under a label of its own.
CodeId code_id(const InvitationCode& code);
SpentId token_id(const Token& token);
SpentId redemption_id(const InvitationCode& code, TokenKeyId key,
                      std::span<const crypto::voprf::Element> blinded);

}  // namespace magpie::server
