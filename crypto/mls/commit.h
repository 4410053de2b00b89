// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/mls/proposal.h"
#include "crypto/mls/update_path.h"

namespace magpie::mls {

/// ProposalRef (RFC 9420 §5.2).
using ProposalRef = Buffer;
using ProposalOrRef = std::variant<Proposal, ProposalRef>;

/// Commit (RFC 9420 §12.4). The path views what it was read from.
struct Commit {
  std::vector<ProposalOrRef> proposals;
  std::optional<UpdatePath> path;

  void encode(Writer& writer) const;
  static Result<Commit> decode(Reader& reader);
};

void encode_proposals_or_refs(Writer& writer, const std::vector<ProposalOrRef>& proposals);

}  // namespace magpie::mls
