// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/sim/disk.h"

namespace magpie::sim {

Result<void> Disk::apply(const client::Changes& changes) {
  const bool crash = random_.chance(crash_per_mille);
  if (crash) crashed_ = true;
  if (crash && random_.chance(500)) return fail(Errc::kStorage, "simulated crash");
  const auto applied = MemoryStorage::apply(changes);
  if (applied) remember(changes);
  return applied;
}

void Disk::remember(const client::Changes& changes) {
  for (const client::Change& change : changes) {
    if (const auto* waiting = std::get_if<client::OutboxRecord>(&change)) {
      payloads_[waiting->id] = waiting->payload;
    } else if (const auto* control = std::get_if<client::PendingControlRecord>(&change)) {
      payloads_[control->entry_id] = control->payload;
    } else if (const auto* line = std::get_if<client::MessageRecord>(&change)) {
      lines_.insert(line->id);
      if (line->state == client::MessageRecord::State::kReceived) received_.insert(line->id);
    }
  }
}

bool Disk::holds_payload(const client::EntryId& id, const Buffer& payload) const {
  const auto found = payloads_.find(id);
  return found != payloads_.end() && found->second == payload;
}

}  // namespace magpie::sim
