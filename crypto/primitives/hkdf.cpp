// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/primitives/hkdf.h"

#include <algorithm>

#include "crypto/base/check.h"

namespace magpie::crypto {
namespace {

/// One buffer for `T(i-1) | info | i`; the info is short (labels and contexts).
Secret block_input(Bytes previous, std::initializer_list<Bytes> info, std::uint8_t counter) {
  std::size_t size = previous.size() + 1;
  for (Bytes part : info) size += part.size();
  Secret input(size);
  auto at = std::ranges::copy(previous, input.fill().begin()).out;
  for (Bytes part : info) at = std::ranges::copy(part, at).out;
  *at = counter;
  return input;
}

}  // namespace

Secret hkdf_extract(HashId id, Bytes salt, std::initializer_list<Bytes> input) {
  return hmac(id, salt, input);
}

Secret hkdf_expand(HashId id, Bytes prk, std::initializer_list<Bytes> info, std::size_t size) {
  const std::size_t block = hash_size(id);
  MAGPIE_CHECK(size <= 255 * block);
  Secret out(size);
  Secret previous;
  std::uint8_t counter = 1;
  for (std::size_t done = 0; done < size; done += block, ++counter) {
    const Secret input = block_input(previous.expose(), info, counter);
    previous = hmac(id, prk, {input.expose()});
    const std::size_t take = std::min(block, size - done);
    std::ranges::copy(previous.expose().first(take), out.fill().subspan(done).begin());
  }
  return out;
}

}  // namespace magpie::crypto
