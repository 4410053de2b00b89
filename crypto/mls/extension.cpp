// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/extension.h"

#include <algorithm>

namespace magpie::mls {

void encode_extensions(Writer& writer, const std::vector<Extension>& extensions) {
  writer.vector_of([&](Writer& list) {
    for (const Extension& extension : extensions) list.u16(extension.type).vector(extension.data);
  });
}

Result<std::vector<Extension>> decode_extensions(Reader& reader) {
  MAGPIE_TRY(const Bytes bytes, reader.vector());
  std::vector<Extension> extensions;
  for (Reader list(bytes); !list.at_end();) {
    MAGPIE_TRY(const std::uint16_t type, list.u16());
    MAGPIE_TRY(const Bytes data, list.vector());
    extensions.push_back({type, to_buffer(data)});
  }
  if (has_duplicate_types(extensions)) return fail(Errc::kMalformed, "extensions: duplicate type");
  return extensions;
}

bool has_duplicate_types(const std::vector<Extension>& extensions) {
  std::vector<std::uint16_t> types;
  types.reserve(extensions.size());
  for (const Extension& extension : extensions) types.push_back(extension.type);
  std::ranges::sort(types);
  return std::ranges::adjacent_find(types) != types.end();
}

const Extension* find_extension(const std::vector<Extension>& extensions, std::uint16_t type) {
  const auto found = std::ranges::find(extensions, type, &Extension::type);
  return found == extensions.end() ? nullptr : &*found;
}

Result<U16List> U16List::decode(Reader& reader) {
  U16List list;
  MAGPIE_TRY(list.raw_, reader.vector());
  if (list.raw_.size() % 2 != 0) return fail(Errc::kMalformed, "uint16 list: odd size");
  return list;
}

bool U16List::contains(std::uint16_t value) const {
  for (std::size_t i = 0; i < size(); ++i) {
    if ((*this)[i] == value) return true;
  }
  return false;
}

void encode_u16_list(Writer& writer, std::span<const std::uint16_t> values) {
  writer.vector_length(2 * values.size());
  for (const std::uint16_t value : values) writer.u16(value);
}

Result<RequiredCapabilities> RequiredCapabilities::decode(Bytes data) {
  Reader reader(data);
  RequiredCapabilities required;
  MAGPIE_TRY(required.extensions, U16List::decode(reader));
  MAGPIE_TRY(required.proposals, U16List::decode(reader));
  MAGPIE_TRY(required.credentials, U16List::decode(reader));
  MAGPIE_TRY_VOID(reader.finish());
  return required;
}

Buffer encode_required_capabilities(std::span<const std::uint16_t> extensions,
                                    std::span<const std::uint16_t> proposals,
                                    std::span<const std::uint16_t> credentials) {
  Writer writer;
  encode_u16_list(writer, extensions);
  encode_u16_list(writer, proposals);
  encode_u16_list(writer, credentials);
  return writer.take();
}

}  // namespace magpie::mls
