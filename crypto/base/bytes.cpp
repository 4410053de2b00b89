// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/base/bytes.h"

#include <sodium.h>

#include <algorithm>

#include "crypto/base/constant_time.h"

namespace magpie {
namespace {

// Seeds and keys travel as text, so reading it looks nothing up and branches on no character; only
// whether the whole text is well formed becomes known.

/// All ones where low <= value <= high, otherwise zero.
constexpr int in_range(int value, int low, int high) {
  return ~((value - low) | (high - value)) >> 31;
}

/// The digit's value, or a negative number.
constexpr int hex_value(char character) {
  const int c = static_cast<unsigned char>(character);
  const int letter = c | 0x20;
  const int is_digit = in_range(c, '0', '9');
  const int is_letter = in_range(letter, 'a', 'f');
  return (is_digit & (c - '0')) | (is_letter & (letter - 'a' + 10)) | ~(is_digit | is_letter);
}

constexpr int base64url_value(char character) {
  const int c = static_cast<unsigned char>(character);
  const int is_upper = in_range(c, 'A', 'Z');
  const int is_lower = in_range(c, 'a', 'z');
  const int is_digit = in_range(c, '0', '9');
  const int is_minus = in_range(c, '-', '-');
  const int is_line = in_range(c, '_', '_');
  return (is_upper & (c - 'A')) | (is_lower & (c - 'a' + 26)) | (is_digit & (c - '0' + 52)) |
         (is_minus & 62) | (is_line & 63) | ~(is_upper | is_lower | is_digit | is_minus | is_line);
}

}  // namespace

bool equal(Bytes a, Bytes b) { return std::ranges::equal(a, b); }

std::string to_hex(Bytes bytes) {
  std::string text(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back();
  return text;
}

std::optional<Buffer> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Buffer bytes(text.size() / 2);
  int bad = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int value = hex_value(text[2 * i]) << 4 | hex_value(text[2 * i + 1]);
    bad |= value;
    bytes[i] = static_cast<std::uint8_t>(value & 0xff);
  }
  if (declassified(bad < 0)) return std::nullopt;
  return bytes;
}

std::string to_base64url(Bytes bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), kVariant);
  text.pop_back();
  return text;
}

std::optional<Buffer> from_base64url(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  Buffer bytes(text.size() * 3 / 4);
  int bad = 0;
  unsigned bits = 0;  // those not yet written, at the lower end
  unsigned count = 0;
  auto out = bytes.begin();
  for (const char character : text) {
    const int value = base64url_value(character);
    bad |= value;
    bits = (bits << 6 | static_cast<unsigned>(value & 0x3f)) & 0xfff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    *out++ = static_cast<std::uint8_t>(bits >> count & 0xff);
  }
  // Bits left over must be zero: a second spelling of the same bytes would give one link two texts.
  const unsigned left_over = bits & ((1U << count) - 1);
  if (declassified(bad < 0) || declassified(left_over != 0)) return std::nullopt;
  return bytes;
}

}  // namespace magpie
