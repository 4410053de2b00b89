// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/secret_tree.h"

#include <algorithm>
#include <limits>

#include "crypto/base/check.h"
#include "crypto/mls/labels.h"
#include "crypto/mls/tree_math.h"

namespace magpie::mls {
namespace {

std::size_t index_of(RatchetType type) { return static_cast<std::size_t>(type); }

RatchetType other(RatchetType type) {
  return type == RatchetType::kHandshake ? RatchetType::kApplication : RatchetType::kHandshake;
}

std::string_view label(RatchetType type) {
  return type == RatchetType::kHandshake ? "handshake" : "application";
}

}  // namespace

SecretTree::SecretTree(crypto::HashId hash, std::size_t key_size, std::size_t nonce_size,
                       std::uint32_t leaves, Secret encryption_secret)
    : hash_(hash), key_size_(key_size), nonce_size_(nonce_size), leaves_(leaves) {
  nodes_.emplace(root(leaves), std::move(encryption_secret));
}

SecretTree::Ratchet SecretTree::start(LeafIndex leaf, RatchetType type, Key& key) const {
  if (const auto found = opened_leaves_.find(leaf); found != opened_leaves_.end()) {
    const Ratchet& ratchet = found->second.ratchets[index_of(type)];
    return {ratchet.generation, ratchet.secret.clone()};
  }
  // Down from the lowest subtree above the leaf that is still whole (RFC 9420 §9).
  NodeIndex node = node_of(leaf);
  while (!nodes_.contains(node)) {
    MAGPIE_CHECK(node != root(leaves_));
    node = parent(node);
  }
  const std::size_t size = crypto::hash_size(hash_);
  Secret secret = nodes_.at(node).clone();
  key.consumed_.push_back(node);
  while (!is_leaf(node)) {
    Secret left_secret = expand_with_label(hash_, secret.expose(), "tree", as_bytes("left"), size);
    Secret right_secret =
        expand_with_label(hash_, secret.expose(), "tree", as_bytes("right"), size);
    const bool go_left = is_under(leaf, left(node));
    key.opened_.emplace_back(go_left ? right(node) : left(node),
                             std::move(go_left ? right_secret : left_secret));
    secret = std::move(go_left ? left_secret : right_secret);
    node = go_left ? left(node) : right(node);
  }
  key.other_ = expand_with_label(hash_, secret.expose(), label(other(type)), {}, size);
  return {0, expand_with_label(hash_, secret.expose(), label(type), {}, size)};
}

Secret SecretTree::material(const Ratchet& ratchet) const {
  const Generation generation(ratchet.generation);
  const Bytes secret = ratchet.secret.expose();
  const Secret key = derive_tree_secret(hash_, secret, "key", generation, key_size_);
  const Secret nonce = derive_tree_secret(hash_, secret, "nonce", generation, nonce_size_);
  Secret both(key_size_ + nonce_size_);
  std::ranges::copy(key.expose(), both.fill().begin());
  std::ranges::copy(nonce.expose(), both.fill().subspan(key_size_).begin());
  return both;
}

void SecretTree::advance(Ratchet& ratchet) const {
  ratchet.secret = derive_tree_secret(hash_, ratchet.secret.expose(), "secret",
                                      Generation(ratchet.generation), crypto::hash_size(hash_));
  ++ratchet.generation;
}

const SecretTree::Skipped* SecretTree::find_skipped(LeafIndex leaf, RatchetType type,
                                                    std::uint32_t generation) const {
  const auto found = std::ranges::find_if(skipped_, [&](const Skipped& skipped) {
    return skipped.leaf == leaf && skipped.type == type && skipped.generation == generation;
  });
  return found == skipped_.end() ? nullptr : &*found;
}

Result<SecretTree::Key> SecretTree::find(LeafIndex leaf, RatchetType type,
                                         Generation generation) const {
  if (leaf.value() >= leaves_) return fail(Errc::kUnknownSender, "secret tree: leaf");
  Key key;
  key.generation = generation;
  key.key_size_ = key_size_;
  key.leaf_ = leaf;
  key.type_ = type;
  const auto opened = opened_leaves_.find(leaf);
  const std::uint32_t next_generation =
      opened == opened_leaves_.end() ? 0 : opened->second.ratchets[index_of(type)].generation;
  if (generation.value() < next_generation) {
    const Skipped* skipped = find_skipped(leaf, type, generation.value());
    if (skipped == nullptr) return fail(Errc::kKeyUsed, "secret tree: generation");
    key.was_skipped_ = true;
    key.material_ = skipped->material.clone();
    return key;
  }
  if (generation.value() - next_generation > kForwardMax ||
      generation.value() == std::numeric_limits<std::uint32_t>::max()) {
    return fail(Errc::kGenerationTooFar, "secret tree: generation");
  }
  Ratchet ratchet = start(leaf, type, key);
  while (ratchet.generation < generation.value()) {
    key.passed_.emplace_back(ratchet.generation, material(ratchet));
    advance(ratchet);
  }
  key.material_ = material(ratchet);
  advance(ratchet);
  key.next_ = std::move(ratchet.secret);
  return key;
}

Result<SecretTree::Key> SecretTree::next(LeafIndex leaf, RatchetType type) const {
  const auto opened = opened_leaves_.find(leaf);
  return find(leaf, type,
              Generation(opened == opened_leaves_.end()
                             ? 0
                             : opened->second.ratchets[index_of(type)].generation));
}

void SecretTree::apply(Key key) {
  if (key.was_skipped_) {
    std::erase_if(skipped_, [&](const Skipped& skipped) {
      return skipped.leaf == key.leaf_ && skipped.type == key.type_ &&
             skipped.generation == key.generation.value();
    });
    return;
  }
  for (const NodeIndex node : key.consumed_) nodes_.erase(node);
  for (auto& [node, secret] : key.opened_) nodes_.emplace(node, std::move(secret));
  Leaf& leaf = opened_leaves_[key.leaf_];
  if (!key.other_.empty()) leaf.ratchets[index_of(other(key.type_))].secret = std::move(key.other_);
  Ratchet& ratchet = leaf.ratchets[index_of(key.type_)];
  ratchet.generation = key.generation.value() + 1;
  ratchet.secret = std::move(key.next_);
  for (auto& [generation, material] : key.passed_) {
    skipped_.push_back({key.leaf_, key.type_, generation, std::move(material)});
  }
  if (skipped_.size() > kSkippedMax) {
    const auto excess = static_cast<std::ptrdiff_t>(skipped_.size() - kSkippedMax);
    skipped_.erase(skipped_.begin(), skipped_.begin() + excess);
  }
}

SecretTree SecretTree::clone() const {
  SecretTree copy;
  copy.hash_ = hash_;
  copy.key_size_ = key_size_;
  copy.nonce_size_ = nonce_size_;
  copy.leaves_ = leaves_;
  for (const auto& [node, secret] : nodes_) copy.nodes_.emplace(node, secret.clone());
  for (const auto& [index, leaf] : opened_leaves_) {
    Leaf& to = copy.opened_leaves_[index];
    for (int i = 0; i < 2; ++i) {
      to.ratchets[i] = {leaf.ratchets[i].generation, leaf.ratchets[i].secret.clone()};
    }
  }
  for (const Skipped& s : skipped_) {
    copy.skipped_.push_back({s.leaf, s.type, s.generation, s.material.clone()});
  }
  return copy;
}

void SecretTree::encode(Writer& writer) const {
  writer.u32(static_cast<std::uint32_t>(nodes_.size()));
  for (const auto& [node, secret] : nodes_) writer.u32(node.value()).vector(secret.expose());
  writer.u32(static_cast<std::uint32_t>(opened_leaves_.size()));
  for (const auto& [index, leaf] : opened_leaves_) {
    writer.u32(index.value());
    for (const Ratchet& r : leaf.ratchets) writer.u32(r.generation).vector(r.secret.expose());
  }
  writer.u32(static_cast<std::uint32_t>(skipped_.size()));
  for (const Skipped& s : skipped_) {
    writer.u32(s.leaf.value()).u8(static_cast<std::uint8_t>(s.type)).u32(s.generation);
    writer.vector(s.material.expose());
  }
}

Result<SecretTree> SecretTree::decode(Reader& reader, crypto::HashId hash, std::size_t key_size,
                                      std::size_t nonce_size, std::uint32_t leaves) {
  SecretTree tree;
  tree.hash_ = hash;
  tree.key_size_ = key_size;
  tree.nonce_size_ = nonce_size;
  tree.leaves_ = leaves;
  const auto secret_of = [&](std::size_t size) -> Result<Secret> {
    MAGPIE_TRY(const Bytes bytes, reader.vector());
    if (bytes.size() != size) return fail(Errc::kBadLength, "secret tree: secret");
    return Secret::copy_of(bytes);
  };
  MAGPIE_TRY(const std::uint32_t nodes, reader.u32());
  for (std::uint32_t i = 0; i < nodes; ++i) {
    MAGPIE_TRY(const std::uint32_t node, reader.u32());
    MAGPIE_TRY(Secret secret, secret_of(crypto::hash_size(hash)));
    tree.nodes_.emplace(NodeIndex(node), std::move(secret));
  }
  MAGPIE_TRY(const std::uint32_t opened, reader.u32());
  for (std::uint32_t i = 0; i < opened; ++i) {
    MAGPIE_TRY(const std::uint32_t index, reader.u32());
    Leaf leaf;
    for (Ratchet& ratchet : leaf.ratchets) {
      MAGPIE_TRY(ratchet.generation, reader.u32());
      MAGPIE_TRY(ratchet.secret, secret_of(crypto::hash_size(hash)));
    }
    tree.opened_leaves_.emplace(LeafIndex(index), std::move(leaf));
  }
  MAGPIE_TRY(const std::uint32_t skipped, reader.u32());
  for (std::uint32_t i = 0; i < skipped; ++i) {
    MAGPIE_TRY(const std::uint32_t leaf, reader.u32());
    MAGPIE_TRY(const std::uint8_t type, reader.u8());
    if (type > 1) return fail(Errc::kMalformed, "secret tree: ratchet type");
    MAGPIE_TRY(const std::uint32_t generation, reader.u32());
    MAGPIE_TRY(Secret material, secret_of(key_size + nonce_size));
    tree.skipped_.push_back({LeafIndex(leaf), RatchetType(type), generation, std::move(material)});
  }
  // Whatever leaf is asked for must be open, or under a subtree that is whole.
  for (std::uint32_t i = 0; i < leaves; ++i) {
    NodeIndex node = node_of(LeafIndex(i));
    bool covered = tree.opened_leaves_.contains(LeafIndex(i)) || tree.nodes_.contains(node);
    while (!covered && node != root(leaves)) {
      node = parent(node);
      covered = tree.nodes_.contains(node);
    }
    if (!covered) return fail(Errc::kMalformed, "secret tree: a leaf without a secret");
  }
  return tree;
}

}  // namespace magpie::mls
