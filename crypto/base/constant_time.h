// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

#ifdef MAGPIE_CONSTANT_TIME_CHECK
#include <valgrind/memcheck.h>
#endif

namespace magpie {

/// Marks bytes that were computed from secrets and are public from here on, such as a public key
/// or the verdict on a tag. Does nothing, except in the build that `./dev ct` checks under
/// valgrind, where secrets count as undefined memory and a branch on them is an error.
inline void declassify([[maybe_unused]] const void* data, [[maybe_unused]] std::size_t size) {
#ifdef MAGPIE_CONSTANT_TIME_CHECK
  VALGRIND_MAKE_MEM_DEFINED(data, size);
#endif
}

template <class T>
T declassified(T value) {
  declassify(&value, sizeof value);
  return value;
}

/// Hides from the optimiser what is known of `value`, so that arithmetic on a secret bit is not
/// turned back into a branch.
template <class T>
T opaque(T value) {
  __asm__("" : "+r"(value));
  return value;
}

}  // namespace magpie
