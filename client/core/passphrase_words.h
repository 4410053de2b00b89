// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "crypto/base/random.h"

namespace magpie::client {

/// The long list of the Electronic Frontier Foundation: 7,776 English words that are easy to read
/// and to tell apart, in ASCII, which every keyboard can type.
std::span<const std::string_view> passphrase_words();

/// Six of them, each drawn evenly and for itself, with a blank between: 77 bits.
std::string suggest_passphrase(Random& random);

}  // namespace magpie::client
