// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/key_package.h"

#include "crypto/mls/framing.h"
#include "crypto/mls/labels.h"

namespace magpie::mls {
namespace {

constexpr std::string_view kKeyPackageLabel = "KeyPackageTBS";

/// Fills every field but `encoded`; the leaf owns a copy of its own part.
Result<void> decode_fields(Reader& reader, KeyPackage& key_package) {
  const Reader start = reader;
  MAGPIE_TRY(key_package.version, reader.u16());
  MAGPIE_TRY(key_package.cipher_suite, reader.u16());
  MAGPIE_TRY(key_package.init_key, reader.vector());
  MAGPIE_TRY(key_package.leaf_node, LeafNode::decode(reader));
  MAGPIE_TRY(key_package.extensions, decode_extensions(reader));
  key_package.signed_fields = reader.since(start);
  MAGPIE_TRY(key_package.signature, reader.vector());
  return {};
}

}  // namespace

Result<KeyPackagePtr> KeyPackage::decode(Reader& reader) {
  const Reader start = reader;
  KeyPackage scratch;
  MAGPIE_TRY_VOID(decode_fields(reader, scratch));
  auto key_package = std::make_shared<KeyPackage>();
  key_package->encoded = to_buffer(reader.since(start));
  Reader own(key_package->encoded);
  MAGPIE_TRY_VOID(decode_fields(own, *key_package));
  return key_package;
}

Result<KeyPackagePtr> KeyPackage::decode_message(Bytes message) {
  Reader reader(message);
  MAGPIE_TRY_VOID(expect_message(reader, MessageFormat::kKeyPackage));
  MAGPIE_TRY(KeyPackagePtr key_package, KeyPackage::decode(reader));
  MAGPIE_TRY_VOID(reader.finish());
  return key_package;
}

crypto::Digest key_package_ref(crypto::HashId hash, const KeyPackage& key_package) {
  return ref_hash(hash, kKeyPackageRefLabel, {key_package.encoded});
}

Result<void> verify_key_package_signature(const KeyPackage& key_package) {
  return verify_with_label(key_package.leaf_node->signature_key, kKeyPackageLabel,
                           {key_package.signed_fields}, key_package.signature);
}

Buffer encode_key_package(const Suite& suite, Bytes init_key, const LeafNode& leaf_node,
                          const crypto::SignKeyPair& key) {
  Writer writer;
  writer.u16(kVersion).u16(suite.id).vector(init_key).fixed(leaf_node.encoded);
  encode_extensions(writer, {});
  const auto signature = sign_with_label(key, kKeyPackageLabel, {writer.view()});
  writer.vector(signature.bytes());
  return writer.take();
}

}  // namespace magpie::mls
