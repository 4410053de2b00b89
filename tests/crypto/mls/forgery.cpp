// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crypto/mls/forgery.h"

#include <algorithm>

#include "crypto/base/check.h"
#include "crypto/mls/labels.h"
#include "crypto/mls/parent_hash.h"
#include "crypto/mls/transcript.h"

namespace magpie::mls::test {
namespace {

Buffer take_vector(Reader& reader) { return to_buffer(reader.vector().value()); }

/// The contents of a list of extensions.
Buffer contents(const std::vector<Extension>& extensions) {
  Writer writer;
  encode_extensions(writer, extensions);
  Reader reader(writer.view());
  return take_vector(reader);
}

const Proposal* resolve(const GroupState& state, const ProposalOrRef& item, LeafIndex& sender) {
  if (const auto* proposal = std::get_if<Proposal>(&item)) return proposal;
  for (const CachedProposalPtr& cached : state.proposals) {
    if (cached->ref == std::get<ProposalRef>(item)) {
      sender = cached->sender.leaf();
      return &cached->proposal;
    }
  }
  return nullptr;
}

}  // namespace

LeafFields LeafFields::of(const LeafNode& leaf) {
  LeafFields fields;
  fields.encryption_key = to_buffer(leaf.encryption_key);
  fields.signature_key = to_buffer(leaf.signature_key);
  fields.credential = to_buffer(leaf.credential.encoded);
  Reader lists(leaf.capabilities.encoded);
  for (Buffer& list : fields.capabilities) list = take_vector(lists);
  fields.source = static_cast<std::uint8_t>(leaf.source);
  fields.not_before = leaf.lifetime.not_before;
  fields.not_after = leaf.lifetime.not_after;
  fields.parent_hash = to_buffer(leaf.parent_hash);
  fields.extensions = contents(leaf.extensions);
  return fields;
}

Buffer LeafFields::encode(const crypto::SignKeyPair& key, const LeafPlace& place) const {
  Writer writer;
  writer.vector(encryption_key).vector(signature_key).fixed(credential);
  for (const Buffer& list : capabilities) writer.vector(list);
  writer.u8(source);
  if (source == 1) writer.u64(not_before).u64(not_after);
  if (source == 3) writer.vector(parent_hash);
  writer.vector(extensions);
  Writer suffix;
  if (source != 1) suffix.vector(place.group_id).u32(place.index.value());
  const auto genuine = sign_with_label(key, "LeafNodeTBS", {writer.view(), suffix.view()});
  writer.vector(signature ? Bytes(*signature) : Bytes(genuine.bytes()));
  return writer.take();
}

KeyPackageFields KeyPackageFields::of(const KeyPackage& key_package) {
  return {key_package.version,
          key_package.cipher_suite,
          to_buffer(key_package.init_key),
          LeafFields::of(*key_package.leaf_node),
          contents(key_package.extensions),
          std::nullopt};
}

Buffer KeyPackageFields::encode(const crypto::SignKeyPair& key) const {
  Writer writer;
  writer.u16(version).u16(cipher_suite).vector(init_key).fixed(leaf.encode(key, {}));
  writer.vector(extensions);
  const auto genuine = sign_with_label(key, "KeyPackageTBS", {writer.view()});
  writer.vector(signature ? Bytes(*signature) : Bytes(genuine.bytes()));
  return writer.take();
}

Buffer key_package_message(Bytes key_package) {
  Writer message;
  encode_message_head(message, MessageFormat::kKeyPackage);
  return message.fixed(key_package).take();
}

Buffer PathFields::encode() const {
  Writer list;
  for (const Node& node : nodes) {
    list.vector(node.encryption_key).vector_of([&](Writer& inner) {
      for (const Ciphertext& c : node.ciphertexts) {
        encode_hpke_ciphertext(inner, c.kem_output, c.ciphertext);
      }
    });
  }
  Writer writer;
  return writer.fixed(leaf).vector(list.view()).take();
}

FramedContent Frame::content() const {
  return {group_id, epoch, sender, authenticated_data, type, body};
}

AuthenticatedContent Frame::authenticated() const {
  return {wire_format, content(), {signature, confirmation_tag}};
}

/// What a commit makes of the tree and the keys.
struct Forger::Draft {
  RatchetTree tree;
  std::vector<Extension> extensions;
  TreePrivate keys;
  ForgedCommit forged;
  std::vector<Buffer> public_keys;
  Secret commit_secret;
  Buffer leaf;
};

Frame Forger::frame(ContentType type, Buffer body, WireFormat format) const {
  Frame frame;
  frame.wire_format = format;
  frame.group_id = state_.context.group_id;
  frame.epoch = state_.context.epoch;
  frame.sender = Sender::member(state_.keys.own);
  frame.type = type;
  frame.body = std::move(body);
  const RatchetType ratchet =
      type == ContentType::kApplication ? RatchetType::kApplication : RatchetType::kHandshake;
  frame.sender_data.leaf = state_.keys.own;
  frame.sender_data.generation = state_.messages.next(state_.keys.own, ratchet)->generation;
  random_.fill(frame.sender_data.reuse_guard);
  return frame;
}

void Forger::sign(Frame& frame, const Edits& edits) const {
  if (edits.unsigned_frame) edits.unsigned_frame(frame);
  const auto signature = sign_content(state_.identity.signature_key, frame.wire_format,
                                      frame.content(), state_.encoded_context);
  frame.signature = to_buffer(signature.bytes());
  if (edits.signed_frame) edits.signed_frame(frame);
}

Buffer Forger::protect(const Frame& frame) const {
  if (frame.wire_format == WireFormat::kPrivate) return encrypt(frame);
  const auto tag = membership_tag(state_.suite->hash, state_.secrets.membership_key.expose(),
                                  frame.authenticated(), state_.encoded_context);
  return encode_public_message(frame.authenticated(), tag.bytes());
}

Buffer Forger::encrypt(const Frame& frame) const {
  const Suite& suite = *state_.suite;
  PrivateMessage message{frame.group_id, frame.epoch, frame.type, frame.authenticated_data, {}, {}};
  Writer plaintext;
  plaintext.fixed(frame.body);
  frame.authenticated().auth.encode(plaintext, frame.type);
  plaintext.fixed(frame.padding);

  const RatchetType ratchet =
      frame.type == ContentType::kApplication ? RatchetType::kApplication : RatchetType::kHandshake;
  auto key = state_.messages.find(frame.sender_data.leaf, ratchet, frame.sender_data.generation);
  // A generation without a key is claimed under the next one's.
  if (!key) key = state_.messages.next(state_.keys.own, ratchet);
  Buffer nonce = to_buffer(key->nonce());
  for (std::size_t i = 0; i < 4; ++i) nonce[i] ^= frame.sender_data.reuse_guard[i];
  Writer aad;
  aad.vector(message.group_id).u64(message.epoch.value());
  aad.u8(static_cast<std::uint8_t>(message.type));
  const Buffer head = to_buffer(aad.view());
  aad.vector(message.authenticated_data);
  const Buffer ciphertext =
      crypto::aead_seal(suite.aead, key->key(), nonce, aad.view(), plaintext.view());

  Writer clear;
  clear.u32(frame.sender_data.leaf.value()).u32(frame.sender_data.generation.value());
  clear.fixed(frame.sender_data.reuse_guard);
  const SenderDataKeys keys =
      sender_data_keys(suite, state_.secrets.sender_data_secret.expose(), ciphertext);
  const Buffer sender_data =
      crypto::aead_seal(suite.aead, keys.key.expose(), keys.nonce.expose(), head, clear.view());
  message.encrypted_sender_data = sender_data;
  message.ciphertext = ciphertext;
  Writer writer;
  encode_message_head(writer, MessageFormat::kPrivateMessage);
  message.encode(writer);
  return writer.take();
}

Buffer Forger::application(Bytes data, const Edits& edits) const {
  Writer body;
  Frame message = frame(ContentType::kApplication, body.vector(data).take(), WireFormat::kPrivate);
  if (edits.body) edits.body(message.body);
  sign(message, edits);
  if (edits.tagged_frame) edits.tagged_frame(message);
  return protect(message);
}

Buffer Forger::proposal(const Proposal& proposal, WireFormat format, const Edits& edits) const {
  Writer body;
  encode_proposal(body, proposal);
  Frame message = frame(ContentType::kProposal, body.take(), format);
  if (edits.body) edits.body(message.body);
  sign(message, edits);
  if (edits.tagged_frame) edits.tagged_frame(message);
  return protect(message);
}

void Forger::apply(const std::vector<ProposalOrRef>& proposals, Draft& draft) const {
  std::vector<const Add*> adds;
  for (const ProposalOrRef& item : proposals) {
    LeafIndex sender = state_.keys.own;
    const Proposal* proposal = resolve(state_, item, sender);
    if (proposal == nullptr) continue;
    if (const auto* change = std::get_if<GroupContextExtensions>(proposal)) {
      draft.extensions = change->extensions;
    } else if (const auto* update = std::get_if<Update>(proposal)) {
      if (sender != kNoLeaf) draft.tree.update_leaf(sender, update->leaf_node);
    } else if (const auto* remove = std::get_if<Remove>(proposal)) {
      if (remove->removed.value() < draft.tree.leaf_count()) {
        draft.tree.remove_leaf(remove->removed);
      }
    } else if (const auto* psk = std::get_if<PreSharedKey>(proposal)) {
      draft.forged.psks.push_back(psk->psk);
    } else if (const auto* add = std::get_if<Add>(proposal)) {
      adds.push_back(add);
    }
  }
  for (const Add* add : adds) {
    draft.forged.added.push_back(draft.tree.add_leaf(add->key_package->leaf_node));
  }
  draft.tree.truncate();
}

void Forger::add_path(Draft& draft, const Edits& edits) const {
  const Suite& suite = *state_.suite;
  const LeafIndex own = state_.keys.own;
  draft.forged.steps = draft.tree.filtered_direct_path(own);
  draft.keys.forget_path(own, draft.tree.leaf_count());
  Secret secret = random_.secret(suite.hash_size());
  for (std::size_t i = 0; i < draft.forged.steps.size(); ++i) {
    const Secret node_secret = derive_secret(suite.hash, secret.expose(), "node");
    auto pair = suite.hpke.kem->derive_key_pair(node_secret.expose());
    Secret next = derive_secret(suite.hash, secret.expose(), "path");
    if (edits.step) edits.step(i, pair.public_key, secret);
    draft.keys.node_keys.insert_or_assign(draft.forged.steps[i].node, std::move(pair.private_key));
    draft.public_keys.push_back(std::move(pair.public_key));
    draft.forged.path_secrets.push_back(std::exchange(secret, std::move(next)));
  }
  draft.commit_secret = std::move(secret);

  draft.tree.blank_path(own);
  Buffer above;
  for (std::size_t i = draft.forged.steps.size(); i-- > 0;) {
    ParentNode node{draft.public_keys[i], std::move(above), {}};
    const auto& sibling = draft.tree.update_hash(draft.forged.steps[i].copath_child);
    above = to_buffer(parent_hash(suite.hash, node, sibling.bytes()).bytes());
    draft.tree.set_parent(draft.forged.steps[i].node,
                          std::make_shared<const ParentNode>(std::move(node)));
  }
  auto pair = generate_key_pair(suite, random_);
  LeafFields leaf = LeafFields::of(state_.own_leaf());
  leaf.encryption_key = std::move(pair.public_key);
  leaf.source = static_cast<std::uint8_t>(LeafNodeSource::kCommit);
  leaf.parent_hash = std::move(above);
  draft.keys.leaf_key = std::move(pair.private_key);
  if (edits.leaf) edits.leaf(leaf);
  draft.leaf = leaf.encode(state_.identity.signature_key, {state_.context.group_id, own});
  Reader reader(draft.leaf);
  if (auto decoded = LeafNode::decode(reader)) draft.tree.set_leaf(own, *std::move(decoded));
}

PathFields Forger::encrypt_path(const Draft& draft, Bytes context) const {
  PathFields path{draft.leaf, {}};
  for (std::size_t i = 0; i < draft.forged.steps.size(); ++i) {
    PathFields::Node node{draft.public_keys[i], {}};
    for (const NodeIndex reader : draft.tree.resolution(draft.forged.steps[i].copath_child)) {
      if (is_leaf(reader) &&
          std::ranges::find(draft.forged.added, leaf_of(reader)) != draft.forged.added.end()) {
        continue;
      }
      auto sealed =
          encrypt_with_label(*state_.suite, draft.tree.encryption_key(reader), "UpdatePathNode",
                             context, draft.forged.path_secrets[i].expose(), random_);
      // To a key that nobody can encrypt to.
      if (!sealed) sealed = crypto::HpkeCiphertext{Buffer(32), Buffer(48)};
      node.ciphertexts.push_back({std::move(sealed->enc), std::move(sealed->ciphertext)});
    }
    path.nodes.push_back(std::move(node));
  }
  return path;
}

ForgedCommit Forger::commit(const std::vector<ProposalOrRef>& proposals, bool with_path,
                            WireFormat format, const Edits& edits) const {
  const Suite& suite = *state_.suite;
  Draft draft{*state_.tree,
              state_.context.extensions,
              state_.keys.clone(),
              {},
              {},
              Secret(suite.hash_size()),
              {}};
  apply(proposals, draft);
  Writer body;
  encode_proposals_or_refs(body, proposals);
  // Who took itself out has no path to update.
  with_path = with_path && draft.tree.leaf(state_.keys.own) != nullptr;
  if (with_path) add_path(draft, edits);
  draft.tree.update_hash();
  draft.keys.forget_blank(draft.tree);
  body.presence(with_path);
  if (with_path) {
    PathFields path =
        encrypt_path(draft, provisional_context(state_, draft.tree, draft.extensions));
    if (edits.path) edits.path(path);
    body.fixed(path.encode());
  }
  Frame message = frame(ContentType::kCommit, body.take(), format);
  if (edits.body) edits.body(message.body);
  sign(message, edits);

  const auto confirmed =
      confirmed_transcript_hash(suite.hash, state_.interim_transcript_hash, message.wire_format,
                                message.content(), message.signature);
  auto psk_secret = state_.combine_psks(draft.forged.psks);
  draft.forged.next = advance_epoch(
      state_, {.tree = std::move(draft.tree),
               .extensions = std::move(draft.extensions),
               .keys = std::move(draft.keys),
               .identity = state_.identity.clone(),
               .confirmed_transcript_hash = to_buffer(confirmed.bytes()),
               .init_secret = state_.secrets.init_secret.clone(),
               .commit_secret = std::move(draft.commit_secret),
               .psk_secret = psk_secret ? *std::move(psk_secret) : Secret(suite.hash_size())});
  const auto tag = confirmation_tag_of(*draft.forged.next.state);
  settle_epoch(*draft.forged.next.state, tag.bytes());
  message.confirmation_tag = to_buffer(tag.bytes());
  if (edits.tagged_frame) edits.tagged_frame(message);
  draft.forged.message = protect(message);
  return std::move(draft.forged);
}

Buffer Forger::make_info(const ForgedCommit& commit, Bytes member_secret,
                         const WelcomeEdits& edits) const {
  const Suite& suite = *state_.suite;
  RatchetTree tree = *commit.next.state->tree;
  GroupInfo info;
  info.group_context = commit.next.state->context;
  if (edits.tree) {
    edits.tree(tree);
    info.group_context.tree_hash = to_buffer(tree.update_hash().bytes());
  }
  if (edits.context) edits.context(info.group_context);
  const Buffer context = info.group_context.encode();
  const Secret epoch_secret = derive_epoch_secret(suite.hash, member_secret, context);
  const EpochSecrets secrets = derive_epoch_secrets(suite.hash, epoch_secret.expose());
  const auto tag = confirmation_tag(suite.hash, secrets.confirmation_key.expose(),
                                    info.group_context.confirmed_transcript_hash);
  info.confirmation_tag = tag.bytes();
  info.extensions = {{kRatchetTree, tree.encode()}};
  info.signer = state_.keys.own;
  if (edits.info) edits.info(info);
  Buffer encoded = encode_group_info(context, info.extensions, info.confirmation_tag, info.signer,
                                     state_.identity.signature_key);
  if (edits.encoded_info) edits.encoded_info(encoded);
  return encoded;
}

Buffer Forger::welcome(const ForgedCommit& commit, const KeyPackage& joiner, LeafIndex leaf,
                       const WelcomeEdits& edits) const {
  const Suite& suite = *state_.suite;
  GroupSecrets secrets{commit.next.joiner_secret.clone(), {}, commit.psks};
  for (std::size_t i = 0; i < commit.steps.size(); ++i) {
    if (!is_under(leaf, commit.steps[i].copath_child)) continue;
    secrets.path_secret = commit.path_secrets[i].clone();
    break;
  }
  if (edits.secrets) edits.secrets(secrets);
  auto psk_secret = state_.combine_psks(secrets.psks);
  if (!psk_secret) psk_secret = Secret(suite.hash_size());
  const Secret member_secret =
      derive_member_secret(suite.hash, secrets.joiner_secret.expose(), psk_secret->expose());
  const Secret welcome_secret = derive_welcome_secret(suite.hash, member_secret.expose());
  const Buffer info = seal_group_info(suite, welcome_secret.expose(),
                                      make_info(commit, member_secret.expose(), edits));
  const Secret encoded = encode_group_secrets(
      secrets.joiner_secret, secrets.path_secret.empty() ? nullptr : &secrets.path_secret,
      secrets.psks);
  Buffer opened = to_buffer(encoded.expose());
  if (edits.encoded_secrets) edits.encoded_secrets(opened);
  auto sealed = seal_group_secrets(suite, joiner.init_key, info, opened, random_);
  // To a key that nobody can encrypt to.
  if (!sealed) sealed = crypto::HpkeCiphertext{Buffer(32), Buffer(48)};
  Writer entries;
  entries.vector(key_package_ref(suite.hash, joiner).bytes());
  encode_hpke_ciphertext(entries, sealed->enc, sealed->ciphertext);
  Writer message;
  encode_message_head(message, MessageFormat::kWelcome);
  return message.u16(suite.id).vector(entries.view()).vector(info).take();
}

}  // namespace magpie::mls::test
