// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/commit.h"

namespace magpie::mls {
namespace {

constexpr std::uint8_t kByValue = 1;
constexpr std::uint8_t kByReference = 2;

Result<ProposalOrRef> decode_proposal_or_ref(Reader& reader) {
  MAGPIE_TRY(const std::uint8_t type, reader.u8());
  if (type == kByValue) {
    MAGPIE_TRY(Proposal proposal, decode_proposal(reader));
    return proposal;
  }
  if (type == kByReference) {
    MAGPIE_TRY(const Bytes reference, reader.vector());
    return to_buffer(reference);
  }
  return fail(Errc::kMalformed, "commit: proposal or reference");
}

}  // namespace

void encode_proposals_or_refs(Writer& writer, const std::vector<ProposalOrRef>& proposals) {
  writer.vector_of([&](Writer& list) {
    for (const ProposalOrRef& item : proposals) {
      if (const auto* proposal = std::get_if<Proposal>(&item)) {
        encode_proposal(list.u8(kByValue), *proposal);
      } else {
        list.u8(kByReference).vector(std::get<ProposalRef>(item));
      }
    }
  });
}

void Commit::encode(Writer& writer) const {
  encode_proposals_or_refs(writer, proposals);
  writer.presence(path.has_value());
  if (path) path->encode(writer);
}

Result<Commit> Commit::decode(Reader& reader) {
  Commit commit;
  MAGPIE_TRY(const Bytes proposals, reader.vector());
  for (Reader list(proposals); !list.at_end();) {
    MAGPIE_TRY(ProposalOrRef item, decode_proposal_or_ref(list));
    commit.proposals.push_back(std::move(item));
  }
  MAGPIE_TRY(const bool has_path, reader.presence());
  if (has_path) {
    MAGPIE_TRY(commit.path, UpdatePath::decode(reader));
  }
  return commit;
}

}  // namespace magpie::mls
