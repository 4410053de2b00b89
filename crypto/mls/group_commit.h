// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/mls/group_state.h"

namespace magpie::mls {

/// An own commit and the state that it leads to.
struct OwnCommit {
  Buffer commit;
  std::optional<Buffer> welcome;
  std::optional<Buffer> ratchet_tree;
  std::unique_ptr<GroupState> next;
};

/// `Group::commit` (RFC 9420 §12.4.1).
Result<OwnCommit> commit_to_group(GroupState& state, const CommitOptions& options, Seconds now,
                                  Random& random);

}  // namespace magpie::mls
