// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "client/cli/session.h"

namespace magpie::cli {

/// The room whose id begins with `prefix` (hex). Errors: kNotFound, kAmbiguous.
Result<client::RoomInfo> find_room(Session& session, std::string_view prefix);

/// Another member of the room: by name, or by a fingerprint's beginning (hex). An empty `text`
/// names the only other one. Errors: kNotFound, kAmbiguous.
Result<client::MemberInfo> find_person(const client::RoomInfo& room, std::string_view text);

}  // namespace magpie::cli
