// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <grpcpp/support/status.h>

#include "crypto/base/error.h"

namespace magpie::server {

/// How a stream ends for this reason; the text is the same for everybody. Only here.
grpc::Status status_of(Errc code);
/// The relay is going away, and the client should come again.
grpc::Status draining_status();

}  // namespace magpie::server
