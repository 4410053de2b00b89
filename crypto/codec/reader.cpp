// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/codec/reader.h"

namespace magpie {

template <class T>
Result<T> Reader::integer() {
  if (rest_.size() < sizeof(T)) return fail(Errc::kTruncated, "reader: integer");
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value = value << 8 | rest_[i];
  rest_ = rest_.subspan(sizeof(T));
  return static_cast<T>(value);
}

Result<std::uint8_t> Reader::u8() { return integer<std::uint8_t>(); }
Result<std::uint16_t> Reader::u16() { return integer<std::uint16_t>(); }
Result<std::uint32_t> Reader::u32() { return integer<std::uint32_t>(); }
Result<std::uint64_t> Reader::u64() { return integer<std::uint64_t>(); }

Result<Bytes> Reader::fixed(std::size_t size) {
  if (rest_.size() < size) return fail(Errc::kTruncated, "reader: fixed");
  const Bytes bytes = rest_.first(size);
  rest_ = rest_.subspan(size);
  return bytes;
}

Result<std::uint32_t> Reader::vector_length() {
  if (rest_.empty()) return fail(Errc::kTruncated, "reader: vector length");
  switch (rest_[0] >> 6) {
    case 0:
      return u8();
    case 1: {
      MAGPIE_TRY(const std::uint16_t value, u16());
      const auto length = static_cast<std::uint32_t>(value & 0x3fff);
      if (length < 0x40) return fail(Errc::kMalformed, "reader: vector length not minimal");
      return length;
    }
    case 2: {
      MAGPIE_TRY(const std::uint32_t value, u32());
      const std::uint32_t length = value & 0x3fffffff;
      if (length < 0x4000) return fail(Errc::kMalformed, "reader: vector length not minimal");
      return length;
    }
    default:
      return fail(Errc::kMalformed, "reader: vector length prefix");
  }
}

Result<Bytes> Reader::vector() {
  MAGPIE_TRY(const std::uint32_t length, vector_length());
  return fixed(length);
}

Result<bool> Reader::presence() {
  MAGPIE_TRY(const std::uint8_t octet, u8());
  if (octet > 1) return fail(Errc::kMalformed, "reader: presence octet");
  return octet == 1;
}

Result<void> Reader::finish() const {
  if (!rest_.empty()) return fail(Errc::kTrailingBytes, "reader: trailing bytes");
  return {};
}

}  // namespace magpie
