// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/core/transport/frames.h"
#include "server/room/frames.h"

namespace magpie::sim {

// The same frame on the other side, as the wire carries it.
server::ClientFrame to_relay(const client::frames::ClientFrame& frame);
client::frames::ServerFrame to_client(const server::ServerFrame& frame);

/// One line for the trace: what the frame is about, without what it carries.
std::string describe(const client::frames::ClientFrame& frame);
std::string describe(const client::frames::ServerFrame& frame);
/// The first digits of an id.
template <class Id>
std::string brief(const Id& id) {
  return id.hex().substr(0, 6);
}

}  // namespace magpie::sim
