// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"

namespace magpie::test {

/// A secret to be looked for in this process's memory, held so that it is not itself there: some
/// bytes of it, each under a mask.
class Needle {
 public:
  /// Of a secret of at least 32 bytes. Its bytes 16 to 29 are what is looked for: an allocator
  /// overwrites the first 16 of a freed block, and keys of X25519 are clamped at both ends.
  Needle(std::string name, Bytes secret);

  const std::string& name() const { return name_; }
  bool is_at(const std::uint8_t* bytes) const;
  /// The first two bytes, by which to tell quickly where it is not.
  std::uint16_t head() const;

  static constexpr std::size_t kFrom = 16;
  static constexpr std::size_t kSize = 14;

 private:
  std::string name_;
  std::array<std::uint8_t, kSize> mask_{};
  std::array<std::uint8_t, kSize> masked_{};
};

/// Searches all memory of this process that it may read and write (heap, stacks, globals, locked
/// memory; what is freed but still mapped too). Gives a line for each place where a needle is.
/// Uses little stack itself, so that it does not cover what it looks for.
std::vector<std::string> find_in_memory(const std::vector<Needle>& needles);

}  // namespace magpie::test
