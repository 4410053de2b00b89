// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <mutex>
#include <set>

#include "server/store/store.h"

namespace magpie::server {

/// Rooms in ordered maps, for the simulator and tests only: it outlives a hub's crash, not the
/// process. Every write that returned counts as durable.
class MemoryStore final : public Store {
 public:
  /// `shared`: as one that several relays write to, each through hubs of its own.
  explicit MemoryStore(bool shared = false) : shared_(shared) {}

  Result<std::optional<RoomState>> load_room(const RoomId& room) override;
  Result<std::vector<EntryRecord>> read_entries(const RoomId& room, Sequence after,
                                                Sequence through, std::size_t count_max,
                                                std::size_t bytes_max) override;
  Result<std::vector<EntryHeader>> list_entries(const RoomId& room, Sequence after,
                                                Sequence through, std::size_t count_max) override;
  Result<std::optional<IdRecord>> find_id(const RoomId& room, const EntryId& id) override;
  Result<std::vector<std::pair<EntryId, IdRecord>>> list_ids(const RoomId& room,
                                                             const std::optional<EntryId>& after,
                                                             std::size_t count_max) override;
  Result<std::vector<Due>> list_due(DueKind kind, Day before, const std::optional<Due>& after,
                                    std::size_t count_max) override;
  Result<std::vector<TokenKeyRecord>> list_token_keys() override;
  Result<std::optional<std::uint32_t>> find_spent(TokenKeyId key, const SpentId& id) override;
  Result<std::optional<CodeRecord>> find_code(const CodeId& code) override;
  Result<std::vector<RoomId>> list_rooms(const std::optional<RoomId>& after,
                                         std::size_t count_max) override;
  Result<void> write(std::span<const WriteBatch> batches) override;
  bool shared() const override { return shared_; }
  Result<Conflicts> commit(std::span<const WriteBatch> batches) override;
  Result<void> purge() override { return {}; }
  Result<StoreCounts> counts() override;

 private:
  struct Room {
    RoomState state;
    std::map<Sequence, EntryRecord> entries;
    std::map<EntryId, IdRecord> ids;
  };
  void apply(const PutRoom& write);
  void apply(const DropRoom& write);
  void apply(const PutSlot& write);
  void apply(const PutEntry& write);
  void apply(const DropEntry& write);
  void apply(const DropId& write);
  void apply(const PutDue& write);
  void apply(const DropDue& write);
  void apply(const PutTokenKey& write);
  void apply(const DropTokenKey& write);
  void apply(const PutSpent& write);
  void apply(const PutCode& write);
  void apply(const UseCode& write);
  void apply(const Write& write);
  /// Rooms that are paid with what is spent already.
  void add_paid_twice(const WriteBatch& batch, std::set<RoomId>& conflicts) const;
  const Room* find(const RoomId& room) const;

  const bool shared_;
  std::mutex mutex_;
  std::map<RoomId, Room> rooms_;
  std::set<Due> due_;
  std::map<TokenKeyId, TokenKeyRecord> token_keys_;
  std::map<std::pair<TokenKeyId, SpentId>, std::uint32_t> spent_;
  std::map<CodeId, CodeRecord> codes_;
};

}  // namespace magpie::server
