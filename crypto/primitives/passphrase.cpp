// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/primitives/passphrase.h"

#include <sodium.h>

namespace magpie::crypto {

static_assert(kStretchSaltSize == crypto_pwhash_argon2id_SALTBYTES);
static_assert(kStretchCostMin.operations == crypto_pwhash_argon2id_OPSLIMIT_MIN);
static_assert(kStretchCostMin.memory_bytes == crypto_pwhash_argon2id_MEMLIMIT_MIN);

Result<Secret> stretch(Bytes passphrase, std::span<const std::uint8_t, kStretchSaltSize> salt,
                       StretchCost cost, std::size_t size) {
  const bool in_bounds = cost.operations >= kStretchCostMin.operations &&
                         cost.operations <= kStretchCostMax.operations &&
                         cost.memory_bytes >= kStretchCostMin.memory_bytes &&
                         cost.memory_bytes <= kStretchCostMax.memory_bytes &&
                         size >= crypto_pwhash_argon2id_BYTES_MIN && size <= 1024 &&
                         passphrase.size() <= crypto_pwhash_argon2id_PASSWD_MAX;
  if (!in_bounds || sodium_init() < 0) return fail(Errc::kUsage, "stretch: cost or size");
  Secret out(size);
  // libsodium takes no null pointer, also not for an empty passphrase.
  const char* text = passphrase.empty() ? "" : reinterpret_cast<const char*>(passphrase.data());
  if (crypto_pwhash(out.fill().data(), size, text, passphrase.size(), salt.data(), cost.operations,
                    cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return fail(Errc::kNoMemory, "stretch: memory");
  }
  return out;
}

}  // namespace magpie::crypto
