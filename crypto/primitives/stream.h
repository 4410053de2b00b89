// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include "crypto/base/random.h"
#include "crypto/base/result.h"

namespace magpie::crypto {

/// Sealed streams, for files: libsodium's secretstream (XChaCha20-Poly1305) over parts of
/// kStreamPartSize bytes, under a key that seals one stream only. What is sealed is the length
/// (8 octets, big-endian), the contents, and zeros up to `stream_padded_size`; only the last part
/// is shorter, and it alone is marked final. So a part left out, repeated, moved, taken from
/// another stream, or missing at the end is noticed, and the size tells the bucket alone.
constexpr std::size_t kStreamKeySize = 32;
constexpr std::size_t kStreamHeaderSize = 24;
constexpr std::size_t kStreamPartSize = 64 * 1024;
constexpr std::size_t kStreamPartOverhead = 17;
constexpr std::uint64_t kStreamSizeMax = std::uint64_t{1} << 40;  ///< bytes of contents

/// The bytes that are sealed for `size` bytes of contents, at most kStreamSizeMax: the least
/// m * 2^k with m in 8…15 that holds them and their length, and at least 16 KiB. So at most an
/// eighth is wasted, and sizes fall into few buckets.
std::uint64_t stream_padded_size(std::uint64_t size);
/// The bytes of the whole sealed stream, its header with it.
std::uint64_t stream_sealed_size(std::uint64_t size);

using StreamHeader = std::array<std::uint8_t, kStreamHeaderSize>;

/// Seals one stream of a size known from the start. Not thread-safe; move-only.
class StreamSealer {
 public:
  /// `key` has kStreamKeySize bytes and was never used before; `size` is at most kStreamSizeMax;
  /// anything else is a bug and aborts.
  StreamSealer(Bytes key, std::uint64_t size, Random& random);

  /// Goes before the first part.
  const StreamHeader& header() const { return header_; }
  /// How many bytes of contents the next part takes; zero where it is padding alone.
  std::size_t wanted() const;
  bool done() const { return sealed_ == padded_; }
  /// The next sealed part from exactly `wanted()` bytes; aborts otherwise, or when done.
  Buffer seal(Bytes contents);

 private:
  Secret state_;
  StreamHeader header_{};
  std::uint64_t size_;
  std::uint64_t padded_;
  std::uint64_t sealed_ = 0;  // bytes that went into parts: length, contents and padding
};

/// Opens the parts of one stream in their order. Nothing that it gives is to be believed whole
/// before `finish` says so. After an error every further call fails. Not thread-safe; move-only.
class StreamOpener {
 public:
  /// Errors: kBadLength for the key or the header.
  static Result<StreamOpener> start(Bytes key, Bytes header);

  /// The contents in the next part, without padding; may be empty. Errors: kDecryptFailed where
  /// the part is not the stream's next, kMalformed where its maker broke the format, kTooLarge for
  /// a length over kStreamSizeMax, kTrailingBytes after the final part.
  Result<Buffer> open(Bytes part);
  /// How many bytes the next sealed part has; the first may be shorter than that.
  std::size_t wanted() const;
  bool done() const { return padded_ != 0 && opened_ == padded_; }
  /// Errors: kTruncated until the final part was opened.
  Result<void> finish() const;
  /// The size of the contents; known once the first part is open, zero before.
  std::uint64_t size() const { return size_; }

 private:
  explicit StreamOpener(Secret state) : state_(std::move(state)) {}
  Result<Buffer> open_checked(Bytes part);
  Result<Buffer> contents_of(Bytes plain, bool is_final);

  Secret state_;  // empty after an error
  std::uint64_t size_ = 0;
  std::uint64_t padded_ = 0;
  std::uint64_t opened_ = 0;
};

}  // namespace magpie::crypto
