// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/transcript.h"

namespace magpie::mls {

crypto::Digest confirmed_transcript_hash(crypto::HashId hash, Bytes interim_before,
                                         WireFormat wire_format, const FramedContent& content,
                                         Bytes signature) {
  Writer writer;
  writer.u16(static_cast<std::uint16_t>(wire_format));
  content.encode(writer);
  writer.vector(signature);
  return crypto::hash(hash, {interim_before, writer.view()});
}

crypto::Digest interim_transcript_hash(crypto::HashId hash, Bytes confirmed,
                                       Bytes confirmation_tag) {
  Writer writer;
  writer.vector(confirmation_tag);
  return crypto::hash(hash, {confirmed, writer.view()});
}

crypto::Digest confirmation_tag(crypto::HashId hash, Bytes confirmation_key, Bytes confirmed) {
  return crypto::hmac_tag(hash, confirmation_key, {confirmed});
}

}  // namespace magpie::mls
