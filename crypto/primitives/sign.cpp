// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/primitives/sign.h"

#include <sodium.h>

namespace magpie::crypto {

SignKeyPair SignKeyPair::generate(Random& random) {
  const Secret seed = random.secret(crypto_sign_SEEDBYTES);
  return *from_seed(seed.expose());
}

Result<SignKeyPair> SignKeyPair::from_seed(Bytes seed) {
  if (seed.size() != crypto_sign_SEEDBYTES) return fail(Errc::kBadLength, "sign: seed");
  Secret secret(crypto_sign_SECRETKEYBYTES);
  SignPublicKey public_key;
  crypto_sign_seed_keypair(public_key.fill().data(), secret.fill().data(), seed.data());
  return SignKeyPair(std::move(secret), public_key);
}

Signature SignKeyPair::sign(Bytes message) const {
  Signature signature;
  crypto_sign_detached(signature.fill().data(), nullptr, message.data(), message.size(),
                       secret_.expose().data());
  return signature;
}

Result<void> verify(const SignPublicKey& key, Bytes message, Bytes signature) {
  if (signature.size() != kSignatureSize ||
      crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                  key.bytes().data()) != 0) {
    return fail(Errc::kBadSignature, "verify");
  }
  return {};
}

}  // namespace magpie::crypto
