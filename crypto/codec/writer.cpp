// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/codec/writer.h"

#include <algorithm>

#include "crypto/base/check.h"

namespace magpie {

void Writer::append(Bytes bytes) {
  const std::size_t needed = bytes_.size() + bytes.size();
  if (needed > bytes_.capacity()) {
    Buffer grown;
    grown.reserve(std::max(needed, 2 * bytes_.capacity()));
    grown.insert(grown.end(), bytes_.begin(), bytes_.end());
    wipe(bytes_);
    bytes_.swap(grown);
  }
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

void Writer::integer(std::uint64_t value, std::size_t size) {
  std::uint8_t octets[8];
  for (std::size_t i = 0; i < size; ++i) {
    octets[i] = static_cast<std::uint8_t>(value >> (8 * (size - 1 - i)));
  }
  append({octets, size});
}

Writer& Writer::u8(std::uint8_t value) { return integer(value, 1), *this; }
Writer& Writer::u16(std::uint16_t value) { return integer(value, 2), *this; }
Writer& Writer::u32(std::uint32_t value) { return integer(value, 4), *this; }
Writer& Writer::u64(std::uint64_t value) { return integer(value, 8), *this; }

Writer& Writer::fixed(Bytes bytes) {
  append(bytes);
  return *this;
}

Writer& Writer::zeros(std::size_t count) {
  append(Buffer(count));
  return *this;
}

Writer& Writer::vector_length(std::size_t length) {
  MAGPIE_CHECK(length < (1U << 30));
  if (length < 0x40) return u8(static_cast<std::uint8_t>(length));
  if (length < 0x4000) return u16(static_cast<std::uint16_t>(0x4000 | length));
  return u32(static_cast<std::uint32_t>(0x80000000 | length));
}

Writer& Writer::vector(Bytes bytes) { return vector_length(bytes.size()).fixed(bytes); }

Secret Writer::take_secret() {
  Secret secret = Secret::copy_of(bytes_);
  wipe(bytes_);
  bytes_.clear();
  return secret;
}

}  // namespace magpie
