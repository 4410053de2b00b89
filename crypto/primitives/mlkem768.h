// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/base/result.h"
#include "crypto/base/secret.h"

/// ML-KEM-768 (FIPS 203), which libsodium 1.0.18 lacks; X-Wing is built on it. Constant time in
/// everything secret. Every function is thread-safe.
namespace magpie::crypto::mlkem768 {

constexpr std::size_t kSeedSize = 64;  ///< d || z
constexpr std::size_t kPublicKeySize = 1184;
constexpr std::size_t kPrivateKeySize = 2400;  ///< expanded: dk of FIPS 203
constexpr std::size_t kCiphertextSize = 1088;
constexpr std::size_t kSecretSize = 32;
constexpr std::size_t kMessageSize = 32;  ///< the randomness m of one encapsulation

struct KeyPair {
  Secret private_key;
  Buffer public_key;
};
struct Encapsulation {
  Secret shared_secret;
  Buffer ciphertext;
};

/// KeyGen_internal(d, z) (Algorithm 16).
KeyPair key_pair(std::span<const std::uint8_t, kSeedSize> seed);
/// The public key alone.
Buffer public_key(std::span<const std::uint8_t, kSeedSize> seed);

/// The check of encapsulation keys (§7.2). Errors: kBadLength; kBadKey for a coefficient that is
/// not reduced.
Result<void> check_public_key(Bytes public_key);

/// Encaps_internal(ek, m) (Algorithm 17) after that check; `message` must be fresh randomness.
/// Errors: those of check_public_key.
Result<Encapsulation> encaps(Bytes public_key, std::span<const std::uint8_t, kMessageSize> message);

/// Decaps (Algorithm 21) with an expanded private key. A ciphertext that was not made by
/// encapsulating gives a secret that nobody can predict (implicit rejection), not an error.
/// Errors: kBadLength; kBadKey where the private key does not carry its public key's hash (§7.3).
Result<Secret> decaps(Bytes ciphertext, Bytes private_key);

/// The same from the seed and the public key that belongs to it, at about the same cost: the
/// public half of the key need not be computed again. With another's public key the secret is a
/// wrong one. Errors: kBadLength for the ciphertext or the public key.
Result<Secret> decaps_from_seed(Bytes ciphertext, std::span<const std::uint8_t, kSeedSize> seed,
                                Bytes public_key);

}  // namespace magpie::crypto::mlkem768
