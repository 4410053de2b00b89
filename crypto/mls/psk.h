// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <variant>
#include <vector>

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"
#include "crypto/mls/ids.h"
#include "crypto/primitives/hash.h"

namespace magpie::mls {

/// What a resumption PSK is for (RFC 9420 §8.4).
enum class ResumptionUsage : std::uint8_t { kApplication = 1, kReinit = 2, kBranch = 3 };

/// PreSharedKeyID (RFC 9420 §8.4).
struct PreSharedKeyId {
  struct External {
    Buffer psk_id;
    friend bool operator==(const External&, const External&) = default;
  };
  struct Resumption {
    ResumptionUsage usage = ResumptionUsage::kApplication;
    Buffer group_id;
    Epoch epoch;
    friend bool operator==(const Resumption&, const Resumption&) = default;
  };
  std::variant<External, Resumption> kind;
  Buffer nonce;

  void encode(Writer& writer) const;
  static Result<PreSharedKeyId> decode(Reader& reader);
  friend bool operator==(const PreSharedKeyId&, const PreSharedKeyId&) = default;
};

void encode_psk_ids(Writer& writer, const std::vector<PreSharedKeyId>& ids);
Result<std::vector<PreSharedKeyId>> decode_psk_ids(Reader& reader);

/// A PSK as one commit uses it. The secret is borrowed.
struct PskInput {
  const PreSharedKeyId* id;
  Bytes secret;
};

/// psk_secret (RFC 9420 §8.4): all zero for none. At most 65535 inputs.
Secret psk_secret(crypto::HashId hash, std::span<const PskInput> psks);

}  // namespace magpie::mls
