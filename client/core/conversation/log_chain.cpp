// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/conversation/log_chain.h"

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"
#include "crypto/primitives/hash.h"

namespace magpie::client {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kLogLabel = "Magpie log 1\0"sv;
constexpr std::string_view kRestartLabel = "Magpie log restart 1\0"sv;

}  // namespace

LogHash log_start(const RoomId& room) {
  return LogHash(crypto::blake2b_256({as_bytes(kLogLabel), room.bytes()}));
}

LogHash log_next(const LogHash& before, std::uint64_t sequence, bool control, const EntryId& id,
                 Bytes payload) {
  Writer place;
  place.u64(sequence).u8(control ? 1 : 0);
  return LogHash(crypto::blake2b_256(
      {as_bytes(kLogLabel), before.bytes(), place.view(), id.bytes(), payload}));
}

LogHash log_restart(const RoomId& room, std::uint64_t sequence, Bytes epoch_authenticator) {
  Writer number;
  number.u64(sequence);
  return LogHash(crypto::blake2b_256(
      {as_bytes(kRestartLabel), room.bytes(), number.view(), epoch_authenticator}));
}

Buffer encode_log_point(const LogPoint& point) {
  Writer writer;
  writer.u64(point.sequence).fixed(point.hash.bytes());
  return writer.take();
}

std::optional<LogPoint> decode_log_point(Bytes bytes) {
  Reader reader(bytes);
  const auto sequence = reader.u64();
  const auto hash = reader.fixed(LogHash::kSize);
  if (!sequence || !hash || !reader.at_end()) return std::nullopt;
  return LogPoint{*sequence, *LogHash::from(*hash)};
}

}  // namespace magpie::client
