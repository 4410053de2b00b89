// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/allowance/invitation.h"

namespace magpie::client {

std::optional<InvitationCode> parse_invitation(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c != '-' && c != ' ' && c != '\t' && c != '\r' && c != '\n') digits += c;
  }
  if (digits.size() != 2 * InvitationCode::kSize) return std::nullopt;
  const auto bytes = from_hex(digits);
  return bytes ? InvitationCode::from(*bytes) : std::nullopt;
}

}  // namespace magpie::client
