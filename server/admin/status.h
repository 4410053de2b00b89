// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "crypto/base/result.h"
#include "server/room/limits.h"
#include "server/store/store.h"

namespace magpie::server {

/// What an administrator is told of a relay: sums only, nothing of a single room or session.
struct RelayStatus {
  std::string health;  ///< ok, failed (a write failed: nothing is acknowledged), or stopped
  std::string policy = "open";
  std::string address;
  std::uint64_t sessions = 0;
  StoreCounts counts;
  Limits limits;
};

/// One JSON object on one line, without the end of the line.
std::string to_json(const RelayStatus& status);
/// Lines for a person.
std::string to_text(const RelayStatus& status);
/// `key value` lines, for the admin socket.
std::string to_lines(const RelayStatus& status);
/// Reads `to_lines`; unknown keys are skipped. Total. Errors: kMalformed.
Result<RelayStatus> from_lines(std::string_view lines);

}  // namespace magpie::server
