// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace magpie {

/// Prints `what` with its place to stderr and aborts, without a core dump's worth of secrets.
[[noreturn]] void check_failed(const char* what, const char* file, int line);

}  // namespace magpie

/// For our own bugs only, always on. Bytes from outside never reach it: those are a Result.
#define MAGPIE_CHECK(condition) \
  ((condition) ? void() : ::magpie::check_failed(#condition, __FILE__, __LINE__))
