// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/result.h"
#include "server/room/limits.h"
#include "server/store/store.h"

namespace magpie::server {

/// What a relay has done since it started.
struct Activity {
  std::uint64_t frames_received = 0;
  std::uint64_t entries_accepted = 0;
  std::uint64_t entries_sent = 0;
  std::uint64_t refused_stale = 0;  ///< somebody else's control entry came first; it happens
  std::uint64_t refused_limit = 0;
  std::uint64_t refused_other = 0;
};

/// What an administrator is told of a relay: sums only, nothing of a single room or session.
struct RelayStatus {
  std::string health;  ///< ok, waiting (for PostgreSQL), failed (a write failed), or stopped
  std::string policy = "invited";  ///< or open
  std::string address;
  std::uint64_t sessions = 0;
  StoreCounts counts;
  std::uint64_t disk_free_bytes = 0;
  Activity activity;
  Limits limits;
};

/// One JSON object on one line, without the end of the line; also what the admin socket says.
std::string to_json(const RelayStatus& status);
/// Lines for a person.
std::string to_text(const RelayStatus& status);
/// A number of a status by its name, in the same order as in the other forms.
struct Figure {
  std::string_view name;
  std::uint64_t value;
  bool counter;  ///< rises from 0 at each start; the others go up and down
};
std::vector<Figure> figures_of(const RelayStatus& status);

/// Reads `to_json`. Numbers that are missing are 0, members that are not known are passed over: the
/// relay that runs may be another version. Total. Errors: kMalformed.
Result<RelayStatus> from_json(std::string_view json);

}  // namespace magpie::server
