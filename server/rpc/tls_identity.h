// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "crypto/base/result.h"
#include "server/room/ids.h"

namespace magpie::server {

/// The relay's TLS key with its self-signed certificate. Clients pin the key, so nothing in the
/// certificate is ever trusted; it says no more than it must (no host, no date of its making).
struct TlsIdentity {
  std::string key_pem;
  std::string certificate_pem;
  RelayIdentity identity;  ///< SHA-256 of the SubjectPublicKeyInfo
};

/// Reads `relay.key` and `relay.crt` in the directory, or makes them: ECDSA P-256, the key file
/// for its owner alone. Errors: kStorage; kDamaged where only one is there, or they do not belong
/// together: a relay that quietly took a new key would lock all its clients out.
Result<TlsIdentity> load_or_create_identity(const std::filesystem::path& directory);
/// The same, without making anything. Errors: also kNotFound.
Result<TlsIdentity> load_identity(const std::filesystem::path& directory);

/// Leaves TLS 1.3 as the only version that gRPC can agree on, in this whole process. To be called
/// before gRPC's first use of TLS, and before other threads read the environment. Idempotent.
void require_tls13();

}  // namespace magpie::server
