// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <vector>

#include "server/room/state.h"

namespace magpie::server {

/// Sequence numbers above `after`, up to and with `through`.
struct Interval {
  Sequence after = 0;
  Sequence through = 0;
  bool empty() const { return through <= after; }
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// The parts of `candidate` that no reader still needs, in order. A slot with *read* needs what it
/// has not acknowledged; a removed one needs it up to the entry that removed it, for it may read
/// so far.
std::vector<Interval> not_needed(const std::map<SlotId, SlotRecord>& slots, Interval candidate);

/// Entries of days before this one are out of their time, also those of its last minute.
inline Day entries_expire_before(Time now, const Limits& limits) {
  return day_of(now - std::chrono::hours(limits.retention_hours));
}

/// Ids of days before this one are forgotten: after their entries, and never beside them.
inline Day ids_expire_before(Time now, const Limits& limits) {
  return day_of(now - std::max(kIdsKept, std::chrono::hours(limits.retention_hours))) -
         std::chrono::days(1);
}

}  // namespace magpie::server
