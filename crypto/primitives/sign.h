// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/base/random.h"
#include "crypto/base/result.h"
#include "crypto/base/strong_id.h"

namespace magpie::crypto {

constexpr std::size_t kSignatureSize = 64;

/// An Ed25519 public key (RFC 8032).
using SignPublicKey = FixedBytes<struct SignPublicKeyTag, 32>;
using Signature = FixedBytes<struct SignatureTag, kSignatureSize>;

/// An Ed25519 key pair, through libsodium. Move-only.
class SignKeyPair {
 public:
  static SignKeyPair generate(Random& random);
  /// From the 32-byte private key of RFC 8032 (libsodium's seed). Errors: kBadLength.
  static Result<SignKeyPair> from_seed(Bytes seed);

  const SignPublicKey& public_key() const { return public_key_; }
  /// The 32-byte seed, to store it.
  Bytes seed() const { return secret_.expose().first(32); }
  /// Signs; deterministic. Thread-safe.
  Signature sign(Bytes message) const;
  SignKeyPair clone() const { return {secret_.clone(), public_key_}; }

 private:
  SignKeyPair(Secret secret, const SignPublicKey& public_key)
      : secret_(std::move(secret)), public_key_(public_key) {}

  Secret secret_;  // libsodium's form: seed | public key
  SignPublicKey public_key_;
};

/// Verifies an Ed25519 signature, refusing what libsodium refuses (small-order keys, a
/// non-canonical S). Errors: kBadSignature. Thread-safe.
Result<void> verify(const SignPublicKey& key, Bytes message, Bytes signature);

}  // namespace magpie::crypto
