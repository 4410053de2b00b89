// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <pqxx/connection>
#include <string>
#include <vector>

#include "crypto/base/result.h"

/// What this program needs of a PostgreSQL: settings under which an acknowledgement is true, and
/// the tables. Throws what pqxx throws.
namespace magpie::server::postgres {

/// Errors: kUnsupported, its site saying which setting and why.
Result<void> check_settings(pqxx::connection& connection);
/// Brings the tables to this program's version, one process at a time. Errors: kUnsupported where
/// they are of a newer one.
Result<void> migrate(pqxx::connection& connection);
/// Sentences on settings that leave deleted data in the server's files for longer than an hour.
std::vector<std::string> warnings(pqxx::connection& connection);

}  // namespace magpie::server::postgres
