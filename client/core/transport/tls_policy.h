// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "client/core/ids.h"
#include "crypto/base/result.h"

namespace magpie::client {

/// Leaves TLS 1.3 as the only version that gRPC can agree on, in this whole process. To be called
/// before gRPC's first TLS connection, and before other threads read the environment. Idempotent.
void require_tls13();

/// The identity of the relay that showed this certificate: SHA-256 of its SubjectPublicKeyInfo.
/// `pem` may be a chain; its first certificate counts. Total. Errors: kMalformed.
Result<RelayIdentity> identity_of_certificate(std::string_view pem);

}  // namespace magpie::client
