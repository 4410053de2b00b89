// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/transport/frames.h"

namespace magpie::client::frames {
namespace {

std::string_view site_of(LimitKind kind) {
  switch (kind) {
    case LimitKind::kOther:
      return "limit: another";
    case LimitKind::kEntrySize:
      return "limit: entry size";
    case LimitKind::kRoomFull:
      return "limit: room full";
    case LimitKind::kSlots:
      return "limit: slots";
    case LimitKind::kControlEntries:
      return "limit: control entries";
    case LimitKind::kInFlight:
      return "limit: in flight";
    case LimitKind::kRooms:
      return "limit: rooms";
    case LimitKind::kGuesses:
      return "limit: guesses";
  }
  return "limit: another";
}

}  // namespace

Error error_of(const Refusal& refusal) {
  if (refusal.code == Errc::kLimit) return {Errc::kLimit, site_of(refusal.limit)};
  return {refusal.code, "refused by the relay"};
}

}  // namespace magpie::client::frames
