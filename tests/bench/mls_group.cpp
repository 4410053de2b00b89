// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/mls_group.h"

#include <map>

#include "crypto/mls/group_serialize.h"
#include "tests/bench/bench_crypto.h"

namespace magpie::bench {
namespace {

using namespace mls;

std::shared_ptr<const Policy> permissive() {
  return {std::shared_ptr<const Policy>(), &permissive_policy()};
}

Identity identity(Random& random) { return {Buffer(96, 1), crypto::SignKeyPair::generate(random)}; }

KeyPackageBundle key_package(const Suite& suite, Random& random) {
  return make_key_package(suite, identity(random), {}, kNow, std::chrono::hours(24), random);
}

Group create(const Suite& suite, Random& random) {
  return sure(Group::create(suite, as_bytes("group"), identity(random), {}, {}, kNow, permissive(),
                            random));
}

Group create_fresh(const Suite& suite, std::size_t n, Random& random) {
  Group group = create(suite, random);
  CommitOptions all;
  for (std::size_t i = 1; i < n; ++i) all.add.push_back(key_package(suite, random).key_package);
  if (n > 1) group = std::move(*sure(group.commit(all, kNow, random)).next);
  return group;
}

/// Paths of all leaves, one after the other, and the private keys of all parents after them. To
/// let groups do it would take every member's view of every commit.
std::map<NodeIndex, Secret> settle(const Suite& suite, Bytes group_id, RatchetTree& tree,
                                   std::vector<TreePrivate>& leaves, Random& random) {
  std::map<NodeIndex, Secret> keys;
  for (std::uint32_t i = 0; i < leaves.size(); ++i) {
    const LeafNode& old = *tree.leaf(LeafIndex(i));
    const Buffer identity = to_buffer(old.credential.identity);
    const Buffer capabilities = to_buffer(old.capabilities.encoded);
    const auto key = crypto::SignKeyPair::generate(random);
    leaves[i].own = LeafIndex(i);
    static_cast<void>(draft_update_path(
        suite, tree, leaves[i], {group_id, identity, capabilities, old.extensions, key}, random));
    for (auto& [node, secret] : leaves[i].node_keys) keys.insert_or_assign(node, secret.clone());
  }
  return keys;
}

/// The first member's view of a group of `n` that is settled.
Group create_settled(const Suite& suite, std::size_t n, Random& random) {
  const Group::State stored = create_fresh(suite, n, random).serialize();
  auto state = sure(deserialize_group(stored.epoch.expose(), stored.tree, stored.ratchets.expose(),
                                      permissive()));
  RatchetTree tree = *state->tree;
  std::vector<TreePrivate> leaves(n);
  std::map<NodeIndex, Secret> keys = settle(suite, state->context.group_id, tree, leaves, random);
  // The first once more, with the key that signs for it.
  TreePrivate first{LeafIndex(0), Secret(), {}};
  static_cast<void>(draft_update_path(
      suite, tree, first,
      {state->context.group_id, state->identity.identity, state->own_leaf().capabilities.encoded,
       state->own_leaf().extensions, state->identity.signature_key},
      random));
  GroupContext context = state->context;
  context.tree_hash = to_buffer(tree.hash().bytes());
  Buffer encoded = context.encode();
  auto settled = start_epoch({.suite = &suite,
                              .policy = permissive(),
                              .context = std::move(context),
                              .tree = RatchetTree::finished(std::move(tree)),
                              .keys = std::move(first),
                              .identity = state->identity.clone()},
                             std::move(encoded), random.secret(suite.hash_size()).expose());
  return sure(Group::deserialize(serialize_epoch(*settled).expose(),
                                 settled->tree->changes_from(nullptr),
                                 serialize_ratchets(*settled).expose(), permissive()));
}

}  // namespace

GroupFixture::GroupFixture(const Suite& its_suite, std::size_t n, TreeShape its_shape)
    : suite(its_suite), size(n), shape(its_shape), bundle(key_package(suite, random)) {
  first =
      std::make_unique<Group>(shape == TreeShape::kFresh ? create_fresh(suite, n - 1, random)
                                                         : create_settled(suite, n - 1, random));
  add_last();
  measure();
  // Once read from, a sender's ratchets are open: what is timed is the next message.
  static_cast<void>(sure(last->handle(protect(), kNow)));
  sent_message = protect();
  sent_commit = commit().commit;
}

void GroupFixture::add_last() {
  CommitOptions one;
  one.add = {bundle.key_package};
  PendingCommit pending = sure(first->commit(one, kNow, random));
  *first = std::move(*pending.next);
  welcome = *std::move(pending.welcome);
  last = std::make_unique<Group>(join());
  if (shape == TreeShape::kFresh) return;
  CommitOptions path;
  path.force_path = true;
  PendingCommit own = sure(last->commit(path, kNow, random));
  *first = std::move(*std::get<CommitReceived>(sure(first->handle(own.commit, kNow))).next);
  *last = std::move(*own.next);
}

void GroupFixture::measure() {
  const Group::State stored = first->serialize();
  const auto state = sure(deserialize_group(stored.epoch.expose(), stored.tree,
                                            stored.ratchets.expose(), permissive()));
  const RatchetTree& tree = *state->tree;
  leaf_size = tree.leaf(last->own_index())->encoded.size();
  const auto steps = tree.filtered_direct_path(first->own_index());
  path_nodes = steps.size();
  for (const auto& step : steps) path_seals += tree.resolution(step.copath_child).size();
  constexpr std::size_t kBlank = 68;  // type, presence, two hashes
  parent_size = kBlank;
  if (shape == TreeShape::kSettled) {
    Writer parent;
    tree.parent(root(tree.leaf_count()))->encode(parent);
    parent_size += parent.size();
  }
}

Group GroupFixture::join() const {
  return sure(Group::join(welcome, bundle, {}, std::nullopt, kNow, permissive()));
}

Buffer GroupFixture::protect() { return sure(first->protect(text, {}, nullptr, random)); }

PendingCommit GroupFixture::commit() {
  CommitOptions options;
  options.force_path = true;
  return sure(first->commit(options, kNow, random));
}

}  // namespace magpie::bench
