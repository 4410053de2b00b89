// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/base/bytes.h"
#include "crypto/base/result.h"

namespace magpie::client {

/// Follows a Welcome (a whole MLSMessage) by zero bytes up to a power of two, at least 1 KiB: MLS
/// has no padding of its own for it.
Buffer pad_welcome(Bytes welcome);

/// The Welcome in an entry's payload, a view into it. Errors: parse errors; kMalformed where it is
/// another MLSMessage or what follows is not zero.
Result<Bytes> unpad_welcome(Bytes payload);

}  // namespace magpie::client
