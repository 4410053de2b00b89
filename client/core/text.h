// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace magpie::client {

/// Whether `text` is UTF-8 in its shortest form, without surrogates (RFC 3629).
bool is_utf8(std::string_view text);

constexpr std::size_t kNameSizeMax = 200;

/// A name as it may be shown in one line: control characters, line breaks, characters that nobody
/// sees and marks that turn the direction of writing are left out, surrounding spaces too, and it
/// ends at a whole character within kNameSizeMax bytes. Empty where nothing remains or `text` is no
/// UTF-8.
std::string clean_name(std::string_view text);

}  // namespace magpie::client
