// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>

#include "client/core/vault/memory_storage.h"
#include "tests/support/seeded_random.h"

namespace magpie::sim {

/// A client's disk: outlives its crashes, makes some at a write (just before it, or just after),
/// and remembers what was ever written, for the invariants.
class Disk final : public client::Storage {
 public:
  explicit Disk(test::SeededRandom& random) : random_(random) {}

  Result<void> apply(const client::Changes& changes) override;
  Result<std::optional<client::ProfileRecord>> profile() override { return memory_.profile(); }
  Result<std::vector<client::PersonRecord>> people() override { return memory_.people(); }
  Result<std::vector<client::IntroductionRecord>> introductions() override {
    return memory_.introductions();
  }
  Result<std::vector<client::StoredRoom>> rooms() override { return memory_.rooms(); }
  Result<std::vector<client::MessageRecord>> messages(const client::RoomId& room,
                                                      std::size_t before,
                                                      std::size_t limit) override {
    return memory_.messages(room, before, limit);
  }
  Result<std::size_t> message_count(const client::RoomId& room) override {
    return memory_.message_count(room);
  }
  Result<std::optional<client::MessageRecord>> message(const client::RoomId& room,
                                                       const client::EntryId& id) override {
    return memory_.message(room, id);
  }

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
  client::MemoryStorage memory_;
  bool crashed_ = false;
  std::map<client::EntryId, Buffer> payloads_;
  std::set<client::EntryId> received_;
  std::set<client::EntryId> lines_;
};

}  // namespace magpie::sim
