// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>

#include "crypto/base/result.h"
#include "crypto/base/secret.h"

namespace magpie::cli {

/// Reads the passphrase: the first line of `file`; else MAGPIE_PASSPHRASE, which is taken out of
/// the environment; else typed at the terminal without being shown, `fresh` ones twice and of at
/// least ten characters. Errors: kNotFound (file), kUsage.
Result<Secret> read_passphrase(const std::optional<std::filesystem::path>& file, bool fresh);

}  // namespace magpie::cli
