// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/mls/group_state.h"

namespace magpie::mls {

/// A commit that was received and verified.
struct ReceivedCommit {
  LeafIndex sender;
  Change change;
  bool active = true;
  std::unique_ptr<GroupState> next;  ///< null where this member was removed
};
using Received = std::variant<ApplicationMessage, ProposalReceived, ReceivedCommit>;

/// `Group::handle`: unprotects a message of any kind (RFC 9420 §6) and processes it.
Result<Received> receive_message(GroupState& state, Bytes message, Seconds now);

/// Processes a commit whose signature and protection have been verified (RFC 9420 §12.4.2).
/// The state is not changed.
Result<ReceivedCommit> process_commit(const GroupState& state, const ParsedContent& parsed,
                                      Seconds now);

}  // namespace magpie::mls
