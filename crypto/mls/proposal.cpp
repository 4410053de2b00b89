// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/proposal.h"

namespace magpie::mls {
namespace {

struct BodyEncoder {
  Writer& writer;

  void operator()(const Add& add) { writer.fixed(add.key_package->encoded); }
  void operator()(const Update& update) { writer.fixed(update.leaf_node->encoded); }
  void operator()(const Remove& remove) { writer.u32(remove.removed.value()); }
  void operator()(const PreSharedKey& psk) { psk.psk.encode(writer); }
  void operator()(const ReInit& reinit) {
    writer.vector(reinit.group_id).u16(reinit.version).u16(reinit.cipher_suite);
    encode_extensions(writer, reinit.extensions);
  }
  void operator()(const ExternalInit& init) { writer.vector(init.kem_output); }
  void operator()(const GroupContextExtensions& change) {
    encode_extensions(writer, change.extensions);
  }
};

Result<ReInit> decode_reinit(Reader& reader) {
  ReInit reinit;
  MAGPIE_TRY(const Bytes group_id, reader.vector());
  reinit.group_id = to_buffer(group_id);
  MAGPIE_TRY(reinit.version, reader.u16());
  MAGPIE_TRY(reinit.cipher_suite, reader.u16());
  MAGPIE_TRY(reinit.extensions, decode_extensions(reader));
  return reinit;
}

}  // namespace

ProposalType type_of(const Proposal& proposal) {
  return ProposalType(static_cast<std::uint16_t>(proposal.index() + 1));
}

bool requires_path(ProposalType type) {
  return type != ProposalType::kAdd && type != ProposalType::kPsk && type != ProposalType::kReInit;
}

bool allowed_from_external(ProposalType type) {
  return type != ProposalType::kUpdate && type != ProposalType::kExternalInit;
}

void encode_proposal_body(Writer& writer, const Proposal& proposal) {
  std::visit(BodyEncoder{writer}, proposal);
}

void encode_proposal(Writer& writer, const Proposal& proposal) {
  writer.u16(static_cast<std::uint16_t>(type_of(proposal)));
  encode_proposal_body(writer, proposal);
}

Result<Proposal> decode_proposal_body(Reader& reader, ProposalType type) {
  switch (type) {
    case ProposalType::kAdd: {
      MAGPIE_TRY(KeyPackagePtr key_package, KeyPackage::decode(reader));
      return Add{std::move(key_package)};
    }
    case ProposalType::kUpdate: {
      MAGPIE_TRY(LeafNodePtr leaf_node, LeafNode::decode(reader));
      return Update{std::move(leaf_node)};
    }
    case ProposalType::kRemove: {
      MAGPIE_TRY(const std::uint32_t removed, reader.u32());
      return Remove{LeafIndex(removed)};
    }
    case ProposalType::kPsk: {
      MAGPIE_TRY(PreSharedKeyId id, PreSharedKeyId::decode(reader));
      return PreSharedKey{std::move(id)};
    }
    case ProposalType::kReInit:
      return decode_reinit(reader);
    case ProposalType::kExternalInit: {
      MAGPIE_TRY(const Bytes kem_output, reader.vector());
      return ExternalInit{to_buffer(kem_output)};
    }
    case ProposalType::kGroupContextExtensions: {
      MAGPIE_TRY(std::vector<Extension> extensions, decode_extensions(reader));
      return GroupContextExtensions{std::move(extensions)};
    }
  }
  return fail(Errc::kUnsupported, "proposal: type");
}

Result<Proposal> decode_proposal(Reader& reader) {
  MAGPIE_TRY(const std::uint16_t type, reader.u16());
  return decode_proposal_body(reader, ProposalType(type));
}

}  // namespace magpie::mls
