// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/base/bytes.h"

#include <sodium.h>

#include <algorithm>

namespace magpie {

bool equal(Bytes a, Bytes b) { return std::ranges::equal(a, b); }

std::string to_hex(Bytes bytes) {
  std::string text(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back();
  return text;
}

std::optional<Buffer> from_hex(std::string_view text) {
  Buffer bytes(text.size() / 2);
  std::size_t length = 0;
  if (text.size() % 2 != 0 ||
      sodium_hex2bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &length,
                     nullptr) != 0 ||
      length != bytes.size()) {
    return std::nullopt;
  }
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
  Buffer bytes(text.size() * 3 / 4 + 1);
  std::size_t length = 0;
  if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &length,
                        nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0) {
    return std::nullopt;
  }
  bytes.resize(length);
  // A second spelling of the same bytes would give one link two texts.
  if (to_base64url(bytes) != text) return std::nullopt;
  return bytes;
}

}  // namespace magpie
