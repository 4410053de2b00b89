// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/group.h"

#include "crypto/mls/group_commit.h"
#include "crypto/mls/group_join.h"
#include "crypto/mls/group_receive.h"
#include "crypto/mls/group_send.h"
#include "crypto/mls/group_serialize.h"

namespace magpie::mls {

Group::Group(std::unique_ptr<GroupState> state) : state_(std::move(state)) {}
Group::Group(Group&&) noexcept = default;
Group& Group::operator=(Group&&) noexcept = default;
Group::~Group() = default;

Group Group::clone() const { return Group(state_->clone()); }

Result<Group> Group::create(const Suite& suite, Bytes group_id, Identity identity,
                            const Capabilities& capabilities, std::vector<Extension> extensions,
                            Seconds now, std::shared_ptr<const Policy> policy, Random& random) {
  MAGPIE_TRY(auto state, create_group(suite, group_id, std::move(identity), capabilities,
                                      std::move(extensions), now, std::move(policy), random));
  return Group(std::move(state));
}

Result<Group> Group::join(Bytes welcome, const KeyPackageBundle& bundle,
                          std::span<const ExternalPsk> psks, std::optional<Bytes> ratchet_tree,
                          Seconds, std::shared_ptr<const Policy> policy) {
  MAGPIE_TRY(auto state, join_group(welcome, bundle, psks, ratchet_tree, std::move(policy)));
  return Group(std::move(state));
}

const Suite& Group::suite() const { return *state_->suite; }
Bytes Group::group_id() const { return state_->context.group_id; }
Epoch Group::epoch() const { return state_->context.epoch; }
Bytes Group::tree_hash() const { return state_->context.tree_hash; }
Buffer Group::group_context() const { return state_->encoded_context; }
const std::vector<Extension>& Group::extensions() const { return state_->context.extensions; }
std::vector<Member> Group::members() const { return members_of(*state_->tree); }

std::optional<Member> Group::member(LeafIndex index) const {
  if (state_->tree->leaf(index) == nullptr) return std::nullopt;
  return member_at(*state_->tree, index);
}

Bytes Group::epoch_authenticator() const { return state_->secrets.epoch_authenticator.expose(); }

Secret Group::export_secret(std::string_view label, Bytes context, std::size_t size) const {
  return mls_exporter(state_->suite->hash, state_->secrets.exporter_secret.expose(), label, context,
                      size);
}

Buffer Group::ratchet_tree() const { return state_->tree->encode(); }
LeafIndex Group::own_index() const { return state_->keys.own; }
std::size_t Group::proposal_count() const { return state_->proposals.size(); }

Result<Buffer> Group::protect(Bytes plaintext, Bytes authenticated_data,
                              const std::function<std::size_t(std::size_t)>& padded_size,
                              Random& random) {
  return protect_application(*state_, plaintext, authenticated_data, padded_size, random);
}

Result<Buffer> Group::propose_add(Bytes key_package, WireFormat format, Seconds now,
                                  Random& random) {
  return mls::propose_add(*state_, key_package, format, now, random);
}

Result<Buffer> Group::propose_remove(LeafIndex index, WireFormat format, Random& random) {
  return mls::propose_remove(*state_, index, format, random);
}

Result<Buffer> Group::propose_update(WireFormat format, Random& random) {
  return mls::propose_update(*state_, format, random);
}

Result<Buffer> Group::propose_psk(Bytes psk_id, WireFormat format, Random& random) {
  return mls::propose_psk(*state_, psk_id, format, random);
}

Result<Buffer> Group::propose_extensions(const std::vector<Extension>& extensions,
                                         WireFormat format, Random& random) {
  return mls::propose_extensions(*state_, extensions, format, random);
}

void Group::clear_proposals() {
  state_->proposals.clear();
  state_->own_updates.clear();
}

Result<PendingCommit> Group::commit(const CommitOptions& options, Seconds now, Random& random) {
  MAGPIE_TRY(OwnCommit own, commit_to_group(*state_, options, now, random));
  PendingCommit pending;
  pending.commit = std::move(own.commit);
  pending.welcome = std::move(own.welcome);
  pending.ratchet_tree = std::move(own.ratchet_tree);
  pending.next = std::unique_ptr<Group>(new Group(std::move(own.next)));
  return pending;
}

Result<Handled> Group::handle(Bytes mls_message, Seconds now) {
  MAGPIE_TRY(Received received, receive_message(*state_, mls_message, now));
  if (auto* application = std::get_if<ApplicationMessage>(&received)) {
    return std::move(*application);
  }
  if (const auto* proposal = std::get_if<ProposalReceived>(&received)) return *proposal;
  auto& commit = std::get<ReceivedCommit>(received);
  CommitReceived handled{commit.sender, std::move(commit.change), commit.active, nullptr};
  if (commit.active) handled.next.reset(new Group(std::move(commit.next)));
  return handled;
}

void Group::add_psk(ExternalPsk psk) {
  state_->psks.insert_or_assign(std::move(psk.id), std::move(psk.secret));
}

Group::State Group::serialize(const RatchetTree* stored) const {
  return {serialize_epoch(*state_), state_->tree->changes_from(stored),
          mls::serialize_ratchets(*state_)};
}

std::shared_ptr<const RatchetTree> Group::tree() const { return state_->tree; }

Secret Group::serialize_ratchets() const { return mls::serialize_ratchets(*state_); }

Result<Group> Group::deserialize(Bytes epoch, std::span<const StoredNode> tree, Bytes ratchets,
                                 std::shared_ptr<const Policy> policy) {
  MAGPIE_TRY(auto state, deserialize_group(epoch, tree, ratchets, std::move(policy)));
  return Group(std::move(state));
}

}  // namespace magpie::mls
