// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/core/transport/frames.h"
#include "crypto/base/result.h"

namespace magpie::relay::v1 {
class ClientFrame;
class ServerFrame;
}  // namespace magpie::relay::v1

/// The only place where a client's frames meet protobuf.
namespace magpie::client::frames {

constexpr std::uint32_t kProtocolVersion = 1;
constexpr std::size_t kEntryBytesMax = 64 * 1024;
constexpr std::size_t kControlEntryBytesMax = 1024 * 1024;
/// A frame that is larger in protobuf's form breaks the protocol.
constexpr std::size_t kFrameBytesMax = kControlEntryBytesMax + 16 * 1024;

/// Writes `frame` into `out`, which is replaced.
void to_proto(const ClientFrame& frame, relay::v1::ClientFrame& out);

/// Reads a relay's frame, holding it to every bound of relay.proto. Total; thread-safe.
/// Errors: kMalformed where a bound is broken, kUnsupported for a greeting of another version and
/// for kinds that version 1 does not have.
Result<ServerFrame> from_proto(const relay::v1::ServerFrame& frame);

}  // namespace magpie::client::frames
