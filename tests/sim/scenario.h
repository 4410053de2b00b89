// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

#include "tests/sim/liar.h"

namespace magpie::sim {

constexpr std::uint64_t kFirstLyingSeed = 1'000'000;

/// An attorney, some relatives and perhaps a stranger with somebody's link, on a bad network with
/// devices and a relay that crash: introduced to each other, writing, and in the end, when nothing
/// fails any more, all of one mind. From kFirstLyingSeed on the relay lies as well: then what was
/// received is kept, nothing goes missing without a word, who wanted to come in is in or was told,
/// and once nobody lies and people decide to go on, they can. The seed decides everything. Answers
/// with what was violated, empty where nothing was. `trace` may be null; the lies are added to
/// `lies`, which may be null too.
std::string run_scenario(std::uint64_t seed, std::ostream* trace, LieCounts* lies = nullptr);

}  // namespace magpie::sim
