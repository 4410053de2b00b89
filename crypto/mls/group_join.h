// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/mls/group_state.h"

/// How a group's state comes to be: by creation or by a Welcome. The contracts are those of
/// `Group::create` and `Group::join`.
namespace magpie::mls {

Result<std::unique_ptr<GroupState>> create_group(const Suite& suite, Bytes group_id,
                                                 Identity identity,
                                                 const Capabilities& capabilities,
                                                 std::vector<Extension> extensions, Seconds now,
                                                 std::shared_ptr<const Policy> policy,
                                                 Random& random);

Result<std::unique_ptr<GroupState>> join_group(Bytes welcome, const KeyPackageBundle& bundle,
                                               std::span<const ExternalPsk> psks,
                                               std::optional<Bytes> ratchet_tree,
                                               std::shared_ptr<const Policy> policy);

}  // namespace magpie::mls
