// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/validation.h"

#include <algorithm>
#include <limits>

#include "crypto/mls/external_sender.h"
#include "crypto/mls/parent_hash.h"

namespace magpie::mls {
namespace {

std::uint64_t seconds(std::chrono::seconds duration) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
}

std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b) {
  return a > std::numeric_limits<std::uint64_t>::max() - b
             ? std::numeric_limits<std::uint64_t>::max()
             : a + b;
}

Result<void> ask_policy(const Policy& policy, const LeafNode& leaf) {
  const auto key = crypto::SignPublicKey::from(leaf.signature_key);
  if (!key) return fail(Errc::kInvalidLeaf, "leaf: signature key (§7.3)");
  return policy.check_credential(leaf.credential.identity, *key);
}

}  // namespace

LifetimeRule LifetimeRule::sending(std::chrono::sys_seconds now, const Policy& policy) {
  return {seconds(now.time_since_epoch()), 0, seconds(policy.lifetime_max()), true};
}

LifetimeRule LifetimeRule::receiving(std::chrono::sys_seconds now, const Policy& policy) {
  return {seconds(now.time_since_epoch()), seconds(policy.lifetime_grace()),
          seconds(policy.lifetime_max()), true};
}

LifetimeRule LifetimeRule::in_tree(const Policy& policy) {
  return {0, 0, seconds(policy.lifetime_max()), false};
}

Result<void> check_lifetime(const Lifetime& lifetime, const LifetimeRule& rule) {
  if (lifetime.not_after < lifetime.not_before) {
    return fail(Errc::kInvalidKeyPackage, "lifetime: ends before it begins (§7.2)");
  }
  // A maximum of all there is means that the policy sets none.
  constexpr auto kNoMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (rule.total_max < kNoMax && lifetime.not_after - lifetime.not_before > rule.total_max) {
    return fail(Errc::kInvalidKeyPackage, "lifetime: too long (§7.2)");
  }
  if (!rule.check_now) return {};
  if (rule.now < lifetime.not_before) {
    return fail(Errc::kInvalidKeyPackage, "lifetime: not yet (§7.3)");
  }
  if (rule.now > saturating_add(lifetime.not_after, rule.grace)) {
    return fail(Errc::kInvalidKeyPackage, "lifetime: over (§7.3)");
  }
  return {};
}

Result<Requirements> Requirements::of(const Suite& suite,
                                      const std::vector<Extension>& extensions) {
  Requirements requirements{&suite, &extensions, std::nullopt};
  if (const Extension* required = find_extension(extensions, kRequiredCapabilities)) {
    auto decoded = RequiredCapabilities::decode(required->data);
    if (!decoded) return fail(Errc::kInvalidProposal, "extensions: required_capabilities (§11.1)");
    requirements.required = *decoded;
  }
  if (const Extension* senders = find_extension(extensions, kExternalSenders)) {
    if (!decode_external_senders(senders->data)) {
      return fail(Errc::kInvalidProposal, "extensions: external_senders (§12.1.8.1)");
    }
  }
  return requirements;
}

Result<void> check_leaf(const Suite& suite, const LeafNode& leaf) {
  if (!suite.hpke.kem->check_public_key(leaf.encryption_key)) {
    return fail(Errc::kInvalidLeaf, "leaf: encryption key (§7.3)");
  }
  if (leaf.signature_key.size() != crypto::SignPublicKey::kSize) {
    return fail(Errc::kInvalidLeaf, "leaf: signature key (§7.3)");
  }
  if (leaf.credential.type != kBasicCredential) {
    return fail(Errc::kInvalidLeaf, "leaf: credential type (§5.3)");
  }
  if (!leaf.capabilities.credentials.contains(leaf.credential.type)) {
    return fail(Errc::kInvalidLeaf, "leaf: credential type not listed (§7.2)");
  }
  for (const Extension& extension : leaf.extensions) {
    if (!leaf.capabilities.supports_extension(extension.type)) {
      return fail(Errc::kInvalidLeaf, "leaf: extension not listed (§7.3)");
    }
  }
  return {};
}

Result<void> check_leaf_supports(const LeafNode& leaf, const Requirements& requirements) {
  const LeafCapabilities& capabilities = leaf.capabilities;
  if (!capabilities.versions.contains(kVersion) ||
      !capabilities.cipher_suites.contains(requirements.suite->id)) {
    return fail(Errc::kInvalidLeaf, "leaf: version or suite not supported (§11.1)");
  }
  for (const Extension& extension : *requirements.extensions) {
    if (!capabilities.supports_extension(extension.type)) {
      return fail(Errc::kInvalidLeaf, "leaf: group extension not supported (§13.4)");
    }
  }
  if (requirements.required && !capabilities.satisfy(*requirements.required)) {
    return fail(Errc::kInvalidLeaf, "leaf: required capabilities (§7.3)");
  }
  return {};
}

