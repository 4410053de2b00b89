// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/update_path.h"

namespace magpie::mls {
namespace {

Result<UpdatePathNode> decode_node(Reader& reader) {
  UpdatePathNode node;
  MAGPIE_TRY(node.encryption_key, reader.vector());
  MAGPIE_TRY(const Bytes ciphertexts, reader.vector());
  for (Reader list(ciphertexts); !list.at_end();) {
    MAGPIE_TRY(const HpkeCiphertextView ciphertext, HpkeCiphertextView::decode(list));
    node.encrypted_path_secret.push_back(ciphertext);
  }
  return node;
}

}  // namespace

Result<HpkeCiphertextView> HpkeCiphertextView::decode(Reader& reader) {
  HpkeCiphertextView view;
  MAGPIE_TRY(view.kem_output, reader.vector());
  MAGPIE_TRY(view.ciphertext, reader.vector());
  return view;
}

void encode_hpke_ciphertext(Writer& writer, Bytes kem_output, Bytes ciphertext) {
  writer.vector(kem_output).vector(ciphertext);
}

void UpdatePath::encode(Writer& writer) const {
  writer.fixed(leaf_node->encoded);
  writer.vector_of([&](Writer& list) {
    for (const UpdatePathNode& node : nodes) {
      list.vector(node.encryption_key).vector_of([&](Writer& inner) {
        for (const auto& c : node.encrypted_path_secret) {
          encode_hpke_ciphertext(inner, c.kem_output, c.ciphertext);
        }
      });
    }
  });
}

Result<UpdatePath> UpdatePath::decode(Reader& reader) {
  UpdatePath path;
  MAGPIE_TRY(path.leaf_node, LeafNode::decode(reader));
  MAGPIE_TRY(const Bytes nodes, reader.vector());
  for (Reader list(nodes); !list.at_end();) {
    MAGPIE_TRY(UpdatePathNode node, decode_node(list));
    path.nodes.push_back(std::move(node));
  }
  return path;
}

}  // namespace magpie::mls
