// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/base/bytes.h"
#include "crypto/base/result.h"

namespace magpie {

/// Reads the TLS presentation language (RFC 8446 §3) with the variable-size vectors of RFC 9420
/// §2.1.2. Views into the input are handed out, so the input must outlive them. Total: any bytes
/// give a value or an error. After an error the position is unspecified; drop the reader.
/// Errors: kTruncated where the input ends early, kMalformed for a length that is not in its
/// shortest form, kTrailingBytes from `finish`.
class Reader {
 public:
  explicit Reader(Bytes input) : rest_(input) {}

  Result<std::uint8_t> u8();
  Result<std::uint16_t> u16();
  Result<std::uint32_t> u32();
  Result<std::uint64_t> u64();
  /// Exactly `size` bytes.
  Result<Bytes> fixed(std::size_t size);
  /// A vector `<V>`: its contents without the length (RFC 9420 §2.1.2).
  Result<Bytes> vector();
  /// The length header of a `<V>` alone.
  Result<std::uint32_t> vector_length();
  /// A presence octet of `optional<T>`: 0 or 1, anything else is kMalformed.
  Result<bool> presence();
  /// Nothing must be left.
  Result<void> finish() const;

  bool at_end() const { return rest_.empty(); }
  Bytes rest() const { return rest_; }
  /// The bytes consumed since `before`, an earlier copy of this reader.
  Bytes since(const Reader& before) const {
    return before.rest_.first(before.rest_.size() - rest_.size());
  }

 private:
  template <class T>
  Result<T> integer();

  Bytes rest_;
};

}  // namespace magpie
