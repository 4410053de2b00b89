// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/mls/extension.h"
#include "crypto/mls/ids.h"
#include "crypto/primitives/hash.h"

namespace magpie::mls {

/// What every member of an epoch agrees on (RFC 9420 §8.1).
struct GroupContext {
  std::uint16_t cipher_suite = 0;
  Buffer group_id;
  Epoch epoch;
  Buffer tree_hash;
  Buffer confirmed_transcript_hash;
  std::vector<Extension> extensions;

  Buffer encode() const;
  /// Errors: parse errors; kUnsupported for another protocol version.
  static Result<GroupContext> decode(Reader& reader);
};

}  // namespace magpie::mls
