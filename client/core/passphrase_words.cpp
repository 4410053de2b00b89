// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/passphrase_words.h"

#include <array>

namespace magpie::client {
namespace {

constexpr int kWords = 6;

constexpr auto kList = std::to_array<std::string_view>({
#include "client/core/passphrase_words.inc"
});
static_assert(kList.size() == 6 * 6 * 6 * 6 * 6, "five dice");

// Numbers from which some words would come more often than others are drawn again.
std::size_t draw(Random& random) {
  constexpr std::size_t kEnd = 0x10000 / kList.size() * kList.size();
  for (;;) {
    std::array<std::uint8_t, 2> bytes{};
    random.fill(bytes);
    const std::size_t number = std::size_t{bytes[0]} << 8 | bytes[1];
    if (number < kEnd) return number % kList.size();
  }
}

}  // namespace

std::span<const std::string_view> passphrase_words() { return kList; }

std::string suggest_passphrase(Random& random) {
  std::string passphrase;
  for (int i = 0; i < kWords; ++i) {
    if (i > 0) passphrase += ' ';
    passphrase += kList[draw(random)];
  }
  return passphrase;
}

}  // namespace magpie::client
