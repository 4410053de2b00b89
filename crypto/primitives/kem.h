// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "crypto/base/random.h"
#include "crypto/base/result.h"

namespace magpie::crypto {

/// A key encapsulation mechanism as HPKE names it (RFC 9180 §4). One object per mechanism, with
/// static lifetime and no state; every function is thread-safe.
class Kem {
 public:
  struct KeyPair {
    Secret private_key;  ///< The serialised private key (for X-Wing its 32-byte seed).
    Buffer public_key;
  };
  struct Encapsulation {
    Secret shared_secret;
    Buffer enc;
  };

  virtual ~Kem() = default;
  /// The HPKE KEM id (RFC 9180 §7.1), such as 0x0020.
  virtual std::uint16_t id() const = 0;
  virtual std::size_t public_key_size() const = 0;   ///< Npk
  virtual std::size_t private_key_size() const = 0;  ///< Nsk
  virtual std::size_t enc_size() const = 0;          ///< Nenc
  virtual std::size_t secret_size() const = 0;       ///< Nsecret

  /// DeriveKeyPair(ikm) (RFC 9180 §7.1.3). Deterministic in `ikm`.
  virtual KeyPair derive_key_pair(Bytes ikm) const = 0;
  /// The public key of a serialised private key. Errors: kBadLength.
  virtual Result<Buffer> public_key_of(Bytes private_key) const = 0;
  /// Whether `public_key` may be encapsulated to. Errors: kBadLength, kBadKey.
  virtual Result<void> check_public_key(Bytes public_key) const = 0;
  /// Encap(pk). Errors: kBadLength, kBadKey.
  virtual Result<Encapsulation> encap(Bytes public_key, Random& random) const = 0;
  /// Decap(enc, sk). `public_key` is that of `private_key`; callers have it, and deriving it
  /// again would double the cost. Errors: kBadLength, kBadKey.
  virtual Result<Secret> decap(Bytes enc, Bytes private_key, Bytes public_key) const = 0;
};

/// DHKEM(X25519, HKDF-SHA256), id 0x0020 (RFC 9180 §4.1, §7.1).
const Kem& dhkem_x25519();

/// X-Wing, id 0x647a (draft-connolly-cfrg-xwing-kem): X25519 and ML-KEM-768 together, safe while
/// either is. The private key is the 32-byte seed. DeriveKeyPair(ikm) takes SHAKE256(ikm) as the
/// seed. X25519 points of small order are refused, as RFC 9180 §7.1.4 has it for DHKEM.
const Kem& xwing();

}  // namespace magpie::crypto
