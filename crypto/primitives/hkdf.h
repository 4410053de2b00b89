// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/primitives/hash.h"

namespace magpie::crypto {

/// HKDF-Extract (RFC 5869 §2.2). The result has the hash's size. Never fails; thread-safe.
Secret hkdf_extract(HashId id, Bytes salt, std::initializer_list<Bytes> input);

/// HKDF-Expand (RFC 5869 §2.3) to `size` bytes. `size` over 255 times the hash's size is a bug
/// and aborts. Thread-safe.
Secret hkdf_expand(HashId id, Bytes prk, std::initializer_list<Bytes> info, std::size_t size);

}  // namespace magpie::crypto
