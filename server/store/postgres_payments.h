// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <pqxx/connection>
#include <pqxx/transaction_base>
#include <set>

#include "server/store/store.h"

namespace magpie::server::postgres {

/// What batches do to token keys, spent tokens and codes, which belong to no room.
class Payments {
 public:
  /// Takes those writes, but for the ones of the rooms in `left_out`; in order.
  void add(const WriteBatch& batch, const std::set<RoomId>& left_out);
  /// Writes them, and gives the rooms that another process's payment stands in the way of. Where
  /// there are any, the transaction must not be committed. Waits for transactions that do the same
  /// at the same time. Throws what pqxx throws.
  std::set<RoomId> write(pqxx::transaction_base& work) const;

 private:
  struct Use {
    std::uint32_t before;  ///< uses that must be left
    CodeRecord left;
    RoomId room;
  };
  struct Spent {
    std::uint32_t granted;
    RoomId room;
  };

  void add(const PutTokenKey& write) { keys_.push_back(write.key); }
  void add(const DropTokenKey& write) { dropped_keys_.insert(write.key); }
  void add(const PutSpent& write);
  void add(const PutCode& write) { codes_[write.code] = write.record; }
  void add(const UseCode& write);
  void write_codes(pqxx::transaction_base& work, const std::map<CodeId, CodeRecord>& codes) const;
  void write_keys(pqxx::transaction_base& work) const;
  std::set<RoomId> use_codes(pqxx::transaction_base& work) const;
  std::set<RoomId> spend(pqxx::transaction_base& work) const;

  std::vector<TokenKeyRecord> keys_;
  std::set<TokenKeyId> dropped_keys_;
  std::map<CodeId, CodeRecord> codes_;
  std::map<CodeId, Use> uses_;
  std::map<std::pair<TokenKeyId, SpentId>, Spent> spent_;
  std::set<RoomId> twice_;  ///< paid with the same as another of these batches
};

/// Prepares the statements that `Payments::write` uses.
void prepare_payments(pqxx::connection& connection);

}  // namespace magpie::server::postgres
