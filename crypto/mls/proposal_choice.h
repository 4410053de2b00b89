// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>

#include "crypto/mls/group_state.h"

namespace magpie::mls {

/// The proposals of an own commit. Those by value live here, those by reference in the state.
struct ProposalChoice {
  std::deque<Proposal> by_value;
  std::vector<ListedProposal> list;
  std::vector<ProposalOrRef> encoded;
  bool covers_own_update = false;  ///< left out, because the path replaces it
};

/// Those that the caller asks for, and of the pending ones all that go with them (RFC 9420 §12.2,
/// §12.4): a removal before an update, the latest update, nothing twice, a ReInit only alone;
/// left out are also those that could not be committed at all (a PSK that is not held, a key
/// package that is over, a member that is there already).
/// Errors: kUnknownPsk, and parse errors of the caller's key packages.
Result<ProposalChoice> choose_proposals(const GroupState& state, const CommitOptions& options,
                                        const LifetimeRule& lifetime, Random& random);

}  // namespace magpie::mls
