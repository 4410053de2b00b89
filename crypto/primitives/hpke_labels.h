// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/primitives/hkdf.h"

namespace magpie::crypto {

/// LabeledExtract (RFC 9180 §4). `suite_id` is "KEM" or "HPKE" with its ids, as the caller's
/// section says. Never fails; thread-safe.
Secret hpke_labeled_extract(HashId kdf, Bytes suite_id, Bytes salt, std::string_view label,
                            Bytes input);

/// LabeledExpand (RFC 9180 §4) to `size` bytes; over 255 times the hash's size is a bug and aborts.
Secret hpke_labeled_expand(HashId kdf, Bytes suite_id, Bytes prk, std::string_view label,
                           std::initializer_list<Bytes> info, std::size_t size);

}  // namespace magpie::crypto
