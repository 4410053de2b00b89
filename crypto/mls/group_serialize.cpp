// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/group_serialize.h"

#include "crypto/mls/framing.h"

namespace magpie::mls {
namespace {

// The first format of an epoch had the tree after the context.
constexpr std::uint8_t kEpochWithTree = 1;
constexpr std::uint8_t kEpochVersion = 2;
constexpr std::uint8_t kRatchetsVersion = 1;

void encode_count(Writer& writer, std::size_t count) {
  writer.u32(static_cast<std::uint32_t>(count));
}

Result<Secret> read_secret(Reader& reader) {
  MAGPIE_TRY(const Bytes bytes, reader.vector());
  return Secret::copy_of(bytes);
}

Result<Buffer> read_buffer(Reader& reader) {
  MAGPIE_TRY(const Bytes bytes, reader.vector());
  return to_buffer(bytes);
}

void encode_keys(Writer& writer, const GroupState& state) {
  writer.u32(state.keys.own.value()).vector(state.keys.leaf_key.expose());
  encode_count(writer, state.keys.node_keys.size());
  for (const auto& [node, key] : state.keys.node_keys) {
    writer.u32(node.value()).vector(key.expose());
  }
  writer.vector(state.identity.identity).vector(state.identity.signature_key.seed());
}

Result<TreePrivate> read_keys(Reader& reader) {
  TreePrivate keys;
  MAGPIE_TRY(const std::uint32_t own, reader.u32());
  keys.own = LeafIndex(own);
  MAGPIE_TRY(keys.leaf_key, read_secret(reader));
  MAGPIE_TRY(const std::uint32_t count, reader.u32());
  for (std::uint32_t i = 0; i < count; ++i) {
    MAGPIE_TRY(const std::uint32_t node, reader.u32());
    MAGPIE_TRY(Secret key, read_secret(reader));
    keys.node_keys.emplace(NodeIndex(node), std::move(key));
  }
  return keys;
}

Result<Identity> read_identity(Reader& reader) {
  MAGPIE_TRY(Buffer identity, read_buffer(reader));
  MAGPIE_TRY(const Bytes seed, reader.vector());
  MAGPIE_TRY(crypto::SignKeyPair key, crypto::SignKeyPair::from_seed(seed));
  return Identity{std::move(identity), std::move(key)};
}

void encode_secrets(Writer& writer, const EpochSecrets& s) {
  for (const Secret* secret :
       {&s.sender_data_secret, &s.exporter_secret, &s.external_secret, &s.confirmation_key,
        &s.membership_key, &s.resumption_psk, &s.epoch_authenticator, &s.init_secret}) {
    writer.vector(secret->expose());
  }
}

Result<EpochSecrets> read_secrets(Reader& reader, std::size_t size) {
  EpochSecrets s;
  for (Secret* secret :
       {&s.sender_data_secret, &s.exporter_secret, &s.external_secret, &s.confirmation_key,
        &s.membership_key, &s.resumption_psk, &s.epoch_authenticator, &s.init_secret}) {
    MAGPIE_TRY(*secret, read_secret(reader));
    if (secret->size() != size) return fail(Errc::kDamaged, "group: secret");
  }
  return s;
}

void encode_proposals(Writer& writer, const GroupState& state) {
  encode_count(writer, state.proposals.size());
  for (const CachedProposalPtr& cached : state.proposals) {
    writer.vector(cached->ref).u8(static_cast<std::uint8_t>(cached->sender.type));
    writer.u32(cached->sender.index);
    encode_proposal(writer, cached->proposal);
  }
  encode_count(writer, state.own_updates.size());
  for (const OwnUpdate& update : state.own_updates) {
    writer.vector(update.ref).vector(update.leaf_key.expose());
  }
}

Result<void> read_proposals(Reader& reader, GroupState& state) {
  MAGPIE_TRY(const std::uint32_t count, reader.u32());
  for (std::uint32_t i = 0; i < count; ++i) {
    MAGPIE_TRY(Buffer ref, read_buffer(reader));
    MAGPIE_TRY(const std::uint8_t type, reader.u8());
    MAGPIE_TRY(const std::uint32_t index, reader.u32());
    MAGPIE_TRY(Proposal proposal, decode_proposal(reader));
    state.proposals.push_back(std::make_shared<const CachedProposal>(
        CachedProposal{std::move(ref), std::move(proposal), Sender{SenderType(type), index}}));
  }
  MAGPIE_TRY(const std::uint32_t updates, reader.u32());
  for (std::uint32_t i = 0; i < updates; ++i) {
    MAGPIE_TRY(Buffer ref, read_buffer(reader));
    MAGPIE_TRY(Secret key, read_secret(reader));
    state.own_updates.push_back({std::move(ref), std::move(key)});
  }
  return {};
}

void encode_psks(Writer& writer, const GroupState& state) {
  encode_count(writer, state.psks.size());
  for (const auto& [id, secret] : state.psks) writer.vector(id).vector(secret.expose());
  encode_count(writer, state.past_epochs.size());
  for (const PastEpoch& past : state.past_epochs) {
    writer.u64(past.epoch.value()).vector(past.resumption_psk.expose());
  }
}

Result<void> read_psks(Reader& reader, GroupState& state) {
  MAGPIE_TRY(const std::uint32_t psks, reader.u32());
  for (std::uint32_t i = 0; i < psks; ++i) {
    MAGPIE_TRY(Buffer id, read_buffer(reader));
    MAGPIE_TRY(Secret secret, read_secret(reader));
    state.psks.emplace(std::move(id), std::move(secret));
  }
  MAGPIE_TRY(const std::uint32_t epochs, reader.u32());
  for (std::uint32_t i = 0; i < epochs; ++i) {
    MAGPIE_TRY(const std::uint64_t epoch, reader.u64());
    MAGPIE_TRY(Secret psk, read_secret(reader));
    state.past_epochs.push_back({Epoch(epoch), std::move(psk)});
  }
  return {};
}

/// The context and the tree that it names, one proved by the other.
struct PublicState {
  GroupContext context;
  Buffer encoded_context;
  std::shared_ptr<const RatchetTree> tree;
};

Result<RatchetTree> read_tree(Reader& reader, std::uint8_t version, const Suite& suite,
                              std::span<const StoredNode> nodes) {
  if (version != kEpochWithTree) return RatchetTree::assemble(suite.hash, nodes);
  MAGPIE_TRY(const Bytes encoded, reader.vector());
  return RatchetTree::decode(suite.hash, encoded);
}

Result<PublicState> read_public(Reader& reader, std::uint8_t version, const Suite& suite,
                                std::span<const StoredNode> nodes) {
  PublicState state;
  MAGPIE_TRY(state.encoded_context, read_buffer(reader));
  Reader context(state.encoded_context);
  MAGPIE_TRY(state.context, GroupContext::decode(context));
  MAGPIE_TRY(RatchetTree tree, read_tree(reader, version, suite, nodes));
  if (!equal(tree.update_hash().bytes(), state.context.tree_hash)) {
    return fail(Errc::kDamaged, "group: tree");
  }
  state.tree = RatchetTree::finished(std::move(tree));
  return state;
}

Result<SecretTree> read_ratchets(Bytes bytes, const Suite& suite, const PublicState& shared) {
  Reader reader(bytes);
  MAGPIE_TRY(const std::uint8_t version, reader.u8());
  MAGPIE_TRY(const Bytes group_id, reader.vector());
  MAGPIE_TRY(const std::uint64_t epoch, reader.u64());
  if (version != kRatchetsVersion || !equal(group_id, shared.context.group_id) ||
      Epoch(epoch) != shared.context.epoch) {
    return fail(Errc::kDamaged, "group: ratchets of another epoch");
  }
  MAGPIE_TRY(SecretTree tree,
             SecretTree::decode(reader, suite.hash, crypto::kAeadKeySize,
                                crypto::aead_nonce_size(suite.aead), shared.tree->leaf_count()));
  MAGPIE_TRY_VOID(reader.finish());
  return tree;
}

Result<std::unique_ptr<GroupState>> read_group(Bytes epoch, std::span<const StoredNode> tree,
                                               Bytes ratchets,
                                               std::shared_ptr<const Policy> policy) {
  Reader reader(epoch);
  MAGPIE_TRY(const std::uint8_t version, reader.u8());
  MAGPIE_TRY(const std::uint16_t suite_id, reader.u16());
  const Suite* suite = find_suite(suite_id);
  if ((version != kEpochVersion && version != kEpochWithTree) || suite == nullptr) {
    return fail(Errc::kDamaged, "group: version");
  }
  MAGPIE_TRY(PublicState shared, read_public(reader, version, *suite, tree));
  MAGPIE_TRY(TreePrivate keys, read_keys(reader));
  if (shared.tree->leaf(keys.own) == nullptr) return fail(Errc::kDamaged, "group: own leaf");
  MAGPIE_TRY(Identity identity, read_identity(reader));
  MAGPIE_TRY(EpochSecrets secrets, read_secrets(reader, suite->hash_size()));
  MAGPIE_TRY(Buffer interim, read_buffer(reader));
  MAGPIE_TRY(const bool reinitialised, reader.presence());
  MAGPIE_TRY(SecretTree messages, read_ratchets(ratchets, *suite, shared));
  auto state =
      std::make_unique<GroupState>(GroupState{.suite = suite,
                                              .policy = std::move(policy),
                                              .context = std::move(shared.context),
                                              .encoded_context = std::move(shared.encoded_context),
                                              .tree = std::move(shared.tree),
                                              .keys = std::move(keys),
                                              .identity = std::move(identity),
                                              .secrets = std::move(secrets),
                                              .messages = std::move(messages),
                                              .interim_transcript_hash = std::move(interim),
                                              .reinitialised = reinitialised});
  MAGPIE_TRY_VOID(read_proposals(reader, *state));
  MAGPIE_TRY_VOID(read_psks(reader, *state));
  MAGPIE_TRY_VOID(reader.finish());
  return state;
}

}  // namespace

Secret serialize_epoch(const GroupState& state) {
  Writer writer(state.encoded_context.size() + 4096);
  writer.u8(kEpochVersion).u16(state.suite->id).vector(state.encoded_context);
  encode_keys(writer, state);
  encode_secrets(writer, state.secrets);
  writer.vector(state.interim_transcript_hash).presence(state.reinitialised);
  encode_proposals(writer, state);
  encode_psks(writer, state);
  return writer.take_secret();
}

Secret serialize_ratchets(const GroupState& state) {
  Writer writer(4096);
  writer.u8(kRatchetsVersion).vector(state.context.group_id).u64(state.context.epoch.value());
  state.messages.encode(writer);
  return writer.take_secret();
}

Result<std::unique_ptr<GroupState>> deserialize_group(Bytes epoch, std::span<const StoredNode> tree,
                                                      Bytes ratchets,
                                                      std::shared_ptr<const Policy> policy) {
  auto state = read_group(epoch, tree, ratchets, std::move(policy));
  if (!state) return fail(Errc::kDamaged, state.error().site);
  return state;
}

}  // namespace magpie::mls
