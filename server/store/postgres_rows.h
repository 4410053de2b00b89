// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <pqxx/connection>
#include <pqxx/transaction_base>
#include <set>

#include "server/store/store.h"

namespace magpie::server::postgres {

/// What batches come to in the end, row by row, so that any number of writes takes a statement for
/// each table and kind.
class Rows {
 public:
  /// Takes the writes of rooms (payments.h has the rest), but for those in `left_out`; in order.
  void add(const WriteBatch& batch, const std::set<RoomId>& left_out);
  /// Writes them. Throws what pqxx throws.
  void write(pqxx::transaction_base& work) const;

 private:
  void add(const PutRoom& write);
  void add(const DropRoom& write);
  void add(const PutSlot& write);
  void add(const PutEntry& write);
  void add(const DropEntry& write);
  void add(const DropId& write);
  void add(const PutDue& write) { due_[write.due] = true; }
  void add(const DropDue& write) { due_[write.due] = false; }

  /// An empty record is a row to be deleted: there is none that is empty.
  template <class Key>
  using Table = std::map<std::pair<RoomId, Key>, std::string>;

  std::set<RoomId> dropped_;
  std::map<RoomId, std::string> rooms_;  ///< empty: as it is
  std::map<RoomId, std::uint64_t> revisions_;
  Table<std::uint64_t> slots_;
  Table<std::uint64_t> entries_;
  Table<EntryId> ids_;
  std::map<Due, bool> due_;
};

/// Prepares the statements that `Rows::write` uses.
void prepare_rows(pqxx::connection& connection);

}  // namespace magpie::server::postgres
