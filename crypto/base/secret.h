// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

#include "crypto/base/bytes.h"

namespace magpie {

/// Secret bytes: move-only, zeroed when dropped, in memory that is locked, left out of core dumps
/// and fenced by guard pages (many secrets share one such region, base/secret.cpp, because each
/// region of its own costs several pages and locked memory is scarce).
/// No comparison, no printing, no copying: `expose()` and `clone()` are the words to review.
/// A moved-from Secret is empty. Different objects may be used from different threads.
class Secret {
 public:
  /// Empty.
  Secret() = default;
  /// `size` zero bytes. Aborts where the system has no memory to give.
  explicit Secret(std::size_t size);
  /// Takes a copy of `bytes`; zeroing the source is the caller's part.
  static Secret copy_of(Bytes bytes);

  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  /// A second copy, for a second owner.
  Secret clone() const { return copy_of(expose()); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Bytes expose() const { return {data_, size_}; }
  MutableBytes fill() { return {data_, size_}; }

 private:
  void release() noexcept;

  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Compares in time that depends on the sizes alone.
bool equal_secret(Bytes a, Bytes b);

/// Zeroes bytes that held a secret, such as a parser's buffer; not removed by the optimiser.
void wipe(MutableBytes bytes);

/// Bytes of locked memory now held by secrets of this process, for tests and metrics.
std::size_t secret_bytes_in_use();

}  // namespace magpie
