// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "crypto/mls/capabilities.h"
#include "crypto/mls/credential.h"
#include "crypto/mls/ids.h"
#include "crypto/primitives/sign.h"

namespace magpie::mls {

/// How a leaf came into the tree (RFC 9420 §7.2).
enum class LeafNodeSource : std::uint8_t { kKeyPackage = 1, kUpdate = 2, kCommit = 3 };

/// Between which times, in seconds since 1970, a leaf of a key package may be used.
struct Lifetime {
  std::uint64_t not_before = 0;
  std::uint64_t not_after = 0;
};

/// One member's public part (RFC 9420 §7.2). Immutable, shared by every tree that holds it, and
/// held once: `encoded` owns the bytes, the other fields view them. Decoding checks the form
/// alone; what the fields say is for validation.h.
struct LeafNode {
  Buffer encoded;
  Bytes encryption_key;
  Bytes signature_key;
  Credential credential;
  LeafCapabilities capabilities;
  LeafNodeSource source = LeafNodeSource::kKeyPackage;
  Lifetime lifetime;  ///< of kKeyPackage
  Bytes parent_hash;  ///< of kCommit
  std::vector<Extension> extensions;
  Bytes signature;
  Bytes signed_fields;  ///< everything above the signature

  LeafNode() = default;
  LeafNode(const LeafNode&) = delete;
  LeafNode& operator=(const LeafNode&) = delete;

  static Result<std::shared_ptr<const LeafNode>> decode(Reader& reader);
};
using LeafNodePtr = std::shared_ptr<const LeafNode>;

/// Where in which group a leaf stands: part of what its signature covers, but for the leaf of a
/// key package (LeafNodeTBS, RFC 9420 §7.2).
struct LeafPlace {
  Bytes group_id;
  LeafIndex index;
};

/// Errors: kBadSignature.
Result<void> verify_leaf_signature(const LeafNode& leaf, const LeafPlace& place);

/// What a new leaf is made of. Everything is borrowed.
struct LeafNodeContent {
  Bytes encryption_key;
  Bytes identity;
  Bytes capabilities;  ///< encoded
  LeafNodeSource source = LeafNodeSource::kKeyPackage;
  Lifetime lifetime;
  Bytes parent_hash;
  const std::vector<Extension>* extensions = nullptr;  ///< null: none
};

/// Signs a new leaf. `place` is ignored for the leaf of a key package. Never fails.
LeafNodePtr make_leaf_node(const LeafNodeContent& content, const crypto::SignKeyPair& key,
                           const LeafPlace& place);

}  // namespace magpie::mls
