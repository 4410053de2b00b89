// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/group_join.h"

#include <algorithm>

#include "crypto/mls/framing.h"
#include "crypto/mls/welcome.h"

namespace magpie::mls {
namespace {

/// How long a creator's first leaf says that it is good for; its first path replaces it.
constexpr std::chrono::seconds kCreatorLifetime = std::chrono::hours(24 * 28);

Change joining_change(const RatchetTree& tree, LeafIndex committer,
                      const std::vector<Extension>& extensions) {
  Change change;
  change.committer = committer;
  change.after = members_of(tree);
  change.extensions_after = extensions;
  return change;
}

/// The PSKs that a Welcome names, combined. A resumption PSK is of a group that this client does
/// not link to new ones, so it is not held (RFC 9420 §12.4.3.1).
Result<Secret> welcome_psks(const Suite& suite, const GroupSecrets& secrets,
                            std::span<const ExternalPsk> held) {
  std::vector<PskInput> inputs;
  for (const PreSharedKeyId& id : secrets.psks) {
    const auto* external = std::get_if<PreSharedKeyId::External>(&id.kind);
    if (external == nullptr) return fail(Errc::kUnknownPsk, "welcome: resumption PSK");
    const auto found = std::ranges::find(held, external->psk_id, &ExternalPsk::id);
    if (found == held.end()) return fail(Errc::kUnknownPsk, "welcome: PSK not held (§12.4.3.1)");
    if (id.nonce.size() != suite.hash_size()) {
      return fail(Errc::kInvalidWelcome, "welcome: PSK nonce (§8.4)");
    }
    inputs.push_back({&id, found->secret.expose()});
  }
  if (inputs.size() > 0xffff) return fail(Errc::kTooLarge, "welcome: PSKs");
  return psk_secret(suite.hash, inputs);
}

Result<RatchetTree> welcome_tree(const Suite& suite, const GroupInfo& info,
                                 std::optional<Bytes> ratchet_tree) {
  if (const Extension* extension = find_extension(info.extensions, kRatchetTree)) {
    return RatchetTree::decode(suite.hash, extension->data);
  }
  if (!ratchet_tree) return fail(Errc::kInvalidWelcome, "welcome: no ratchet tree");
  return RatchetTree::decode(suite.hash, *ratchet_tree);
}

Result<LeafIndex> find_own_leaf(const RatchetTree& tree, const LeafNode& own) {
  for (std::uint32_t i = 0; i < tree.leaf_count(); ++i) {
    const LeafNode* leaf = tree.leaf(LeafIndex(i));
    if (leaf != nullptr && equal(leaf->encoded, own.encoded)) return LeafIndex(i);
  }
  return fail(Errc::kInvalidWelcome, "welcome: our leaf is not in the tree (§12.4.3.1)");
}

/// The private keys that the Welcome gives: the leaf's own, and those from the path secret up.
Result<TreePrivate> welcome_keys(const Suite& suite, const RatchetTree& tree, LeafIndex own,
                                 LeafIndex signer, const KeyPackageBundle& bundle,
                                 GroupSecrets& secrets) {
  TreePrivate keys{own, bundle.encryption_private_key.clone(), {}};
  if (secrets.path_secret.empty()) return keys;
  if (secrets.path_secret.size() != suite.hash_size()) {
    return fail(Errc::kInvalidWelcome, "welcome: path secret");
  }
  const NodeIndex ancestor = common_ancestor(own, signer);
  if (tree.is_blank(ancestor)) {
    return fail(Errc::kInvalidWelcome, "welcome: path secret of a blank node (§12.4.3.1)");
  }
  if (!derive_path_keys(suite, tree, ancestor, std::move(secrets.path_secret), keys.node_keys)) {
    return fail(Errc::kInvalidWelcome, "welcome: path secret does not fit (§12.4.3.1)");
  }
  return keys;
}

/// Everything about the GroupInfo that the tree and the policy must bear out.
Result<void> check_group_info(const GroupInfo& info, RatchetTree& tree, const Suite& suite,
                              LeafIndex own, const Policy& policy) {
  if (info.group_context.cipher_suite != suite.id) {
    return fail(Errc::kInvalidWelcome, "welcome: suite of the group (§12.4.3.1)");
  }
  const LeafNode* signer = tree.leaf(info.signer);
  if (signer == nullptr || info.signer == own) {
    return fail(Errc::kInvalidWelcome, "welcome: signer (§12.4.3.1)");
  }
  MAGPIE_TRY_VOID(info.verify(signer->signature_key));
  MAGPIE_TRY(const Requirements requirements,
             Requirements::of(suite, info.group_context.extensions));
  MAGPIE_TRY_VOID(check_tree(tree, info.group_context, requirements, policy));
  return policy.check_change(joining_change(tree, info.signer, info.group_context.extensions));
}

Result<std::unique_ptr<GroupState>> join_with_info(const GroupInfo& info, RatchetTree tree,
                                                   GroupSecrets& secrets, Bytes member_secret,
                                                   const LeafNode& own_leaf,
                                                   const KeyPackageBundle& bundle,
                                                   std::shared_ptr<const Policy> policy) {
  const Suite& suite = *bundle.suite;
  MAGPIE_TRY(const LeafIndex own, find_own_leaf(tree, own_leaf));
  MAGPIE_TRY_VOID(check_group_info(info, tree, suite, own, *policy));
  MAGPIE_TRY(TreePrivate keys, welcome_keys(suite, tree, own, info.signer, bundle, secrets));
  const Secret epoch_secret = derive_epoch_secret(suite.hash, member_secret, info.encoded_context);
  auto state = start_epoch({.suite = &suite,
                            .policy = std::move(policy),
                            .context = info.group_context,
                            .tree = RatchetTree::finished(std::move(tree)),
                            .keys = std::move(keys),
                            .identity = bundle.identity.clone()},
                           to_buffer(info.encoded_context), epoch_secret.expose());
  if (!equal_secret(confirmation_tag_of(*state).bytes(), info.confirmation_tag)) {
    return fail(Errc::kBadMac, "welcome: confirmation tag (§12.4.3.1)");
  }
  settle_epoch(*state, info.confirmation_tag);
  return state;
}

}  // namespace

Result<std::unique_ptr<GroupState>> create_group(const Suite& suite, Bytes group_id,
                                                 Identity identity,
                                                 const Capabilities& capabilities,
                                                 std::vector<Extension> extensions, Seconds now,
                                                 std::shared_ptr<const Policy> policy,
                                                 Random& random) {
  if (has_duplicate_types(extensions)) return fail(Errc::kUsage, "create: extension type twice");
  MAGPIE_TRY(const Requirements requirements, Requirements::of(suite, extensions));
  // A group of one is born like a key package of its creator (RFC 9420 §11).
  KeyPackageBundle bundle =
      make_key_package(suite, std::move(identity), capabilities, now, kCreatorLifetime, random);
  MAGPIE_TRY(const KeyPackagePtr key_package, KeyPackage::decode_message(bundle.key_package));
  const LeafNode& leaf = *key_package->leaf_node;
  MAGPIE_TRY_VOID(check_leaf_supports(leaf, requirements));
  MAGPIE_TRY_VOID(policy->check_credential(bundle.identity.identity,
                                           bundle.identity.signature_key.public_key()));
  RatchetTree tree(suite.hash);
  tree.set_leaf(LeafIndex(0), key_package->leaf_node);
  GroupContext context{.cipher_suite = suite.id,
                       .group_id = to_buffer(group_id),
                       .epoch = Epoch(0),
                       .tree_hash = to_buffer(tree.update_hash().bytes()),
                       .confirmed_transcript_hash = {},
                       .extensions = std::move(extensions)};
  MAGPIE_TRY_VOID(policy->check_change(joining_change(tree, LeafIndex(0), context.extensions)));
  Buffer encoded_context = context.encode();
  const Secret epoch_secret = random.secret(suite.hash_size());
  auto state = start_epoch({.suite = &suite,
                            .policy = std::move(policy),
                            .context = std::move(context),
                            .tree = RatchetTree::finished(std::move(tree)),
                            .keys = {LeafIndex(0), std::move(bundle.encryption_private_key), {}},
                            .identity = std::move(bundle.identity)},
                           std::move(encoded_context), epoch_secret.expose());
  settle_epoch(*state, confirmation_tag_of(*state).bytes());
  return state;
}

Result<std::unique_ptr<GroupState>> join_group(Bytes welcome_message,
                                               const KeyPackageBundle& bundle,
                                               std::span<const ExternalPsk> psks,
                                               std::optional<Bytes> ratchet_tree,
                                               std::shared_ptr<const Policy> policy) {
  Reader reader(welcome_message);
  MAGPIE_TRY_VOID(expect_message(reader, MessageFormat::kWelcome));
  MAGPIE_TRY(const Welcome welcome, Welcome::decode(reader));
  MAGPIE_TRY_VOID(reader.finish());
  const Suite& suite = *bundle.suite;
  if (welcome.cipher_suite != suite.id) return fail(Errc::kWrongSuite, "welcome: suite");
  const Welcome::Entry* entry = welcome.find(bundle.reference);
  if (entry == nullptr) return fail(Errc::kNoKeyPackage, "welcome: not for this key package");

  MAGPIE_TRY(const KeyPackagePtr key_package, KeyPackage::decode_message(bundle.key_package));
  MAGPIE_TRY(
      GroupSecrets secrets,
      welcome.open_secrets(suite, *entry, bundle.init_private_key.expose(), key_package->init_key));
  MAGPIE_TRY(const Secret psk_secret, welcome_psks(suite, secrets, psks));
  const Secret member_secret =
      derive_member_secret(suite.hash, secrets.joiner_secret.expose(), psk_secret.expose());
  const Secret welcome_secret = derive_welcome_secret(suite.hash, member_secret.expose());
  MAGPIE_TRY(const Buffer encoded_info, welcome.open_group_info(suite, welcome_secret.expose()));
  Reader info_reader(encoded_info);
  MAGPIE_TRY(const GroupInfo info, GroupInfo::decode(info_reader));
  MAGPIE_TRY_VOID(info_reader.finish());
  MAGPIE_TRY(RatchetTree tree, welcome_tree(suite, info, ratchet_tree));
  MAGPIE_TRY(auto state, join_with_info(info, std::move(tree), secrets, member_secret.expose(),
                                        *key_package->leaf_node, bundle, std::move(policy)));
  for (const ExternalPsk& psk : psks) state->psks.emplace(psk.id, psk.secret.clone());
  return state;
}

}  // namespace magpie::mls
