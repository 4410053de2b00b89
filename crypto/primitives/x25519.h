// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/base/result.h"
#include "crypto/base/secret.h"

namespace magpie::crypto {

/// X25519 (RFC 7748) through libsodium, for the KEMs. Sizes are the caller's promise: every key,
/// point and scalar has kX25519Size bytes, and another size aborts. Thread-safe.
constexpr std::size_t kX25519Size = 32;

/// The public key of a private key.
Buffer x25519_public_key(Bytes private_key);

/// The shared value. Errors: kBadKey for the zero that points of small order give (RFC 9180
/// §7.1.4).
Result<Secret> x25519(Bytes private_key, Bytes public_key);

/// Whether `public_key` is one of the points with which every X25519 gives zero (RFC 7748 §6.1).
/// Costs far less than finding out by multiplying.
bool x25519_has_small_order(Bytes public_key);

}  // namespace magpie::crypto
