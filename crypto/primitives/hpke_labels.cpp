// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/primitives/hpke_labels.h"

#include <array>

#include "crypto/base/check.h"

namespace magpie::crypto {
namespace {

constexpr std::string_view kVersion = "HPKE-v1";

}  // namespace

Secret hpke_labeled_extract(HashId kdf, Bytes suite_id, Bytes salt, std::string_view label,
                            Bytes input) {
  return hkdf_extract(kdf, salt, {as_bytes(kVersion), suite_id, as_bytes(label), input});
}

Secret hpke_labeled_expand(HashId kdf, Bytes suite_id, Bytes prk, std::string_view label,
                           std::initializer_list<Bytes> info, std::size_t size) {
  MAGPIE_CHECK(size <= 0xffff && info.size() <= 3);
  const std::array<std::uint8_t, 2> length = {static_cast<std::uint8_t>(size >> 8),
                                              static_cast<std::uint8_t>(size & 0xff)};
  std::array<Bytes, 3> parts{};
  std::copy(info.begin(), info.end(), parts.begin());
  return hkdf_expand(
      kdf, prk,
      {length, as_bytes(kVersion), suite_id, as_bytes(label), parts[0], parts[1], parts[2]}, size);
}

}  // namespace magpie::crypto
