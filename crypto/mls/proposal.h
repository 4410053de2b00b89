// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/mls/key_package.h"
#include "crypto/mls/psk.h"

/// The proposals of RFC 9420 §12.1. They own what they hold, so that a received one can wait for
/// its commit.
namespace magpie::mls {

enum class ProposalType : std::uint16_t {
  kAdd = 1,
  kUpdate = 2,
  kRemove = 3,
  kPsk = 4,
  kReInit = 5,
  kExternalInit = 6,
  kGroupContextExtensions = 7,
};

struct Add {
  KeyPackagePtr key_package;
};
struct Update {
  LeafNodePtr leaf_node;
};
struct Remove {
  LeafIndex removed;
};
struct PreSharedKey {
  PreSharedKeyId psk;
};
struct ReInit {
  Buffer group_id;
  std::uint16_t version = 0;
  std::uint16_t cipher_suite = 0;
  std::vector<Extension> extensions;
};
struct ExternalInit {
  Buffer kem_output;
};
struct GroupContextExtensions {
  std::vector<Extension> extensions;
};

using Proposal =
    std::variant<Add, Update, Remove, PreSharedKey, ReInit, ExternalInit, GroupContextExtensions>;

ProposalType type_of(const Proposal& proposal);
/// Whether a commit that covers a proposal of this type must have a path (RFC 9420 §12.4).
bool requires_path(ProposalType type);
/// Whether an `external` sender may send it (RFC 9420 §12.1.8).
bool allowed_from_external(ProposalType type);

void encode_proposal(Writer& writer, const Proposal& proposal);
/// Errors: parse errors; kUnsupported for a type whose form is unknown.
Result<Proposal> decode_proposal(Reader& reader);

/// The body of each type alone, without the type in front.
void encode_proposal_body(Writer& writer, const Proposal& proposal);
Result<Proposal> decode_proposal_body(Reader& reader, ProposalType type);

}  // namespace magpie::mls
