// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/mls/group_state.h"

/// A group's state as bytes, in the parts of `Group::State`; the tree's are RatchetTree's. The
/// format is this program's own and versioned by its first byte; it is only ever read from a store
/// that authenticates it.
namespace magpie::mls {

Secret serialize_epoch(const GroupState& state);
Secret serialize_ratchets(const GroupState& state);
/// Errors: kDamaged, also where the parts are not of one epoch of one group.
Result<std::unique_ptr<GroupState>> deserialize_group(Bytes epoch, std::span<const StoredNode> tree,
                                                      Bytes ratchets,
                                                      std::shared_ptr<const Policy> policy);

}  // namespace magpie::mls
