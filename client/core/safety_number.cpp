// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/safety_number.h"

#include <algorithm>

namespace magpie::client {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kSafetyLabel = "Magpie safety number 1\0"sv;
constexpr int kRounds = 5200;
constexpr std::size_t kGroupsEach = 6;
constexpr std::size_t kGroupBytes = 5;  // 2^40 mod 10^5: the bias is below 10^-7

std::string half(const RootKey& root) {
  auto digest = crypto::hash(crypto::HashId::kSha512, {as_bytes(kSafetyLabel), root.bytes()});
  for (int round = 1; round < kRounds; ++round) {
    digest = crypto::hash(crypto::HashId::kSha512, {digest.bytes(), root.bytes()});
  }
  std::string digits;
  for (std::size_t group = 0; group < kGroupsEach; ++group) {
    std::uint64_t number = 0;
    for (const std::uint8_t byte : digest.bytes().subspan(group * kGroupBytes, kGroupBytes)) {
      number = number << 8 | byte;
    }
    const std::string text = std::to_string(number % 100'000);
    digits += (group == 0 ? "" : " ") + std::string(5 - text.size(), '0') + text;
  }
  return digits;
}

}  // namespace

std::string safety_number(const RootKey& one, const RootKey& other) {
  const auto [first, second] = std::minmax({half(one), half(other)});
  return first + ' ' + second;
}

}  // namespace magpie::client
