// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "crypto/base/result.h"

namespace magpie::cli {

/// Writes `text` as a QR code into a PNG file, replacing what is there. Errors: kStorage.
Result<void> write_qr_picture(const std::string& text, const std::filesystem::path& file);

}  // namespace magpie::cli
