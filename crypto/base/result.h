// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Debian's tl::expected is not [[nodiscard]]; declared so before it is defined, it is.
namespace tl {
template <class T, class E>
class [[nodiscard]] expected;
}  // namespace tl

#include <tl/expected.hpp>
#include <utility>

#include "crypto/base/error.h"

namespace magpie {

/// A value, or what went wrong. Whatever a peer, a disk, a network or a user can cause is one of
/// these; our own bugs are MAGPIE_CHECK.
template <class T>
using Result = tl::expected<T, Error>;

/// `return fail(Errc::kMalformed, "offer: version");`
inline tl::unexpected<Error> fail(Errc code, std::string_view site) {
  return tl::unexpected<Error>(Error{code, site});
}

}  // namespace magpie

#define MAGPIE_TRY_CAT2(a, b) a##b
#define MAGPIE_TRY_CAT(a, b) MAGPIE_TRY_CAT2(a, b)
#define MAGPIE_TRY_IMPL(result, lhs, expr)                             \
  auto result = (expr);                                                \
  if (!result) return tl::unexpected<::magpie::Error>(result.error()); \
  lhs = *std::move(result)

/// Declares or assigns `lhs` from a Result, or returns its error from this function.
#define MAGPIE_TRY(lhs, expr) MAGPIE_TRY_IMPL(MAGPIE_TRY_CAT(try_, __LINE__), lhs, expr)

/// Returns the error of a Result whose value is of no interest here.
#define MAGPIE_TRY_VOID(expr)                                   \
  do {                                                          \
    if (auto try_void = (expr); !try_void) {                    \
      return tl::unexpected<::magpie::Error>(try_void.error()); \
    }                                                           \
  } while (false)
