// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/primitives/aead.h"

#include <sodium.h>

#include "crypto/base/check.h"
#include "crypto/base/constant_time.h"

namespace magpie::crypto {

void aead_seal_into(AeadId id, Bytes key, Bytes nonce, Bytes aad, Bytes plaintext,
                    MutableBytes out) {
  MAGPIE_CHECK(key.size() == kAeadKeySize && nonce.size() == aead_nonce_size(id));
  MAGPIE_CHECK(out.size() == plaintext.size() + kAeadTagSize);
  const auto seal = id == AeadId::kChaCha20Poly1305 ? crypto_aead_chacha20poly1305_ietf_encrypt
                                                    : crypto_aead_xchacha20poly1305_ietf_encrypt;
  seal(out.data(), nullptr, plaintext.data(), plaintext.size(), aad.data(), aad.size(), nullptr,
       nonce.data(), key.data());
}

Buffer aead_seal(AeadId id, Bytes key, Bytes nonce, Bytes aad, Bytes plaintext) {
  Buffer out(plaintext.size() + kAeadTagSize);
  aead_seal_into(id, key, nonce, aad, plaintext, out);
  return out;
}

Result<void> aead_open_into(AeadId id, Bytes key, Bytes nonce, Bytes aad, Bytes ciphertext,
                            MutableBytes out) {
  MAGPIE_CHECK(key.size() == kAeadKeySize && nonce.size() == aead_nonce_size(id));
  if (ciphertext.size() < kAeadTagSize) return fail(Errc::kDecryptFailed, "aead: no tag");
  MAGPIE_CHECK(out.size() == ciphertext.size() - kAeadTagSize);
  const auto open = id == AeadId::kChaCha20Poly1305 ? crypto_aead_chacha20poly1305_ietf_decrypt
                                                    : crypto_aead_xchacha20poly1305_ietf_decrypt;
  const int failed = open(out.data(), nullptr, nullptr, ciphertext.data(), ciphertext.size(),
                          aad.data(), aad.size(), nonce.data(), key.data());
  if (declassified(failed) != 0) {
    return fail(Errc::kDecryptFailed, "aead: tag");
  }
  return {};
}

Result<Buffer> aead_open(AeadId id, Bytes key, Bytes nonce, Bytes aad, Bytes ciphertext) {
  Buffer out(ciphertext.size() < kAeadTagSize ? 0 : ciphertext.size() - kAeadTagSize);
  MAGPIE_TRY_VOID(aead_open_into(id, key, nonce, aad, ciphertext, out));
  return out;
}

}  // namespace magpie::crypto