Result<void> check_new_leaves(const RatchetTree& tree, std::span<const LeafIndex> leaves) {
  for (std::uint32_t i = 0; i < tree.leaf_count(); ++i) {
    const LeafNode* other = tree.leaf(LeafIndex(i));
    if (other == nullptr) continue;
    for (const LeafIndex index : leaves) {
      const LeafNode& leaf = *tree.leaf(index);
      // Each lists its own (`check_leaf`).
      if (other->credential.type != leaf.credential.type &&
          (!other->capabilities.credentials.contains(leaf.credential.type) ||
           !leaf.capabilities.credentials.contains(other->credential.type))) {
        return fail(Errc::kInvalidLeaf, "leaf: credential type not supported by all (§7.3)");
      }
      if (index.value() == i) continue;
      if (equal(leaf.signature_key, other->signature_key)) {
        return fail(Errc::kInvalidLeaf, "leaf: signature key not unique (§7.3)");
      }
      if (equal(leaf.encryption_key, other->encryption_key)) {
        return fail(Errc::kInvalidLeaf, "leaf: encryption key not unique (§7.3)");
      }
    }
  }
  // A parent node's key in a leaf would make the tree invalid for joiners (§12.4.3.1).
  for (std::uint32_t i = 1; i < node_count(tree.leaf_count()); i += 2) {
    const ParentNode* parent = tree.parent(NodeIndex(i));
    if (parent == nullptr) continue;
    for (const LeafIndex index : leaves) {
      if (equal(parent->encryption_key, tree.leaf(index)->encryption_key)) {
        return fail(Errc::kInvalidLeaf, "leaf: encryption key of a parent (§12.4.3.1)");
      }
    }
  }
  return {};
}

Result<void> check_key_package(const Suite& suite, const KeyPackage& key_package,
                               const LifetimeRule& lifetime, const Policy& policy) {
  const LeafNode& leaf = *key_package.leaf_node;
  if (key_package.version != kVersion) return fail(Errc::kUnsupported, "key package: version");
  if (key_package.cipher_suite != suite.id) {
    return fail(Errc::kWrongSuite, "key package: suite (§10.1)");
  }
  if (leaf.source != LeafNodeSource::kKeyPackage) {
    return fail(Errc::kInvalidKeyPackage, "key package: leaf source (§10)");
  }
  if (equal(leaf.encryption_key, key_package.init_key)) {
    return fail(Errc::kInvalidKeyPackage, "key package: init key equals encryption key (§10.1)");
  }
  if (!suite.hpke.kem->check_public_key(key_package.init_key)) {
    return fail(Errc::kInvalidKeyPackage, "key package: init key (§10)");
  }
  MAGPIE_TRY_VOID(check_leaf(suite, leaf));
  MAGPIE_TRY_VOID(check_lifetime(leaf.lifetime, lifetime));
  MAGPIE_TRY_VOID(ask_policy(policy, leaf));
  MAGPIE_TRY_VOID(verify_leaf_signature(leaf, {}));
  return verify_key_package_signature(key_package);
}

Result<void> check_replacing_leaf(const Suite& suite, const LeafNode& leaf, const LeafNode* old,
                                  LeafNodeSource source, const LeafPlace& place,
                                  const Policy& policy) {
  if (leaf.source != source) return fail(Errc::kInvalidLeaf, "leaf: source (§7.3)");
  MAGPIE_TRY_VOID(check_leaf(suite, leaf));
  const bool same_identity = old != nullptr && equal(leaf.signature_key, old->signature_key) &&
                             equal(leaf.credential.encoded, old->credential.encoded);
  if (old != nullptr && equal(leaf.encryption_key, old->encryption_key)) {
    return fail(Errc::kInvalidLeaf, "leaf: encryption key not replaced (§7.3)");
  }
  if (!same_identity) MAGPIE_TRY_VOID(ask_policy(policy, leaf));
  return verify_leaf_signature(leaf, place);
}

Result<void> check_path_keys(const Suite& suite, const UpdatePath& path, const RatchetTree& tree) {
  std::vector<Bytes> keys{path.leaf_node->encryption_key};
  for (const UpdatePathNode& node : path.nodes) {
    if (!suite.hpke.kem->check_public_key(node.encryption_key)) {
      return fail(Errc::kInvalidCommit, "path: public key (§12.4.2)");
    }
    keys.push_back(node.encryption_key);
  }
  if (tree.has_any_key(keys)) return fail(Errc::kInvalidCommit, "path: known key (§12.4.2)");
  std::ranges::sort(keys, std::ranges::lexicographical_compare);
  if (std::ranges::adjacent_find(keys, equal) != keys.end()) {
    return fail(Errc::kInvalidCommit, "path: key twice (§12.4.2)");
  }
  return {};
}

Member member_at(const RatchetTree& tree, LeafIndex index) {
  LeafNodePtr leaf = tree.leaf_ptr(index);
  return {index, leaf->credential.identity,
          crypto::SignPublicKey::from(leaf->signature_key).value_or(crypto::SignPublicKey()),
          std::move(leaf)};
}

std::vector<Member> members_of(const RatchetTree& tree) {
  std::vector<Member> members;
  members.reserve(tree.leaf_count());
  for (std::uint32_t i = 0; i < tree.leaf_count(); ++i) {
    if (tree.leaf(LeafIndex(i)) != nullptr) members.push_back(member_at(tree, LeafIndex(i)));
  }
  return members;
}

}  // namespace magpie::mls
