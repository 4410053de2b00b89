// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/primitives/aead.h"
#include "crypto/primitives/hash.h"
#include "crypto/primitives/kem.h"

namespace magpie::crypto {

/// An HPKE suite (RFC 9180 §5): KEM, KDF hash and AEAD, as an MLS suite names them.
struct HpkeSuite {
  const Kem* kem;
  HashId kdf;   ///< HKDF-SHA256 (id 1) or HKDF-SHA512 (id 3)
  AeadId aead;  ///< kChaCha20Poly1305 (id 3)
};

struct HpkeCiphertext {
  Buffer enc;
  Buffer ciphertext;
};

/// SealBase (RFC 9180 §6.1): one message to the holder of `public_key`. `info` is bound, not
/// hidden. Errors: kBadLength, kBadKey for the public key. Thread-safe.
Result<HpkeCiphertext> hpke_seal(const HpkeSuite& suite, Bytes public_key, Bytes info, Bytes aad,
                                 Bytes plaintext, Random& random);

/// OpenBase (RFC 9180 §6.1). Does not authenticate the sender. Errors: kDecryptFailed for
/// anything that is wrong with `enc` or `ciphertext`, so that failures look alike. Thread-safe.
Result<Secret> hpke_open(const HpkeSuite& suite, Bytes private_key, Bytes public_key, Bytes enc,
                         Bytes info, Bytes aad, Bytes ciphertext);

/// SetupBaseS followed by Export (RFC 9180 §5.3), as MLS external initialisation uses it.
struct HpkeExport {
  Buffer enc;
  Secret secret;
};
Result<HpkeExport> hpke_send_export(const HpkeSuite& suite, Bytes public_key, Bytes info,
                                    Bytes exporter_context, std::size_t size, Random& random);
Result<Secret> hpke_receive_export(const HpkeSuite& suite, Bytes private_key, Bytes public_key,
                                   Bytes enc, Bytes info, Bytes exporter_context, std::size_t size);

}  // namespace magpie::crypto
