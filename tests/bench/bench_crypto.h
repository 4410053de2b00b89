// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "crypto/base/result.h"
#include "tests/bench/ratio.h"

namespace magpie::bench {

/// KEMs, HPKE, tokens and streams, against the bare libsodium calls that they cannot do without;
/// the hybrid KEM against DHKEM.
void add_primitives(std::vector<Comparison>& comparisons);
/// MLS: messages, joins, commits, state, in groups of 2 to 512; the hybrid suite against suite 3.
void add_mls(std::vector<Comparison>& comparisons);

/// The time in every benchmark.
constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(1'800'000'000)};

/// A value that must be there; the program ends where it is not.
template <class T>
T sure(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", std::string(result.error().site).c_str());
    std::abort();
  }
  return *std::move(result);
}

}  // namespace magpie::bench
