// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/base/result.h"
#include "crypto/base/secret.h"

namespace magpie::crypto {

/// ChaCha20-Poly1305 (RFC 8439), the AEAD of the MLS suites, and XChaCha20-Poly1305
/// (draft-irtf-cfrg-xchacha), for what is sealed under random nonces. Through libsodium.
enum class AeadId : std::uint8_t { kChaCha20Poly1305, kXChaCha20Poly1305 };

constexpr std::size_t kAeadKeySize = 32;
constexpr std::size_t kAeadTagSize = 16;
constexpr std::size_t aead_nonce_size(AeadId id) {
  return id == AeadId::kChaCha20Poly1305 ? 12 : 24;
}

/// Seals `plaintext` into `out`, of plaintext.size() + kAeadTagSize bytes; `out` may start where
/// `plaintext` does. A key, a nonce or an `out` of another size is a bug and aborts. A (key,
/// nonce) pair must never seal twice: that is the caller's promise. Thread-safe.
void aead_seal_into(AeadId id, Bytes key, Bytes nonce, Bytes aad, Bytes plaintext,
                    MutableBytes out);
Buffer aead_seal(AeadId id, Bytes key, Bytes nonce, Bytes aad, Bytes plaintext);

/// Opens `ciphertext` (with its tag) into `out`, of ciphertext.size() - kAeadTagSize bytes; may
/// work in place. Errors: kDecryptFailed, also for a ciphertext shorter than a tag; `out` is then
/// unspecified and holds nothing of the plaintext.
Result<void> aead_open_into(AeadId id, Bytes key, Bytes nonce, Bytes aad, Bytes ciphertext,
                            MutableBytes out);
Result<Buffer> aead_open(AeadId id, Bytes key, Bytes nonce, Bytes aad, Bytes ciphertext);

}  // namespace magpie::crypto
