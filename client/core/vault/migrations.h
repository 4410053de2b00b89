// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>

#include "client/core/vault/database.h"

namespace magpie::client {

/// A step from one version of the tables to the next.
struct Migration {
  int version;  ///< after it
  const char* sql;
};

/// All there are, from an empty database: 1, 2, 3 … New ones go to the end; none is ever changed.
std::span<const Migration> migrations();

/// Brings the tables to the last version, in one transaction. Errors: kUnsupported where the
/// database is of a later program; those of Database. After an error it is as it was.
Result<void> migrate(Database& database, std::span<const Migration> steps = migrations());

}  // namespace magpie::client
