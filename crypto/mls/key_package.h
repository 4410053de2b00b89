// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/mls/leaf_node.h"
#include "crypto/mls/suite.h"

namespace magpie::mls {

/// A key package (RFC 9420 §10). Immutable; `encoded` owns the bytes that the other fields view.
struct KeyPackage {
  Buffer encoded;
  std::uint16_t version = 0;
  std::uint16_t cipher_suite = 0;
  Bytes init_key;
  LeafNodePtr leaf_node;
  std::vector<Extension> extensions;
  Bytes signature;
  Bytes signed_fields;

  KeyPackage() = default;
  KeyPackage(const KeyPackage&) = delete;
  KeyPackage& operator=(const KeyPackage&) = delete;

  static Result<std::shared_ptr<const KeyPackage>> decode(Reader& reader);
  /// Of a whole MLSMessage, and nothing after it. Errors: parse errors, kWrongFormat.
  static Result<std::shared_ptr<const KeyPackage>> decode_message(Bytes message);
};
using KeyPackagePtr = std::shared_ptr<const KeyPackage>;

/// KeyPackageRef (RFC 9420 §5.2).
crypto::Digest key_package_ref(crypto::HashId hash, const KeyPackage& key_package);

/// By the key of its leaf. Errors: kBadSignature.
Result<void> verify_key_package_signature(const KeyPackage& key_package);

/// Signs a key package over a leaf that was made for one. Never fails.
Buffer encode_key_package(const Suite& suite, Bytes init_key, const LeafNode& leaf_node,
                          const crypto::SignKeyPair& key);

}  // namespace magpie::mls
