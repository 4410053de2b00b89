// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "crypto/mls/extension.h"
#include "crypto/mls/ids.h"
#include "crypto/primitives/sign.h"

namespace magpie::mls {

/// One member as the others see it. A large group's members are listed with each commit, so a
/// copy copies no identity: it shares what holds it.
struct Member {
  LeafIndex index;
  Bytes identity;  ///< of its basic credential (RFC 9420 §5.3), good as long as `holder`
  crypto::SignPublicKey signature_key;
  std::shared_ptr<const void> holder;
  friend bool operator==(const Member& a, const Member& b) {
    return a.index == b.index && equal(a.identity, b.identity) &&
           a.signature_key == b.signature_key;
  }
};

/// What a commit would do, for the application to allow or refuse before anything is applied
/// (RFC 9420 §12.2 leaves these questions to it).
struct Change {
  LeafIndex committer;          ///< where it is external, the leaf that it would get
  std::vector<Member> before;   ///< all members, by index
  std::vector<Member> after;    ///< all members once applied, by index
  std::vector<Member> added;    ///< a joiner from outside too
  std::vector<Member> removed;  ///< as they were
  std::vector<Member> updated;  ///< as they will be; the committer too where it has a path
  /// The leaf that proposed each removal and each addition, in the order of those lists; kNoLeaf
  /// for a proposer from outside.
  std::vector<LeafIndex> removed_by;
  std::vector<LeafIndex> added_by;
  std::vector<Extension> extensions_before;
  std::vector<Extension> extensions_after;
  /// Who proposed the GroupContextExtensions, where the commit has one.
  std::optional<LeafIndex> extensions_by;
  bool external = false;  ///< by a joiner from outside
  bool reinit = false;
};

/// The application's rules. Called with every change before it is applied, on joining with the
/// whole group as `after` (and `before` empty), and with the identities of new leaves. Must not
/// throw. Errors of its own come back from the Group's functions unchanged (kRefusedByPolicy by
/// custom).
class Policy {
 public:
  virtual ~Policy() = default;
  /// Whether a credential may stand with this signature key, in any leaf (RFC 9420 §5.3.1).
  /// Asked once for each pair that is new to the group.
  virtual Result<void> check_credential(Bytes identity,
                                        const crypto::SignPublicKey& signature_key) const = 0;
  virtual Result<void> check_change(const Change& change) const = 0;

  /// Whether messages of senders who are no members are looked at: external proposals and
  /// external commits (RFC 9420 §12.1.8, §12.4.3.2). Where not, they are kUnknownSender.
  virtual bool allow_external() const { return false; }
  /// The longest lifetime of a key package that is accepted at all (RFC 9420 §7.2 demands one).
  virtual std::chrono::seconds lifetime_max() const { return std::chrono::hours(24 * 120); }
  /// How long after its end a key package is still accepted in a message that was received: it
  /// may have been in time when it was sent (RFC 9420 §7.3). When sending there is no grace.
  virtual std::chrono::seconds lifetime_grace() const { return std::chrono::hours(24 * 35); }
};

/// Allows everything that RFC 9420 allows: for vectors and for interoperability tests.
const Policy& permissive_policy();

}  // namespace magpie::mls
