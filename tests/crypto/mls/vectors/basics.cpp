// SPDX-License-Identifier: GPL-3.0-or-later
// tree-math, deserialization, crypto-basics
#include "crypto/codec/reader.h"
#include "crypto/mls/labels.h"
#include "crypto/mls/tree_math.h"
#include "tests/crypto/mls/vectors/vectors.h"

namespace magpie::mls::vectors {
namespace {

/// A node index where the vector has one; null elsewhere.
bool same(const Json& expected, std::optional<NodeIndex> actual) {
  if (expected.is_null()) return !actual;
  return actual && actual->value() == expected.get<std::uint32_t>();
}

Outcome check_labels(const Json& entry, crypto::HashId hash) {
  const Json& ref = entry.at("ref_hash");
  VECTOR_CHECK(
      equal(ref_hash(hash, ref.at("label").get<std::string>(), {hex(ref.at("value"))}).bytes(),
            hex(ref.at("out"))));
  const Json& expand = entry.at("expand_with_label");
  VECTOR_CHECK(
      equal(expand_with_label(hash, hex(expand.at("secret")), expand.at("label").get<std::string>(),
                              hex(expand.at("context")), expand.at("length"))
                .expose(),
            hex(expand.at("out"))));
  const Json& derive = entry.at("derive_secret");
  VECTOR_CHECK(equal(
      derive_secret(hash, hex(derive.at("secret")), derive.at("label").get<std::string>()).expose(),
      hex(derive.at("out"))));
  const Json& tree = entry.at("derive_tree_secret");
  VECTOR_CHECK(equal(
      derive_tree_secret(hash, hex(tree.at("secret")), tree.at("label").get<std::string>(),
                         Generation(tree.at("generation").get<std::uint32_t>()), tree.at("length"))
          .expose(),
      hex(tree.at("out"))));
  return passed();
}

Outcome check_signature(const Json& sign) {
  const Buffer content = hex(sign.at("content"));
  const auto label = sign.at("label").get<std::string>();
  const Buffer public_key = hex(sign.at("pub"));
  VECTOR_CHECK(verify_with_label(public_key, label, {content}, hex(sign.at("signature"))));
  VECTOR_TRY(const crypto::SignKeyPair key, crypto::SignKeyPair::from_seed(hex(sign.at("priv"))));
  VECTOR_CHECK(equal(key.public_key().bytes(), public_key));
  const auto own = sign_with_label(key, label, {content});
  VECTOR_CHECK(verify_with_label(public_key, label, {content}, own.bytes()));
  VECTOR_CHECK(!verify_with_label(public_key, label + "x", {content}, own.bytes()));
  return passed();
}

Outcome check_encryption(const Suite& suite, const Json& encrypt) {
  const Buffer private_key = hex(encrypt.at("priv"));
  const Buffer public_key = hex(encrypt.at("pub"));
  const auto label = encrypt.at("label").get<std::string>();
  const Buffer context = hex(encrypt.at("context"));
  const Buffer plaintext = hex(encrypt.at("plaintext"));
  VECTOR_TRY(const Secret opened,
             decrypt_with_label(suite, private_key, public_key, label, context,
                                hex(encrypt.at("kem_output")), hex(encrypt.at("ciphertext"))));
  VECTOR_CHECK(equal(opened.expose(), plaintext));
  VECTOR_TRY(const crypto::HpkeCiphertext sealed,
             encrypt_with_label(suite, public_key, label, context, plaintext, random()));
  VECTOR_TRY(const Secret again, decrypt_with_label(suite, private_key, public_key, label, context,
                                                    sealed.enc, sealed.ciphertext));
  VECTOR_CHECK(equal(again.expose(), plaintext));
  return passed();
}

}  // namespace

Outcome tree_math(const Json& entry) {
  const auto leaves = entry.at("n_leaves").get<std::uint32_t>();
  VECTOR_CHECK(entry.at("n_nodes") == node_count(leaves));
  const NodeIndex top = root(leaves);
  VECTOR_CHECK(entry.at("root") == top.value());
  using Node = std::optional<NodeIndex>;
  for (std::uint32_t i = 0; i < node_count(leaves); ++i) {
    const NodeIndex node(i);
    VECTOR_CHECK(same(entry.at("left")[i], is_leaf(node) ? Node() : left(node)));
    VECTOR_CHECK(same(entry.at("right")[i], is_leaf(node) ? Node() : right(node)));
    VECTOR_CHECK(same(entry.at("parent")[i], node == top ? Node() : parent(node)));
    VECTOR_CHECK(same(entry.at("sibling")[i], node == top ? Node() : sibling(node)));
  }
  return passed();
}

Outcome deserialization(const Json& entry) {
  const Buffer header = hex(entry.at("vlbytes_header"));
  Reader reader(header);
  VECTOR_TRY(const std::uint32_t length, reader.vector_length());
  VECTOR_CHECK(reader.at_end());
  VECTOR_CHECK(entry.at("length") == length);
  return passed();
}

Outcome crypto_basics(const Json& entry) {
  const auto id = entry.at("cipher_suite").get<std::uint16_t>();
  const SuiteParts parts = parts_of(id);
  if (!parts.hash) return skipped("suite");
  if (Outcome labels = check_labels(entry, *parts.hash); labels.kind != Outcome::Kind::kPassed) {
    return labels;
  }
  const Suite* suite = find_suite(id);
  if (suite == nullptr) return skipped("suite");
  if (Outcome signature = check_signature(entry.at("sign_with_label"));
      signature.kind != Outcome::Kind::kPassed) {
    return signature;
  }
  return check_encryption(*suite, entry.at("encrypt_with_label"));
}

}  // namespace magpie::mls::vectors
