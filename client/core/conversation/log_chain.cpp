// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/conversation/log_chain.h"

#include "crypto/codec/writer.h"
#include "crypto/primitives/hash.h"

namespace magpie::client {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kLabel = "Magpie log 1\0"sv;

}  // namespace

LogHash log_start(const RoomId& room) {
  return LogHash(crypto::blake2b_256({as_bytes(kLabel), room.bytes()}));
}

LogHash log_next(const LogHash& before, std::uint64_t sequence, const EntryId& id, Bytes payload) {
  Writer number;
  number.u64(sequence);
  return LogHash(
      crypto::blake2b_256({as_bytes(kLabel), before.bytes(), number.view(), id.bytes(), payload}));
}

}  // namespace magpie::client
