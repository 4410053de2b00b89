// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/proposal_choice.h"

#include <algorithm>
#include <map>
#include <set>

#include "crypto/mls/group_send.h"

namespace magpie::mls {
namespace {

/// Gathers a choice in the order by value, then as they came.
class Chooser {
 public:
  Chooser(const GroupState& state, const LifetimeRule& lifetime)
      : state_(state), lifetime_(lifetime) {}

  Result<void> take_by_value(const CommitOptions& options, Random& random);
  void take_pending();
  ProposalChoice finish() { return std::move(choice_); }

 private:
  void add_value(Proposal proposal);
  void add_reference(const CachedProposal& cached);
  void settle_targets();
  bool wanted(const CachedProposal& cached);
  bool wants_add(const CachedProposal& cached, const Add& add);
  bool is_member_after(Bytes signature_key) const;

  const GroupState& state_;
  const LifetimeRule& lifetime_;
  ProposalChoice choice_;
  std::set<LeafIndex> removed_;
  std::map<LeafIndex, const CachedProposal*> updates_;  // the latest of each member
  std::map<LeafIndex, const CachedProposal*> removes_;  // the first for each member
  std::set<Buffer> added_;                              // signature keys
  const CachedProposal* extensions_ = nullptr;          // the latest
  const std::vector<Extension>* new_extensions_ = nullptr;
};

void Chooser::add_value(Proposal proposal) {
  choice_.by_value.push_back(std::move(proposal));
  const Proposal& held = choice_.by_value.back();
  choice_.list.push_back({&held, state_.keys.own, false});
  choice_.encoded.push_back(held);
}

void Chooser::add_reference(const CachedProposal& cached) {
  choice_.list.push_back({&cached.proposal, cached.sender.leaf(), true});
  choice_.encoded.push_back(cached.ref);
}

Result<void> Chooser::take_by_value(const CommitOptions& options, Random& random) {
  if (options.extensions) {
    if (has_duplicate_types(*options.extensions)) {
      return fail(Errc::kInvalidProposal, "extensions: type twice (§13.4)");
    }
    add_value(GroupContextExtensions{*options.extensions});
    new_extensions_ = &*options.extensions;
  }
  for (const LeafIndex index : options.remove) {
    add_value(Remove{index});
    removed_.insert(index);
  }
  for (const Buffer& message : options.add) {
    MAGPIE_TRY(KeyPackagePtr key_package, KeyPackage::decode_message(message));
    added_.insert(to_buffer(key_package->leaf_node->signature_key));
    add_value(Add{std::move(key_package)});
  }
  for (const Buffer& psk_id : options.psk_ids) {
    MAGPIE_TRY(Proposal proposal, make_psk_proposal(state_, psk_id, random));
    add_value(std::move(proposal));
  }
  return {};
}

/// What a later proposal overrides is known only when all have been seen.
void Chooser::settle_targets() {
  for (const CachedProposalPtr& cached : state_.proposals) {
    if (const auto* remove = std::get_if<Remove>(&cached->proposal)) {
      if (remove->removed == state_.keys.own || removed_.contains(remove->removed)) continue;
      removes_.emplace(remove->removed, cached.get());
    } else if (std::holds_alternative<Update>(cached->proposal)) {
      updates_[cached->sender.leaf()] = cached.get();
    } else if (std::holds_alternative<GroupContextExtensions>(cached->proposal)) {
      extensions_ = cached.get();
    }
  }
  for (const auto& [index, cached] : removes_) removed_.insert(index);
  if (new_extensions_ != nullptr) {
    extensions_ = nullptr;
  } else if (extensions_ != nullptr) {
    new_extensions_ = &std::get<GroupContextExtensions>(extensions_->proposal).extensions;
  }
}

bool Chooser::is_member_after(Bytes signature_key) const {
  for (std::uint32_t i = 0; i < state_.tree->leaf_count(); ++i) {
    const LeafNode* leaf = state_.tree->leaf(LeafIndex(i));
    if (leaf != nullptr && !removed_.contains(LeafIndex(i)) &&
        equal(leaf->signature_key, signature_key)) {
      return true;
    }
  }
  return false;
}

bool Chooser::wants_add(const CachedProposal&, const Add& add) {
  const LeafNode& leaf = *add.key_package->leaf_node;
  const auto requirements = Requirements::of(
      *state_.suite, new_extensions_ != nullptr ? *new_extensions_ : state_.context.extensions);
  return requirements && check_leaf_supports(leaf, *requirements) &&
         check_lifetime(leaf.lifetime, lifetime_) && !is_member_after(leaf.signature_key) &&
         added_.insert(to_buffer(leaf.signature_key)).second;
}

bool Chooser::wanted(const CachedProposal& cached) {
  switch (type_of(cached.proposal)) {
    case ProposalType::kAdd:
      return wants_add(cached, std::get<Add>(cached.proposal));
    case ProposalType::kUpdate: {
      const LeafIndex sender = cached.sender.leaf();
      choice_.covers_own_update |= sender == state_.keys.own;
      return sender != state_.keys.own && !removed_.contains(sender) &&
             updates_.at(sender) == &cached;
    }
    case ProposalType::kRemove: {
      const auto found = removes_.find(std::get<Remove>(cached.proposal).removed);
      return found != removes_.end() && found->second == &cached;
    }
    case ProposalType::kPsk: {
      const PreSharedKeyId& id = std::get<PreSharedKey>(cached.proposal).psk;
      return state_.find_psk(id).has_value() &&
             std::ranges::none_of(choice_.list, [&](const ListedProposal& listed) {
               const auto* other = std::get_if<PreSharedKey>(listed.proposal);
               return other != nullptr && other->psk == id;
             });
    }
    case ProposalType::kGroupContextExtensions:
      return extensions_ == &cached;
    case ProposalType::kReInit:
    case ProposalType::kExternalInit:
      break;
  }
  return false;
}

void Chooser::take_pending() {
  settle_targets();
  for (const CachedProposalPtr& cached : state_.proposals) {
    if (wanted(*cached)) add_reference(*cached);
  }
  if (!choice_.list.empty() || choice_.covers_own_update) return;
  // A ReInit goes alone, and only where there is nothing else to do (RFC 9420 §12.2).
  const auto reinit = std::ranges::find_if(state_.proposals, [](const CachedProposalPtr& cached) {
    return std::holds_alternative<ReInit>(cached->proposal);
  });
  if (reinit != state_.proposals.end()) add_reference(**reinit);
}

}  // namespace

Result<ProposalChoice> choose_proposals(const GroupState& state, const CommitOptions& options,
                                        const LifetimeRule& lifetime, Random& random) {
  Chooser chooser(state, lifetime);
  MAGPIE_TRY_VOID(chooser.take_by_value(options, random));
  chooser.take_pending();
  return chooser.finish();
}

}  // namespace magpie::mls
