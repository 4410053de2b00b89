// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/mls/framing.h"
#include "crypto/primitives/hash.h"

/// Transcript hashes and what confirms them (RFC 9420 §8.2, §6.1).
namespace magpie::mls {

/// confirmed_transcript_hash after a commit.
crypto::Digest confirmed_transcript_hash(crypto::HashId hash, Bytes interim_before,
                                         WireFormat wire_format, const FramedContent& content,
                                         Bytes signature);
/// interim_transcript_hash of the epoch that a commit began.
crypto::Digest interim_transcript_hash(crypto::HashId hash, Bytes confirmed,
                                       Bytes confirmation_tag);
/// confirmation_tag: MAC(confirmation_key, confirmed_transcript_hash).
crypto::Digest confirmation_tag(crypto::HashId hash, Bytes confirmation_key, Bytes confirmed);

}  // namespace magpie::mls
