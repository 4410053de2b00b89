// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/core/ids.h"
#include "crypto/base/result.h"
#include "crypto/base/secret.h"
#include "crypto/mls/suite.h"

namespace magpie::client {

/// The suite of every conversation. The engine knows others, to speak with other programs; a link
/// or an offer that names one is refused, so that nobody is talked down to a weaker one.
constexpr std::uint16_t kConversationSuite = mls::kSuiteXWing;

/// What a link carries. Everything after its `#` stays on this device: the seed is secret.
struct Link {
  static constexpr std::size_t kSeedSize = 32;

  RelayAddress relay;
  std::uint16_t suite = kConversationSuite;
  bool needs_pin = false;
  bool standing = false;
  Secret seed;
  Fingerprint inviter;
};

/// `magpie://HOST:PORT/#DATA` (docs/protocol.md, "The link").
std::string format_link(const Link& link);

/// Reads a link, also with white space around or inside it, in angle brackets, or after other
/// words, as mail programs leave it. Total: any text gives a link or an error.
/// Errors: kBadLink where it is not a whole link; kUnsupported for a version, a suite, a flag or
/// a kind of introduction that this program does not know.
Result<Link> parse_link(std::string_view text);

}  // namespace magpie::client
