// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/room/retention.h"

#include <algorithm>
#include <limits>

namespace magpie::server {

namespace {

Interval needed_by(const SlotRecord& slot) {
  const auto end = slot.removed() ? slot.removed_at : std::numeric_limits<Sequence>::max();
  return {slot.acknowledged, end};
}

/// Appends what is left of `part` outside of `needed`.
void subtract(const Interval& part, const Interval& needed, std::vector<Interval>& out) {
  const Interval before{part.after, std::min(part.through, needed.after)};
  const Interval behind{std::max(part.after, needed.through), part.through};
  if (needed.empty()) {
    out.push_back(part);
    return;
  }
  if (!before.empty()) out.push_back(before);
  if (!behind.empty()) out.push_back(behind);
}

}  // namespace

std::vector<Interval> not_needed(const std::map<SlotId, SlotRecord>& slots, Interval candidate) {
  std::vector<Interval> parts;
  if (!candidate.empty()) parts.push_back(candidate);
  for (const auto& [id, slot] : slots) {
    if (parts.empty()) break;
    if (!slot.may(kRead)) continue;
    std::vector<Interval> left;
    for (const auto& part : parts) subtract(part, needed_by(slot), left);
    parts = std::move(left);
  }
  return parts;
}

}  // namespace magpie::server
