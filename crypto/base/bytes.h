// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace magpie {

/// A borrowed view of bytes; valid only as long as what it views.
using Bytes = std::span<const std::uint8_t>;
/// A borrowed view of writable bytes.
using MutableBytes = std::span<std::uint8_t>;
/// Owned bytes that are not secret. Secrets live in `Secret` (base/secret.h).
using Buffer = std::vector<std::uint8_t>;

/// Views the bytes of a text without its terminator.
inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Views bytes as text; nothing is validated.
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Buffer to_buffer(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

/// Compares public bytes; not constant-time. For secrets use `equal_secret`.
bool equal(Bytes a, Bytes b);

/// Lower-case hex, two digits a byte; constant-time in the contents.
std::string to_hex(Bytes bytes);

/// Reads hex of either case; empty where `text` has another character or an odd length.
/// Constant-time in the contents, but for that.
std::optional<Buffer> from_hex(std::string_view text);

/// base64url without padding (RFC 4648 §5); constant-time in the contents.
std::string to_base64url(Bytes bytes);

/// Reads base64url without padding; empty where `text` is not its canonical form. Constant-time
/// in the contents, but for that.
std::optional<Buffer> from_base64url(std::string_view text);

}  // namespace magpie
