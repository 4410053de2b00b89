// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/validation.h"

namespace magpie::mls {
namespace {

/// What RFC 9420 §12.1 says of each type.
struct ProposalCheck {
  const EpochView& epoch;
  LeafIndex sender;
  const LifetimeRule& lifetime;

  Result<void> operator()(const Add& add) const {
    return check_key_package(epoch.suite, *add.key_package, lifetime, epoch.policy);
  }

  Result<void> operator()(const Update& update) const {
    const LeafNode* old = epoch.tree.leaf(sender);
    if (old == nullptr) return fail(Errc::kInvalidProposal, "update: no member's (§12.1.2)");
    return check_replacing_leaf(epoch.suite, *update.leaf_node, old, LeafNodeSource::kUpdate,
                                {epoch.context.group_id, sender}, epoch.policy);
  }

  Result<void> operator()(const Remove& remove) const {
    if (epoch.tree.leaf(remove.removed) == nullptr) {
      return fail(Errc::kInvalidProposal, "remove: no member there (§12.1.3)");
    }
    return {};
  }

  Result<void> operator()(const PreSharedKey& psk) const {
    if (psk.psk.nonce.size() != epoch.suite.hash_size()) {
      return fail(Errc::kInvalidProposal, "psk: nonce (§12.1.4)");
    }
    const auto* resumption = std::get_if<PreSharedKeyId::Resumption>(&psk.psk.kind);
    if (resumption != nullptr && resumption->usage != ResumptionUsage::kApplication) {
      return fail(Errc::kInvalidProposal, "psk: usage (§12.1.4)");
    }
    return {};
  }

  Result<void> operator()(const ReInit& reinit) const {
    if (reinit.version < kVersion) return fail(Errc::kInvalidProposal, "reinit: version (§12.1.5)");
    return {};
  }

  Result<void> operator()(const ExternalInit&) const {
    return fail(Errc::kInvalidProposal, "external init: not of an external commit (§12.1.6)");
  }

  Result<void> operator()(const GroupContextExtensions& change) const {
    MAGPIE_TRY_VOID(Requirements::of(epoch.suite, change.extensions));
    return {};
  }
};

}  // namespace

Result<void> check_proposal(const EpochView& epoch, const Proposal& proposal, LeafIndex sender,
                            const LifetimeRule& lifetime) {
  return std::visit(ProposalCheck{epoch, sender, lifetime}, proposal);
}

}  // namespace magpie::mls
