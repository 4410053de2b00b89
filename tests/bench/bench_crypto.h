// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/ratio.h"

namespace magpie::bench {

/// KEMs, HPKE, tokens and streams, against the bare libsodium calls that they cannot do without;
/// the hybrid KEM against DHKEM.
void add_primitives(std::vector<Comparison>& comparisons);
/// MLS: messages, joins, commits, state, in groups of 2 to 512; the hybrid suite against suite 3.
void add_mls(std::vector<Comparison>& comparisons);

}  // namespace magpie::bench
