// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/alter_mls.h"

#include "tests/crypto/mls/room.h"

namespace magpie::fuzz {

using namespace mls;
using namespace mls::test;
using magpie::test::SeededRandom;

namespace {

void alter_signature(Alterations& alterations, std::optional<Buffer>& signature) {
  Buffer other(64);
  alterations.maybe(other);
  if (other != Buffer(64)) signature = std::move(other);
}

Update make_update(Alterations& alterations, const GroupState& state, SeededRandom& random) {
  LeafFields fields = LeafFields::of(state.own_leaf());
  fields.encryption_key = generate_key_pair(*state.suite, random).public_key;
  fields.source = 2;
  alter(alterations, fields);
  const Buffer encoded =
      fields.encode(state.identity.signature_key, {state.context.group_id, state.keys.own});
  Reader reader(encoded);
  auto leaf = LeafNode::decode(reader);
  return {leaf ? *std::move(leaf) : state.tree->leaf_ptr(state.keys.own)};
}

Add make_add(Alterations& alterations, const std::vector<KeyPackageBundle>& outsiders) {
  const KeyPackageBundle& bundle = outsiders[alterations.below(outsiders.size())];
  auto honest = *KeyPackage::decode_message(bundle.key_package);
  KeyPackageFields fields = KeyPackageFields::of(*honest);
  alter(alterations, fields);
  const Buffer encoded = fields.encode(bundle.identity.signature_key);
  Reader reader(encoded);
  auto key_package = KeyPackage::decode(reader);
  return {key_package ? *std::move(key_package) : std::move(honest)};
}

PreSharedKey make_psk(Alterations& alterations, const GroupState& state) {
  PreSharedKeyId id{PreSharedKeyId::External{to_buffer(as_bytes(Room::kPsk))},
                    Buffer(state.suite->hash_size())};
  if (alterations.below(2) == 1) {
    PreSharedKeyId::Resumption resumption{ResumptionUsage(1 + alterations.below(3)),
                                          state.context.group_id, state.context.epoch};
    alterations.maybe(resumption.group_id);
    std::uint64_t epoch = resumption.epoch.value();
    alterations.maybe_number(epoch);
    resumption.epoch = Epoch(epoch);
    id.kind = std::move(resumption);
  } else {
    alterations.maybe(std::get<PreSharedKeyId::External>(id.kind).psk_id);
  }
  alterations.maybe(id.nonce);
  return {std::move(id)};
}

}  // namespace

void alter(Alterations& alterations, LeafFields& leaf) {
  alterations.maybe(leaf.encryption_key);
  alterations.maybe(leaf.signature_key);
  alterations.maybe(leaf.credential);
  for (Buffer& list : leaf.capabilities) alterations.maybe(list);
  alterations.maybe_number(leaf.source);
  alterations.maybe_number(leaf.not_before);
  alterations.maybe_number(leaf.not_after);
  alterations.maybe(leaf.parent_hash);
  alterations.maybe(leaf.extensions);
  alter_signature(alterations, leaf.signature);
}

void alter(Alterations& alterations, KeyPackageFields& key_package) {
  alterations.maybe_number(key_package.version);
  alterations.maybe_number(key_package.cipher_suite);
  alterations.maybe(key_package.init_key);
  alter(alterations, key_package.leaf);
  alterations.maybe(key_package.extensions);
  alter_signature(alterations, key_package.signature);
}

void alter(Alterations& alterations, PathFields& path) {
  alterations.maybe(path.leaf);
  for (PathFields::Node& node : path.nodes) {
    alterations.maybe(node.encryption_key);
    for (PathFields::Ciphertext& sealed : node.ciphertexts) {
      alterations.maybe(sealed.kem_output);
      alterations.maybe(sealed.ciphertext);
    }
    if (alterations.here()) node.ciphertexts.resize(alterations.below(4));
  }
  if (alterations.here()) path.nodes.resize(alterations.below(5));
}

void alter(Alterations& alterations, std::vector<Extension>& extensions) {
  if (alterations.here()) {
    constexpr std::uint16_t kTypes[] = {1, 2, 3, 4, 5, Room::kExtension, 0x0A0A, 0xF0F0};
    extensions.push_back({kTypes[alterations.below(std::size(kTypes))], {}});
  }
  for (Extension& extension : extensions) {
    alterations.maybe_number(extension.type);
    alterations.maybe(extension.data);
  }
}

Proposal make_proposal(Alterations& alterations, const GroupState& state,
                       const std::vector<KeyPackageBundle>& outsiders) {
  SeededRandom random(7);
  switch (alterations.below(7)) {
    case 0:
      return make_add(alterations, outsiders);
    case 1:
      return make_update(alterations, state, random);
    case 2: {
      auto index = static_cast<std::uint32_t>(alterations.below(9));
      alterations.maybe_number(index);
      return Remove{LeafIndex(index)};
    }
    case 3:
      return make_psk(alterations, state);
    case 4: {
      ReInit reinit{state.context.group_id, 1, state.suite->id, state.context.extensions};
      alterations.maybe(reinit.group_id);
      alterations.maybe_number(reinit.version);
      alterations.maybe_number(reinit.cipher_suite);
      alter(alterations, reinit.extensions);
      return reinit;
    }
    case 5: {
      ExternalInit init{Buffer(32)};
      alterations.maybe(init.kem_output);
      return init;
    }
    default: {
      GroupContextExtensions change{state.context.extensions};
      alter(alterations, change.extensions);
      return change;
    }
  }
}

}  // namespace magpie::fuzz
