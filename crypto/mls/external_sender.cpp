// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/external_sender.h"

namespace magpie::mls {

Result<std::vector<ExternalSender>> decode_external_senders(Bytes data) {
  Reader outer(data);
  MAGPIE_TRY(const Bytes list_bytes, outer.vector());
  MAGPIE_TRY_VOID(outer.finish());
  std::vector<ExternalSender> senders;
  for (Reader list(list_bytes); !list.at_end();) {
    ExternalSender sender;
    MAGPIE_TRY(sender.signature_key, list.vector());
    MAGPIE_TRY(sender.credential, Credential::decode(list));
    senders.push_back(sender);
  }
  return senders;
}

}  // namespace magpie::mls
