// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <utility>

#include "crypto/base/bytes.h"
#include "crypto/base/secret.h"

namespace magpie {

/// Writes what Reader reads. Vectors longer than 2^30 - 1 bytes abort: callers bound their data.
/// The buffer is ordinary memory: for structures that hold secrets call `take_secret`, which
/// moves the bytes into locked memory and wipes the buffer; a writer that is dropped wipes too.
class Writer {
 public:
  Writer() = default;
  /// Reserves, so that a message of known size is written without growing (and no freed copy of
  /// a secret stays behind).
  explicit Writer(std::size_t reserve_bytes) { bytes_.reserve(reserve_bytes); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { wipe(bytes_); }

  Writer& u8(std::uint8_t value);
  Writer& u16(std::uint16_t value);
  Writer& u32(std::uint32_t value);
  Writer& u64(std::uint64_t value);
  /// The bytes as they are, without a length.
  Writer& fixed(Bytes bytes);
  /// `count` zero bytes.
  Writer& zeros(std::size_t count);
  /// A vector `<V>` (RFC 9420 §2.1.2).
  Writer& vector(Bytes bytes);
  /// The length header of a `<V>` alone.
  Writer& vector_length(std::size_t length);
  /// The presence octet of `optional<T>`.
  Writer& presence(bool present) { return u8(present ? 1 : 0); }
  /// A vector `<V>` whose contents `body(writer)` writes.
  template <class Body>
  Writer& vector_of(Body&& body) {
    Writer inner;
    body(inner);
    return vector(inner.view());
  }

  Bytes view() const { return bytes_; }
  std::size_t size() const { return bytes_.size(); }
  Buffer take() { return std::exchange(bytes_, {}); }
  Secret take_secret();

 private:
  /// Grows without leaving a copy of what was written in freed memory.
  void append(Bytes bytes);
  void integer(std::uint64_t value, std::size_t size);

  Buffer bytes_;
};

}  // namespace magpie
