// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"

namespace magpie::mls {

constexpr std::uint16_t kBasicCredential = 0x0001;
constexpr std::uint16_t kX509Credential = 0x0002;

/// A member's claim of identity (RFC 9420 §5.3), read in place: what it views must outlive it.
/// X.509 credentials parse, so that foreign messages do; validation refuses them.
struct Credential {
  std::uint16_t type = 0;
  Bytes identity;  ///< of a basic credential
  Bytes encoded;   ///< the whole structure

  /// Errors: parse errors; kUnsupported for a type whose form is unknown.
  static Result<Credential> decode(Reader& reader);
};

/// A basic credential.
void encode_basic_credential(Writer& writer, Bytes identity);

}  // namespace magpie::mls
