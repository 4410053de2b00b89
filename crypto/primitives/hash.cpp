// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/primitives/hash.h"

#include <sodium.h>

namespace magpie::crypto {
namespace {

void hmac_into(HashId id, Bytes key, std::initializer_list<Bytes> parts, std::uint8_t* out) {
  // libsodium takes no null pointer, also not for an empty key.
  static constexpr std::uint8_t kNothing = 0;
  if (key.empty()) key = {&kNothing, 0};
  if (id == HashId::kSha256) {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key.data(), key.size());
    for (Bytes part : parts) crypto_auth_hmacsha256_update(&state, part.data(), part.size());
    crypto_auth_hmacsha256_final(&state, out);
    sodium_memzero(&state, sizeof state);
  } else {
    crypto_auth_hmacsha512_state state;
    crypto_auth_hmacsha512_init(&state, key.data(), key.size());
    for (Bytes part : parts) crypto_auth_hmacsha512_update(&state, part.data(), part.size());
    crypto_auth_hmacsha512_final(&state, out);
    sodium_memzero(&state, sizeof state);
  }
}

}  // namespace

Digest hash(HashId id, std::initializer_list<Bytes> parts) {
  Digest digest(hash_size(id));
  if (id == HashId::kSha256) {
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    for (Bytes part : parts) crypto_hash_sha256_update(&state, part.data(), part.size());
    crypto_hash_sha256_final(&state, digest.fill().data());
  } else {
    crypto_hash_sha512_state state;
    crypto_hash_sha512_init(&state);
    for (Bytes part : parts) crypto_hash_sha512_update(&state, part.data(), part.size());
    crypto_hash_sha512_final(&state, digest.fill().data());
  }
  return digest;
}

Secret hmac(HashId id, Bytes key, std::initializer_list<Bytes> parts) {
  Secret out(hash_size(id));
  hmac_into(id, key, parts, out.fill().data());
  return out;
}

Digest hmac_tag(HashId id, Bytes key, std::initializer_list<Bytes> parts) {
  Digest out(hash_size(id));
  hmac_into(id, key, parts, out.fill().data());
  return out;
}

std::array<std::uint8_t, 32> blake2b_256(std::initializer_list<Bytes> parts) {
  std::array<std::uint8_t, 32> out{};
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, out.size());
  for (Bytes part : parts) crypto_generichash_update(&state, part.data(), part.size());
  crypto_generichash_final(&state, out.data(), out.size());
  return out;
}

}  // namespace magpie::crypto
