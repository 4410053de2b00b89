// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/psk.h"

#include "crypto/base/check.h"
#include "crypto/mls/labels.h"
#include "crypto/primitives/hkdf.h"

namespace magpie::mls {
namespace {

constexpr std::uint8_t kExternal = 1;
constexpr std::uint8_t kResumption = 2;

Result<PreSharedKeyId::Resumption> decode_resumption(Reader& reader) {
  PreSharedKeyId::Resumption resumption;
  MAGPIE_TRY(const std::uint8_t usage, reader.u8());
  if (usage < 1 || usage > 3) return fail(Errc::kMalformed, "psk id: usage");
  resumption.usage = ResumptionUsage(usage);
  MAGPIE_TRY(const Bytes group_id, reader.vector());
  resumption.group_id = to_buffer(group_id);
  MAGPIE_TRY(const std::uint64_t epoch, reader.u64());
  resumption.epoch = Epoch(epoch);
  return resumption;
}

}  // namespace

void PreSharedKeyId::encode(Writer& writer) const {
  if (const auto* external = std::get_if<External>(&kind)) {
    writer.u8(kExternal).vector(external->psk_id);
  } else {
    const auto& resumption = std::get<Resumption>(kind);
    writer.u8(kResumption).u8(static_cast<std::uint8_t>(resumption.usage));
    writer.vector(resumption.group_id).u64(resumption.epoch.value());
  }
  writer.vector(nonce);
}

Result<PreSharedKeyId> PreSharedKeyId::decode(Reader& reader) {
  PreSharedKeyId id;
  MAGPIE_TRY(const std::uint8_t type, reader.u8());
  if (type == kExternal) {
    MAGPIE_TRY(const Bytes psk_id, reader.vector());
    id.kind = External{to_buffer(psk_id)};
  } else if (type == kResumption) {
    MAGPIE_TRY(id.kind, decode_resumption(reader));
  } else {
    return fail(Errc::kMalformed, "psk id: type");
  }
  MAGPIE_TRY(const Bytes nonce, reader.vector());
  id.nonce = to_buffer(nonce);
  return id;
}

void encode_psk_ids(Writer& writer, const std::vector<PreSharedKeyId>& ids) {
  writer.vector_of([&](Writer& list) {
    for (const PreSharedKeyId& id : ids) id.encode(list);
  });
}

Result<std::vector<PreSharedKeyId>> decode_psk_ids(Reader& reader) {
  MAGPIE_TRY(const Bytes bytes, reader.vector());
  std::vector<PreSharedKeyId> ids;
  for (Reader list(bytes); !list.at_end();) {
    MAGPIE_TRY(PreSharedKeyId id, PreSharedKeyId::decode(list));
    ids.push_back(std::move(id));
  }
  return ids;
}

Secret psk_secret(crypto::HashId hash, std::span<const PskInput> psks) {
  MAGPIE_CHECK(psks.size() <= 0xffff);
  const std::size_t size = crypto::hash_size(hash);
  const Buffer zero(size);
  Secret secret(size);
  for (std::size_t i = 0; i < psks.size(); ++i) {
    Writer label;
    psks[i].id->encode(label);
    label.u16(static_cast<std::uint16_t>(i)).u16(static_cast<std::uint16_t>(psks.size()));
    const Secret extracted = crypto::hkdf_extract(hash, zero, {psks[i].secret});
    const Secret input =
        expand_with_label(hash, extracted.expose(), "derived psk", label.view(), size);
    secret = crypto::hkdf_extract(hash, input.expose(), {secret.expose()});
  }
  return secret;
}

}  // namespace magpie::mls
