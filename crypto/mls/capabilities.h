// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/base/random.h"
#include "crypto/mls/extension.h"

namespace magpie::mls {

/// What a member can do, as its leaf says (RFC 9420 §7.2). Suites, versions and the basic
/// credential are filled in by the engine.
struct Capabilities {
  std::vector<std::uint16_t> extensions;  ///< beyond those of RFC 9420 itself
};

/// The Capabilities structure of a leaf node (RFC 9420 §7.2), read in place: what it views must
/// outlive it. Unknown values, GREASE among them, are kept and mean nothing (§13.5).
struct LeafCapabilities {
  U16List versions;
  U16List cipher_suites;
  U16List extensions;
  U16List proposals;
  U16List credentials;
  Bytes encoded;

  static Result<LeafCapabilities> decode(Reader& reader);

  bool supports_extension(std::uint16_t type) const {
    return is_default_extension(type) || extensions.contains(type);
  }
  /// Everything that a required_capabilities extension asks for (RFC 9420 §11.1).
  bool satisfy(const RequiredCapabilities& required) const;
};

/// Encodes what this program supports: MLS 1.0, every suite of the table, the basic credential
/// and `capabilities`, with one random GREASE value in each list that may have one (§13.5).
Buffer encode_capabilities(const Capabilities& capabilities, Random& random);

/// The one protocol version, mls10.
constexpr std::uint16_t kVersion = 1;

}  // namespace magpie::mls
