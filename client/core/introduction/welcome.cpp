// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/introduction/welcome.h"

#include <algorithm>

#include "client/core/conversation/padding.h"
#include "crypto/codec/reader.h"

namespace magpie::client {
namespace {

constexpr std::uint16_t kMls10 = 1;        // RFC 9420 §6: ProtocolVersion
constexpr std::uint16_t kWireWelcome = 3;  // RFC 9420 §17.2

}  // namespace

Buffer pad_welcome(Bytes welcome) {
  Buffer padded = to_buffer(welcome);
  padded.resize(control_padded_size(welcome.size()));
  return padded;
}

Result<Bytes> unpad_welcome(Bytes payload) {
  Reader reader(payload);
  MAGPIE_TRY(const std::uint16_t version, reader.u16());
  MAGPIE_TRY(const std::uint16_t wire_format, reader.u16());
  if (version != kMls10 || wire_format != kWireWelcome) {
    return fail(Errc::kMalformed, "welcome: kind");
  }
  MAGPIE_TRY_VOID(reader.u16());     // cipher_suite
  MAGPIE_TRY_VOID(reader.vector());  // secrets
  MAGPIE_TRY_VOID(reader.vector());  // encrypted_group_info
  const bool zeros = std::ranges::all_of(reader.rest(), [](std::uint8_t b) { return b == 0; });
  if (!zeros) return fail(Errc::kMalformed, "welcome: padding");
  return reader.since(Reader(payload));
}

}  // namespace magpie::client
