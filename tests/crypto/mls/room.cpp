// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crypto/mls/room.h"

#include "crypto/base/check.h"
#include "crypto/mls/group_join.h"
#include "crypto/mls/group_receive.h"
#include "crypto/mls/group_send.h"
#include "crypto/mls/group_serialize.h"
#include "crypto/mls/validation.h"

namespace magpie::mls::test {
namespace {

const Suite& suite() { return *find_suite(kSuiteX25519); }

std::shared_ptr<const Policy> permissive() {
  return {std::shared_ptr<const Policy>(), &permissive_policy()};
}

}  // namespace

KeyPackageBundle Room::key_package(std::string_view name) {
  return make_key_package(suite(),
                          {to_buffer(as_bytes(name)), crypto::SignKeyPair::generate(random)},
                          {{kExtension}}, kTime, std::chrono::hours(24 * 28), random);
}

Buffer Room::commit(std::size_t committer, const CommitOptions& options) {
  auto own = commit_to_group(*members[committer], options, kTime, random);
  MAGPIE_CHECK(own.has_value());
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (members[i] == nullptr || i == committer) continue;
    auto received = receive_message(*members[i], own->commit, kTime);
    MAGPIE_CHECK(received.has_value());
    members[i] = std::move(std::get<ReceivedCommit>(*received).next);
  }
  members[committer] = std::move(own->next);
  return own->welcome.value_or(Buffer());
}

void Room::add(std::size_t committer, std::string_view name, bool with_path) {
  const KeyPackageBundle bundle = key_package(name);
  CommitOptions options;
  options.add = {bundle.key_package};
  options.force_path = with_path;
  const Buffer welcome = commit(committer, options);
  auto joined = join_group(welcome, bundle, {}, std::nullopt, permissive());
  MAGPIE_CHECK(joined && (*joined)->keys.own.value() == members.size());
  members.push_back(*std::move(joined));
}

void Room::remove(std::size_t committer, std::size_t leaf) {
  CommitOptions options;
  options.remove = {LeafIndex(static_cast<std::uint32_t>(leaf))};
  commit(committer, options);
  MAGPIE_CHECK(members[leaf] == nullptr);
}

void Room::deliver_proposal(std::size_t sender, Bytes message) {
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (members[i] == nullptr || i == sender) continue;
    MAGPIE_CHECK(receive_message(*members[i], message, kTime).has_value());
  }
  pending.push_back(members[sender]->proposals.back()->ref);
}

Room::Room() {
  members.push_back(create_group(suite(), as_bytes("room"),
                                 {to_buffer(as_bytes("0")), crypto::SignKeyPair::generate(random)},
                                 {{kExtension}}, {{kExtension, {1}}}, kTime, permissive(), random)
                        .value());
  add(0, "1", true);
  add(1, "2", true);
  add(2, "3", true);
  add(0, "4", true);
  add(4, "5", true);
  commit(5, {});
  commit(2, {});
  add(2, "6", false);
  remove(0, 3);
  for (auto& member : members) {
    if (member != nullptr) {
      member->psks.emplace(to_buffer(as_bytes(kPsk)), Secret::copy_of(as_bytes("psk secret")));
    }
  }
  const WireFormat format = WireFormat::kPrivate;
  deliver_proposal(0, propose_update(*members[0], format, random).value());
  deliver_proposal(2, propose_extensions(*members[2], {{kExtension, {2}}}, format, random).value());
  deliver_proposal(1, propose_remove(*members[1], LeafIndex(2), format, random).value());
}

std::optional<std::string_view> broken_invariant(const GroupState& state) {
  if (state.context.encode() != state.encoded_context) return "the context as encoded";
  const auto requirements = Requirements::of(*state.suite, state.context.extensions);
  if (!requirements) return requirements.error().site;
  RatchetTree tree = *state.tree;
  if (auto valid = check_tree(tree, state.context, *requirements, permissive_policy()); !valid) {
    return valid.error().site;
  }
  const LeafNode* leaf = tree.leaf(state.keys.own);
  if (leaf == nullptr) return "own leaf";
  const auto fits = [&](const Secret& private_key, Bytes public_key) {
    const auto own = state.suite->hpke.kem->public_key_of(private_key.expose());
    return own && equal(*own, public_key);
  };
  if (!fits(state.keys.leaf_key, leaf->encryption_key)) return "key of the leaf";
  for (const auto& [node, key] : state.keys.node_keys) {
    if (node.value() >= node_count(tree.leaf_count()) || tree.is_blank(node)) return "stale key";
    if (!fits(key, tree.encryption_key(node))) return "key of a node";
  }
  const WholeState whole(state);
  const auto restored =
      deserialize_group(serialize_epoch(state).expose(), state.tree->changes_from(nullptr),
                        serialize_ratchets(state).expose(), permissive());
  if (!restored || !whole.same_as(**restored)) return "restart";
  return std::nullopt;
}

WholeState::WholeState(const GroupState& state)
    : epoch_(serialize_epoch(state)),
      tree_(state.tree->changes_from(nullptr)),
      ratchets_(serialize_ratchets(state)) {}

bool WholeState::same_as(const GroupState& state) const {
  return equal(epoch_.expose(), serialize_epoch(state).expose()) &&
         tree_ == state.tree->changes_from(nullptr) &&
         equal(ratchets_.expose(), serialize_ratchets(state).expose());
}

}  // namespace magpie::mls::test
