// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <functional>
#include <future>

#include "server/store/memory_store.h"

namespace magpie::server::test {

/// A memory store whose writes can be held, counted and made to fail.
class TestedStore final : public Store {
 public:
  /// `shared`: as one that several relays write to.
  explicit TestedStore(bool shared = false) : store_(shared) {}

  Result<std::optional<RoomState>> load_room(const RoomId& room) override {
    return store_.load_room(room);
  }
  Result<std::vector<EntryRecord>> read_entries(const RoomId& room, Sequence after,
                                                Sequence through, std::size_t count_max,
                                                std::size_t bytes_max) override {
    return store_.read_entries(room, after, through, count_max, bytes_max);
  }
  Result<std::vector<EntryHeader>> list_entries(const RoomId& room, Sequence after,
                                                Sequence through, std::size_t count_max) override {
    return store_.list_entries(room, after, through, count_max);
  }
  Result<std::optional<IdRecord>> find_id(const RoomId& room, const EntryId& id) override {
    return store_.find_id(room, id);
  }
  Result<std::vector<std::pair<EntryId, IdRecord>>> list_ids(const RoomId& room,
                                                             const std::optional<EntryId>& after,
                                                             std::size_t count_max) override {
    return store_.list_ids(room, after, count_max);
  }
  Result<std::vector<Due>> list_due(DueKind kind, Day before, const std::optional<Due>& after,
                                    std::size_t count_max) override {
    return store_.list_due(kind, before, after, count_max);
  }
  Result<std::vector<TokenKeyRecord>> list_token_keys() override {
    return store_.list_token_keys();
  }
  Result<std::optional<std::uint32_t>> find_spent(TokenKeyId key, const SpentId& id) override {
    if (before_spent) std::exchange(before_spent, nullptr)();
    return store_.find_spent(key, id);
  }
  Result<std::optional<CodeRecord>> find_code(const CodeId& code) override {
    return store_.find_code(code);
  }
  Result<std::vector<RoomId>> list_rooms(const std::optional<RoomId>& after,
                                         std::size_t count_max) override {
    return store_.list_rooms(after, count_max);
  }
  Result<void> write(std::span<const WriteBatch> batches) override {
    ++writes;
    if (entered) std::exchange(entered, nullptr)->set_value();
    if (gate.valid()) gate.wait();
    if (failing) return fail(Errc::kStorage, "test: EIO");
    return store_.write(batches);
  }
  bool shared() const override { return store_.shared(); }
  Result<Conflicts> commit(std::span<const WriteBatch> batches) override {
    return shared() ? store_.commit(batches) : Store::commit(batches);
  }
  Result<void> purge() override { return {}; }
  Result<StoreCounts> counts() override { return store_.counts(); }

  std::atomic<int> writes{0};
  std::atomic<bool> failing{false};
  std::promise<void>* entered = nullptr;
  std::shared_future<void> gate;
  /// Called before the next look for what is spent.
  std::function<void()> before_spent;

 private:
  MemoryStore store_;
};

}  // namespace magpie::server::test
