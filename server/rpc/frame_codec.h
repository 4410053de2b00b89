// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "server/room/frames.h"

namespace magpie::server {

/// Reads one ClientFrame as a client sent it. Total. The bounds of single fields are checked here
/// where they are sizes of fixed fields, and in check_bounds for the rest. Errors: kTooLarge,
/// kMalformed. Thread-safe.
Result<ClientFrame> decode_client_frame(Bytes bytes);

/// Writes one ServerFrame. Thread-safe.
std::string encode_server_frame(const ServerFrame& frame);

}  // namespace magpie::server
