// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>
#include <set>
#include <span>
#include <string>

#include "server/store/postgres_link.h"
#include "server/store/store.h"

namespace magpie::server::postgres {

/// Tables that were written to since they were last cleared; at first all, for what an earlier
/// process left is not known. Thread-safe.
class Written {
 public:
  Written();
  void add(std::span<const WriteBatch> batches);
  void add(const std::set<std::string>& tables);
  std::set<std::string> take();

 private:
  std::mutex mutex_;
  std::set<std::string> tables_;
};

/// Makes what was deleted vanish from the server's files, and with it the order in which rows were
/// written: puts those tables down anew (VACUUM only marks the place as free, and each row keeps
/// the number of its transaction) and ends the log files. A table in use for longer than a second,
/// and everything while another process does the same, is left for the next time.
Result<void> purge(PostgresLink& link, Written& written);

}  // namespace magpie::server::postgres
