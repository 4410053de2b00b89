// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/credential.h"

namespace magpie::mls {

Result<Credential> Credential::decode(Reader& reader) {
  const Reader start = reader;
  Credential credential;
  MAGPIE_TRY(credential.type, reader.u16());
  if (credential.type == kBasicCredential) {
    MAGPIE_TRY(credential.identity, reader.vector());
  } else if (credential.type == kX509Credential) {
    MAGPIE_TRY(const Bytes chain, reader.vector());
    for (Reader certificates(chain); !certificates.at_end();) {
      MAGPIE_TRY_VOID(certificates.vector());
    }
  } else {
    return fail(Errc::kUnsupported, "credential: type");
  }
  credential.encoded = reader.since(start);
  return credential;
}

void encode_basic_credential(Writer& writer, Bytes identity) {
  writer.u16(kBasicCredential).vector(identity);
}

}  // namespace magpie::mls
