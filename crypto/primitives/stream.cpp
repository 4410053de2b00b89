// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/primitives/stream.h"

#include <sodium.h>

#include <algorithm>
#include <bit>

#include "crypto/base/check.h"
#include "crypto/base/constant_time.h"
#include "crypto/codec/reader.h"

namespace magpie::crypto {
namespace {

using State = crypto_secretstream_xchacha20poly1305_state;
static_assert(kStreamKeySize == crypto_secretstream_xchacha20poly1305_KEYBYTES);
static_assert(kStreamHeaderSize == crypto_secretstream_xchacha20poly1305_HEADERBYTES);
static_assert(kStreamPartOverhead == crypto_secretstream_xchacha20poly1305_ABYTES);

constexpr std::uint64_t kLengthSize = 8;
constexpr std::uint64_t kPaddedMin = 16 * 1024;
/// Associated data of every part, so that no other use of secretstream is mistaken for this one.
constexpr std::string_view kPurpose = "Magpie stream 1";

State& state_in(Secret& memory) { return *reinterpret_cast<State*>(memory.fill().data()); }

/// secretstream derives a state from key and header; sealing may begin there just as opening.
Secret make_state(Bytes key, Bytes header) {
  Secret memory(sizeof(State));
  auto* state = new (memory.fill().data()) State{};
  MAGPIE_CHECK(crypto_secretstream_xchacha20poly1305_init_pull(state, header.data(), key.data()) ==
               0);
  return memory;
}

std::size_t part_size(std::uint64_t padded, std::uint64_t done) {
  return static_cast<std::size_t>(std::min<std::uint64_t>(kStreamPartSize, padded - done));
}

}  // namespace

std::uint64_t stream_padded_size(std::uint64_t size) {
  MAGPIE_CHECK(size <= kStreamSizeMax);
  const std::uint64_t needed = std::max(size + kLengthSize, kPaddedMin);
  const std::uint64_t step = std::bit_floor(needed) / 8;
  return (needed + step - 1) / step * step;
}

std::uint64_t stream_sealed_size(std::uint64_t size) {
  const std::uint64_t padded = stream_padded_size(size);
  const std::uint64_t parts = (padded + kStreamPartSize - 1) / kStreamPartSize;
  return kStreamHeaderSize + padded + parts * kStreamPartOverhead;
}

StreamSealer::StreamSealer(Bytes key, std::uint64_t size, Random& random)
    : size_(size), padded_(stream_padded_size(size)) {
  MAGPIE_CHECK(key.size() == kStreamKeySize);
  random.fill(header_);
  state_ = make_state(key, header_);
}

std::size_t StreamSealer::wanted() const {
  const std::uint64_t end = std::min(sealed_ + part_size(padded_, sealed_), kLengthSize + size_);
  const std::uint64_t begin = std::max(sealed_, kLengthSize);
  return end > begin ? static_cast<std::size_t>(end - begin) : 0;
}

Buffer StreamSealer::seal(Bytes contents) {
  MAGPIE_CHECK(!done() && contents.size() == wanted());
  const std::size_t plain_size = part_size(padded_, sealed_);
  Buffer plain(plain_size);
  auto at = plain.begin();
  if (sealed_ == 0) {
    for (std::size_t i = 0; i < kLengthSize; ++i) {
      *at++ = static_cast<std::uint8_t>(size_ >> (56 - 8 * i));
    }
  }
  std::ranges::copy(contents, at);
  sealed_ += plain_size;
  const std::uint8_t tag = done() ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                                  : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
  Buffer part(plain_size + kStreamPartOverhead);
  MAGPIE_CHECK(crypto_secretstream_xchacha20poly1305_push(
                   &state_in(state_), part.data(), nullptr, plain.data(), plain.size(),
                   as_bytes(kPurpose).data(), kPurpose.size(), tag) == 0);
  return part;
}

Result<StreamOpener> StreamOpener::start(Bytes key, Bytes header) {
  if (key.size() != kStreamKeySize) return fail(Errc::kBadLength, "stream: key");
  if (header.size() != kStreamHeaderSize) return fail(Errc::kBadLength, "stream: header");
  return StreamOpener(make_state(key, header));
}

std::size_t StreamOpener::wanted() const {
  if (done()) return 0;
  return kStreamPartOverhead + (padded_ == 0 ? kStreamPartSize : part_size(padded_, opened_));
}

Result<Buffer> StreamOpener::open(Bytes part) {
  auto contents = open_checked(part);
  if (!contents) state_ = Secret();
  return contents;
}

Result<Buffer> StreamOpener::open_checked(Bytes part) {
  if (state_.empty()) return fail(Errc::kDecryptFailed, "stream: failed before");
  if (done()) return fail(Errc::kTrailingBytes, "stream: after the final part");
  if (part.size() <= kStreamPartOverhead || part.size() > wanted()) {
    return fail(Errc::kDecryptFailed, "stream: size of a part");
  }
  Buffer plain(part.size() - kStreamPartOverhead);
  std::uint8_t tag = 0;
  const int failed = crypto_secretstream_xchacha20poly1305_pull(
      &state_in(state_), plain.data(), nullptr, &tag, part.data(), part.size(),
      as_bytes(kPurpose).data(), kPurpose.size());
  if (declassified(failed) != 0) return fail(Errc::kDecryptFailed, "stream: part");
  if (tag != crypto_secretstream_xchacha20poly1305_TAG_MESSAGE &&
      tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL) {
    return fail(Errc::kMalformed, "stream: tag");
  }
  return contents_of(plain, tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL);
}

Result<Buffer> StreamOpener::contents_of(Bytes plain, bool is_final) {
  Reader reader(plain);
  if (padded_ == 0) {
    const auto size = reader.u64();
    if (!size) return fail(Errc::kMalformed, "stream: length");
    if (*size > kStreamSizeMax) return fail(Errc::kTooLarge, "stream: length");
    size_ = *size;
    padded_ = stream_padded_size(size_);
  }
  if (plain.size() != part_size(padded_, opened_) ||
      is_final != (opened_ + plain.size() == padded_)) {
    return fail(Errc::kMalformed, "stream: part");
  }
  const Bytes body = reader.rest();
  const std::uint64_t given = opened_ < kLengthSize ? 0 : opened_ - kLengthSize;
  const auto take = static_cast<std::size_t>(
      std::min<std::uint64_t>(body.size(), size_ > given ? size_ - given : 0));
  if (!std::ranges::all_of(body.subspan(take), [](std::uint8_t octet) { return octet == 0; })) {
    return fail(Errc::kMalformed, "stream: padding");
  }
  opened_ += plain.size();
  return to_buffer(body.first(take));
}

Result<void> StreamOpener::finish() const {
  if (!done() || state_.empty()) return fail(Errc::kTruncated, "stream: end");
  return {};
}

}  // namespace magpie::crypto
