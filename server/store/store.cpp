// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/store.h"

#include "crypto/primitives/hash.h"

namespace magpie::server {

const RoomId* room_of(const Write& write) {
  return std::visit(
      [](const auto& change) -> const RoomId* {
        if constexpr (requires { change.due; }) {
          return &change.due.room;
        } else if constexpr (requires { change.room; }) {
          return &change.room;
        } else {
          return nullptr;
        }
      },
      write);
}

RoomMark mark_of(const RoomId& room) {
  const auto hash = crypto::blake2b_256({as_bytes("magpie relay room mark 1"), room.bytes()});
  RoomMark mark = 0;
  for (std::size_t i = 0; i < sizeof mark; ++i) mark = mark << 8 | hash[i];
  return mark;
}

}  // namespace magpie::server
