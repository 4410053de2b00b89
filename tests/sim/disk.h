// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>

#include "client/core/vault/memory_storage.h"
#include "tests/support/seeded_random.h"

namespace magpie::sim {

/// A client's disk: outlives its crashes, makes some at a write (just before it, or just after),
/// and remembers what was ever written, for the invariants.
class Disk final : public client::MemoryStorage {
 public:
  explicit Disk(test::SeededRandom& random) : random_(random) {}

  Result<void> apply(const client::Changes& changes) override;

  /// Whether the device has failed since the last `restart`.
  bool crashed() const { return crashed_; }
  void crash() { crashed_ = true; }
  void restart() { crashed_ = false; }

  /// Whether these bytes were stored as an entry that waits, before they were ever sent.
  bool holds_payload(const client::EntryId& id, const Buffer& payload) const;
  bool received(const client::EntryId& id) const { return received_.contains(id); }
  bool has_line(const client::EntryId& id) const { return lines_.contains(id); }

  std::uint64_t crash_per_mille = 0;

 private:
  void remember(const client::Changes& changes);

  test::SeededRandom& random_;
  bool crashed_ = false;
  std::map<client::EntryId, Buffer> payloads_;
  std::set<client::EntryId> received_;
  std::set<client::EntryId> lines_;
};

}  // namespace magpie::sim
