// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <new>
#include <type_traits>

#include "crypto/base/secret.h"

namespace magpie {

/// A struct of plain numbers in the memory of a Secret: working space for code that computes with
/// secrets. Zero at first and when dropped. Up to 4096 bytes it comes from the pool and is cheap.
template <class T>
class SecretOf {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
  static_assert(alignof(T) <= 32, "the smallest cell of the pool is aligned to its size");

 public:
  SecretOf() : memory_(sizeof(T)), value_(new (memory_.fill().data()) T{}) {}

  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return value_; }
  const T* operator->() const { return value_; }

 private:
  Secret memory_;
  T* value_;
};

}  // namespace magpie
