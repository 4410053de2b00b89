// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/group_context.h"

#include "crypto/mls/capabilities.h"

namespace magpie::mls {

Buffer GroupContext::encode() const {
  Writer writer;
  writer.u16(kVersion).u16(cipher_suite).vector(group_id).u64(epoch.value());
  writer.vector(tree_hash).vector(confirmed_transcript_hash);
  encode_extensions(writer, extensions);
  return writer.take();
}

Result<GroupContext> GroupContext::decode(Reader& reader) {
  GroupContext context;
  MAGPIE_TRY(const std::uint16_t version, reader.u16());
  if (version != kVersion) return fail(Errc::kUnsupported, "group context: version");
  MAGPIE_TRY(context.cipher_suite, reader.u16());
  MAGPIE_TRY(const Bytes group_id, reader.vector());
  MAGPIE_TRY(const std::uint64_t epoch, reader.u64());
  MAGPIE_TRY(const Bytes tree_hash, reader.vector());
  MAGPIE_TRY(const Bytes transcript_hash, reader.vector());
  MAGPIE_TRY(context.extensions, decode_extensions(reader));
  context.group_id = to_buffer(group_id);
  context.epoch = Epoch(epoch);
  context.tree_hash = to_buffer(tree_hash);
  context.confirmed_transcript_hash = to_buffer(transcript_hash);
  return context;
}

}  // namespace magpie::mls
