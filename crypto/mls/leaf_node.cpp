// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/leaf_node.h"

#include "crypto/base/check.h"
#include "crypto/mls/labels.h"

namespace magpie::mls {
namespace {

constexpr std::string_view kLeafNodeLabel = "LeafNodeTBS";

Result<void> decode_source(Reader& reader, LeafNode& leaf) {
  MAGPIE_TRY(const std::uint8_t source, reader.u8());
  leaf.source = LeafNodeSource(source);
  switch (leaf.source) {
    case LeafNodeSource::kKeyPackage: {
      MAGPIE_TRY(leaf.lifetime.not_before, reader.u64());
      MAGPIE_TRY(leaf.lifetime.not_after, reader.u64());
      return {};
    }
    case LeafNodeSource::kUpdate:
      return {};
    case LeafNodeSource::kCommit: {
      MAGPIE_TRY(leaf.parent_hash, reader.vector());
      return {};
    }
  }
  return fail(Errc::kMalformed, "leaf node: source");
}

/// Fills every field but `encoded` with views into what `reader` reads.
Result<void> decode_fields(Reader& reader, LeafNode& leaf) {
  const Reader start = reader;
  MAGPIE_TRY(leaf.encryption_key, reader.vector());
  MAGPIE_TRY(leaf.signature_key, reader.vector());
  MAGPIE_TRY(leaf.credential, Credential::decode(reader));
  MAGPIE_TRY(leaf.capabilities, LeafCapabilities::decode(reader));
  MAGPIE_TRY_VOID(decode_source(reader, leaf));
  MAGPIE_TRY(leaf.extensions, decode_extensions(reader));
  leaf.signed_fields = reader.since(start);
  MAGPIE_TRY(leaf.signature, reader.vector());
  return {};
}

/// The end of LeafNodeTBS, which binds the leaf to its place.
Buffer place_suffix(LeafNodeSource source, const LeafPlace& place) {
  if (source == LeafNodeSource::kKeyPackage) return {};
  Writer writer;
  writer.vector(place.group_id).u32(place.index.value());
  return writer.take();
}

}  // namespace

Result<LeafNodePtr> LeafNode::decode(Reader& reader) {
  // The first pass finds the end; the second views the copy that the leaf owns.
  const Reader start = reader;
  LeafNode scratch;
  MAGPIE_TRY_VOID(decode_fields(reader, scratch));
  auto leaf = std::make_shared<LeafNode>();
  leaf->encoded = to_buffer(reader.since(start));
  Reader own(leaf->encoded);
  MAGPIE_TRY_VOID(decode_fields(own, *leaf));
  return leaf;
}

Result<void> verify_leaf_signature(const LeafNode& leaf, const LeafPlace& place) {
  return verify_with_label(leaf.signature_key, kLeafNodeLabel,
                           {leaf.signed_fields, place_suffix(leaf.source, place)}, leaf.signature);
}

LeafNodePtr make_leaf_node(const LeafNodeContent& content, const crypto::SignKeyPair& key,
                           const LeafPlace& place) {
  Writer writer;
  writer.vector(content.encryption_key).vector(key.public_key().bytes());
  encode_basic_credential(writer, content.identity);
  writer.fixed(content.capabilities).u8(static_cast<std::uint8_t>(content.source));
  if (content.source == LeafNodeSource::kKeyPackage) {
    writer.u64(content.lifetime.not_before).u64(content.lifetime.not_after);
  } else if (content.source == LeafNodeSource::kCommit) {
    writer.vector(content.parent_hash);
  }
  static const std::vector<Extension> kNone;
  encode_extensions(writer, content.extensions == nullptr ? kNone : *content.extensions);
  const auto signature =
      sign_with_label(key, kLeafNodeLabel, {writer.view(), place_suffix(content.source, place)});
  writer.vector(signature.bytes());

  Reader reader(writer.view());
  auto leaf = LeafNode::decode(reader);
  MAGPIE_CHECK(leaf && reader.at_end());
  return *std::move(leaf);
}

}  // namespace magpie::mls
