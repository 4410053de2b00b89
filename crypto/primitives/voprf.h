// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "crypto/base/random.h"
#include "crypto/base/result.h"
#include "crypto/base/strong_id.h"

/// The verifiable oblivious pseudorandom function of RFC 9497: suite ristretto255-SHA512, mode
/// VOPRF (0x01), with one proof for a whole batch. A server evaluates its key on an input that it
/// does not see; the client checks that the published key was used, the same for everybody. Group
/// arithmetic is libsodium's. Every function is thread-safe.
namespace magpie::crypto::voprf {

constexpr std::size_t kScalarSize = 32;
constexpr std::size_t kOutputSize = 64;
constexpr std::size_t kInputSizeMax = 0xffff;
constexpr std::size_t kBatchMax = 0xffff;

/// A serialised group element other than the identity; checked where it is used.
using Element = FixedBytes<struct VoprfElementTag, 32>;
using PublicKey = FixedBytes<struct VoprfPublicKeyTag, 32>;
using Proof = FixedBytes<struct VoprfProofTag, 2 * kScalarSize>;

/// What the client sends, and what it keeps to itself.
struct Blinded {
  Secret blind;
  Element element;
};

/// What the server answers.
struct Evaluation {
  std::vector<Element> elements;
  Proof proof;
};

/// The server's key. Move-only.
class ServerKey {
 public:
  static ServerKey generate(Random& random);
  /// DeriveKeyPair (§3.2.1): deterministic. Errors: kBadLength unless `seed` has 32 bytes;
  /// kTooLarge for `info` over 65,535 bytes.
  static Result<ServerKey> derive(Bytes seed, Bytes info);
  /// From `expose()` of an earlier one. Errors: kBadLength; kBadKey where it is zero or not
  /// reduced.
  static Result<ServerKey> from_bytes(Bytes scalar);

  const PublicKey& public_key() const { return public_key_; }
  /// The private scalar, to store it.
  Bytes expose() const { return scalar_.expose(); }

  /// BlindEvaluate (§3.3.2) of a batch, at least one element. Errors: kBadKey for an element that
  /// is none, kTooLarge over kBatchMax, kUsage for an empty batch.
  Result<Evaluation> blind_evaluate(std::span<const Element> blinded, Random& random) const;

  /// Evaluate (§3.3.1): the output for an input in the clear, to check one that a client presents.
  /// Errors: kTooLarge for the input; kBadKey for an input that no honest client can find.
  Result<Secret> evaluate(Bytes input) const;

 private:
  ServerKey(Secret scalar, const PublicKey& public_key)
      : scalar_(std::move(scalar)), public_key_(public_key) {}
  static Result<ServerKey> of(Secret scalar);

  Secret scalar_;
  PublicKey public_key_;
};

/// Blind (§3.3.1). Errors: as ServerKey::evaluate.
Result<Blinded> blind(Bytes input, Random& random);

/// Finalize (§3.3.2) of a batch, in the order in which it was blinded: checks the proof, then
/// gives the outputs, of kOutputSize bytes each. Errors: kUsage where the counts differ or are
/// zero, kBadKey for an element or a public key that is none, kBadSignature for the proof.
Result<std::vector<Secret>> finalize(const PublicKey& public_key, std::span<const Bytes> inputs,
                                     std::span<const Blinded> blinded,
                                     const Evaluation& evaluation);

}  // namespace magpie::crypto::voprf
