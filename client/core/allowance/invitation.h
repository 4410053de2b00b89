// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>

#include "client/core/ids.h"

namespace magpie::client {

/// Reads an invitation code: twenty hexadecimal digits, with blanks and hyphens anywhere. Total.
std::optional<InvitationCode> parse_invitation(std::string_view text);

}  // namespace magpie::client
