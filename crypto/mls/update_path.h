// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "crypto/mls/leaf_node.h"
#include "crypto/primitives/hpke.h"

/// The UpdatePath of a commit (RFC 9420 §7.6), read in place: what it views must outlive it.
namespace magpie::mls {

struct HpkeCiphertextView {
  Bytes kem_output;
  Bytes ciphertext;

  static Result<HpkeCiphertextView> decode(Reader& reader);
};
void encode_hpke_ciphertext(Writer& writer, Bytes kem_output, Bytes ciphertext);

struct UpdatePathNode {
  Bytes encryption_key;
  std::vector<HpkeCiphertextView> encrypted_path_secret;
};

struct UpdatePath {
  LeafNodePtr leaf_node;
  std::vector<UpdatePathNode> nodes;

  void encode(Writer& writer) const;
  static Result<UpdatePath> decode(Reader& reader);
};

}  // namespace magpie::mls
