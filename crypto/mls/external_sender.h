// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "crypto/mls/credential.h"

namespace magpie::mls {

/// One who may send proposals from outside the group (RFC 9420 §12.1.8.1); views the extension.
struct ExternalSender {
  Bytes signature_key;
  Credential credential;
};

/// The external_senders extension. Errors: parse errors.
Result<std::vector<ExternalSender>> decode_external_senders(Bytes data);

}  // namespace magpie::mls
