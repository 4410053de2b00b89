// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>

#include "crypto/base/bytes.h"

namespace magpie {

/// A number that does not mix with numbers of another meaning.
template <class Tag, class Rep>
class StrongId {
 public:
  constexpr StrongId() = default;
  explicit constexpr StrongId(Rep value) : value_(value) {}
  constexpr Rep value() const { return value_; }
  friend constexpr auto operator<=>(const StrongId&, const StrongId&) = default;

 private:
  Rep value_{};
};

/// `N` public bytes that do not mix with bytes of another meaning. Ordered bytewise.
template <class Tag, std::size_t N>
class FixedBytes {
 public:
  static constexpr std::size_t kSize = N;

  constexpr FixedBytes() = default;
  explicit constexpr FixedBytes(const std::array<std::uint8_t, N>& bytes) : bytes_(bytes) {}

  /// Empty where `bytes` has another size than `N`.
  static std::optional<FixedBytes> from(Bytes bytes) {
    if (bytes.size() != N) return std::nullopt;
    FixedBytes id;
    std::copy(bytes.begin(), bytes.end(), id.bytes_.begin());
    return id;
  }

  constexpr std::span<const std::uint8_t, N> bytes() const { return bytes_; }
  constexpr std::span<std::uint8_t, N> fill() { return bytes_; }
  std::string hex() const { return to_hex(bytes_); }
  friend constexpr auto operator<=>(const FixedBytes&, const FixedBytes&) = default;

 private:
  std::array<std::uint8_t, N> bytes_{};
};

}  // namespace magpie

template <class Tag, class Rep>
struct std::hash<magpie::StrongId<Tag, Rep>> {
  std::size_t operator()(const magpie::StrongId<Tag, Rep>& id) const {
    return std::hash<Rep>{}(id.value());
  }
};

/// For ids that are random or hashed: their first bytes are already well spread.
template <class Tag, std::size_t N>
struct std::hash<magpie::FixedBytes<Tag, N>> {
  std::size_t operator()(const magpie::FixedBytes<Tag, N>& id) const {
    static_assert(N >= sizeof(std::size_t));
    std::size_t value = 0;
    std::memcpy(&value, id.bytes().data(), sizeof value);
    return value;
  }
};
