// SPDX-License-Identifier: GPL-3.0-or-later
// message-protection, messages, welcome
#include "crypto/mls/group_context.h"
#include "crypto/mls/key_package.h"
#include "crypto/mls/key_schedule.h"
#include "crypto/mls/message_protection.h"
#include "crypto/mls/ratchet_tree.h"
#include "crypto/mls/transcript.h"
#include "crypto/mls/welcome.h"
#include "tests/crypto/mls/vectors/vectors.h"

namespace magpie::mls::vectors {
namespace {

constexpr LeafIndex kSender{1};
constexpr std::uint32_t kLeaves = 2;

/// What a message-protection vector gives.
struct Epoch1 {
  const Suite& suite;
  GroupContext context;
  Buffer encoded_context;
  Buffer signature_pub;
  crypto::SignKeyPair key;
  Buffer encryption_secret;
  Buffer sender_data_secret;
  Buffer membership_key;

  SecretTree tree() const {
    return {suite.hash, crypto::kAeadKeySize, crypto::aead_nonce_size(suite.aead), kLeaves,
            Secret::copy_of(encryption_secret)};
  }
};

Outcome check_public(const Epoch1& epoch, Bytes message, Bytes raw) {
  Reader reader(message);
  VECTOR_CHECK(expect_message(reader, MessageFormat::kPublicMessage));
  VECTOR_TRY(const PublicMessage decoded, PublicMessage::decode(reader));
  VECTOR_CHECK(reader.at_end());
  const AuthenticatedContent& content = decoded.parsed.authenticated;
  VECTOR_CHECK(verify_content(epoch.signature_pub, content, epoch.encoded_context));
  const auto tag =
      membership_tag(epoch.suite.hash, epoch.membership_key, content, epoch.encoded_context);
  VECTOR_CHECK(equal(tag.bytes(), decoded.membership_tag));
  VECTOR_CHECK(equal(content.content.body, raw));
  return passed();
}

Outcome check_private(const Epoch1& epoch, Bytes message, Bytes raw, ContentType type) {
  Reader reader(message);
  VECTOR_CHECK(expect_message(reader, MessageFormat::kPrivateMessage));
  VECTOR_TRY(const PrivateMessage decoded, PrivateMessage::decode(reader));
  VECTOR_CHECK(reader.at_end());
  VECTOR_CHECK(decoded.type == type);
  VECTOR_TRY(const SenderData sender,
             open_sender_data(epoch.suite, epoch.sender_data_secret, decoded));
  VECTOR_CHECK(sender.leaf == kSender);
  const RatchetType ratchet =
      type == ContentType::kApplication ? RatchetType::kApplication : RatchetType::kHandshake;
  VECTOR_TRY(const SecretTree::Key key, epoch.tree().find(sender.leaf, ratchet, sender.generation));
  VECTOR_TRY(const Secret plaintext, open_private_content(epoch.suite, decoded, key, sender));
  VECTOR_TRY(const ParsedContent parsed,
             parse_private_content(decoded, plaintext.expose(), sender.leaf));
  VECTOR_CHECK(verify_content(epoch.signature_pub, parsed.authenticated, epoch.encoded_context));
  if (const auto* data = std::get_if<Bytes>(&parsed.value)) {
    VECTOR_CHECK(equal(*data, raw));
  } else {
    VECTOR_CHECK(equal(parsed.authenticated.content.body, raw));
  }
  return passed();
}

/// Protects `raw` itself, both ways, and reads it back.
Outcome check_own(const Epoch1& epoch, Bytes raw, ContentType type) {
  Writer application;
  application.vector(raw);
  const Buffer tag(epoch.suite.hash_size(), 7);  // any: only the protection is looked at
  AuthenticatedContent content;
  content.content = {epoch.context.group_id,
                     epoch.context.epoch,
                     Sender::member(kSender),
                     {},
                     type,
                     type == ContentType::kApplication ? application.view() : raw};
  content.auth.confirmation_tag = tag;

  content.wire_format = WireFormat::kPrivate;
  const auto private_signature =
      sign_content(epoch.key, content.wire_format, content.content, epoch.encoded_context);
  content.auth.signature = private_signature.bytes();
  const RatchetType ratchet =
      type == ContentType::kApplication ? RatchetType::kApplication : RatchetType::kHandshake;
  VECTOR_TRY(const SecretTree::Key key, epoch.tree().next(kSender, ratchet));
  SenderData sender{kSender, key.generation, {}};
  random().fill(sender.reuse_guard);
  const Buffer sealed =
      seal_private_message(epoch.suite, content, epoch.sender_data_secret, key, sender, 100);
  Outcome outcome = check_private(epoch, sealed, raw, type);
  if (outcome.kind != Outcome::Kind::kPassed || type == ContentType::kApplication) return outcome;

  content.wire_format = WireFormat::kPublic;
  const auto public_signature =
      sign_content(epoch.key, content.wire_format, content.content, epoch.encoded_context);
  content.auth.signature = public_signature.bytes();
  const auto membership =
      membership_tag(epoch.suite.hash, epoch.membership_key, content, epoch.encoded_context);
  return check_public(epoch, encode_public_message(content, membership.bytes()), raw);
}

/// Each decoder, and what encodes again what it gave.
using RoundTrip = Result<Buffer> (*)(Bytes);

Result<Buffer> again_welcome(Bytes bytes) {
  Reader reader(bytes);
  MAGPIE_TRY_VOID(expect_message(reader, MessageFormat::kWelcome));
  MAGPIE_TRY(const Welcome decoded, Welcome::decode(reader));
  MAGPIE_TRY_VOID(reader.finish());
  Writer writer;
  encode_message_head(writer, MessageFormat::kWelcome);
  decoded.encode(writer);
  return writer.take();
}

Result<Buffer> again_group_info(Bytes bytes) {
  Reader reader(bytes);
  MAGPIE_TRY_VOID(expect_message(reader, MessageFormat::kGroupInfo));
  MAGPIE_TRY(const GroupInfo decoded, GroupInfo::decode(reader));
  MAGPIE_TRY_VOID(reader.finish());
  Writer writer;
  encode_message_head(writer, MessageFormat::kGroupInfo);
  writer.fixed(decoded.group_context.encode());
  encode_extensions(writer, decoded.extensions);
  writer.vector(decoded.confirmation_tag).u32(decoded.signer.value()).vector(decoded.signature);
  return writer.take();
}

Result<Buffer> again_key_package(Bytes bytes) {
  MAGPIE_TRY(const KeyPackagePtr decoded, KeyPackage::decode_message(bytes));
  Writer writer;
  encode_message_head(writer, MessageFormat::kKeyPackage);
  writer.u16(decoded->version).u16(decoded->cipher_suite).vector(decoded->init_key);
  writer.fixed(decoded->leaf_node->encoded);
  encode_extensions(writer, decoded->extensions);
  writer.vector(decoded->signature);
  return writer.take();
}

Result<Buffer> again_tree(Bytes bytes) {
  MAGPIE_TRY(const RatchetTree tree, RatchetTree::decode(crypto::HashId::kSha256, bytes));
  return tree.encode();
}

Result<Buffer> again_group_secrets(Bytes bytes) {
  MAGPIE_TRY(const GroupSecrets secrets, GroupSecrets::decode(bytes));
  return to_buffer(encode_group_secrets(
                       secrets.joiner_secret,
                       secrets.path_secret.empty() ? nullptr : &secrets.path_secret, secrets.psks)
                       .expose());
}

template <ProposalType type>
Result<Buffer> again_proposal(Bytes bytes) {
  Reader reader(bytes);
  MAGPIE_TRY(const Proposal decoded, decode_proposal_body(reader, type));
  MAGPIE_TRY_VOID(reader.finish());
  Writer writer;
  encode_proposal_body(writer, decoded);
  return writer.take();
}

Result<Buffer> again_commit(Bytes bytes) {
  Reader reader(bytes);
  MAGPIE_TRY(const Commit decoded, Commit::decode(reader));
  MAGPIE_TRY_VOID(reader.finish());
  Writer writer;
  decoded.encode(writer);
  return writer.take();
}

template <ContentType type>
Result<Buffer> again_public(Bytes bytes) {
  Reader reader(bytes);
  MAGPIE_TRY_VOID(expect_message(reader, MessageFormat::kPublicMessage));
  MAGPIE_TRY(const PublicMessage decoded, PublicMessage::decode(reader));
  MAGPIE_TRY_VOID(reader.finish());
  if (decoded.parsed.authenticated.content.type != type) {
    return fail(Errc::kMalformed, "another content type");
  }
  return encode_public_message(decoded.parsed.authenticated, decoded.membership_tag);
}

Result<Buffer> again_private(Bytes bytes) {
  Reader reader(bytes);
  MAGPIE_TRY_VOID(expect_message(reader, MessageFormat::kPrivateMessage));
  MAGPIE_TRY(const PrivateMessage decoded, PrivateMessage::decode(reader));
  MAGPIE_TRY_VOID(reader.finish());
  Writer writer;
  encode_message_head(writer, MessageFormat::kPrivateMessage);
  decoded.encode(writer);
  return writer.take();
}

constexpr std::pair<const char*, RoundTrip> kRoundTrips[] = {
    {"mls_welcome", again_welcome},
    {"mls_group_info", again_group_info},
    {"mls_key_package", again_key_package},
    {"ratchet_tree", again_tree},
    {"group_secrets", again_group_secrets},
    {"add_proposal", again_proposal<ProposalType::kAdd>},
    {"update_proposal", again_proposal<ProposalType::kUpdate>},
    {"remove_proposal", again_proposal<ProposalType::kRemove>},
    {"pre_shared_key_proposal", again_proposal<ProposalType::kPsk>},
    {"re_init_proposal", again_proposal<ProposalType::kReInit>},
    {"external_init_proposal", again_proposal<ProposalType::kExternalInit>},
    {"group_context_extensions_proposal", again_proposal<ProposalType::kGroupContextExtensions>},
    {"commit", again_commit},
    {"public_message_application", again_public<ContentType::kApplication>},
    {"public_message_proposal", again_public<ContentType::kProposal>},
    {"public_message_commit", again_public<ContentType::kCommit>},
    {"private_message", again_private},
};

}  // namespace

Outcome message_protection(const Json& entry) {
  const Suite* suite = find_suite(entry.at("cipher_suite").get<std::uint16_t>());
  if (suite == nullptr) return skipped("suite");
  VECTOR_TRY(crypto::SignKeyPair key,
             crypto::SignKeyPair::from_seed(hex(entry.at("signature_priv"))));
  GroupContext context{suite->id,
                       hex(entry.at("group_id")),
                       Epoch(entry.at("epoch").get<std::uint64_t>()),
                       hex(entry.at("tree_hash")),
                       hex(entry.at("confirmed_transcript_hash")),
                       {}};
  Buffer encoded = context.encode();
  const Epoch1 epoch{*suite,
                     std::move(context),
                     std::move(encoded),
                     hex(entry.at("signature_pub")),
                     std::move(key),
                     hex(entry.at("encryption_secret")),
                     hex(entry.at("sender_data_secret")),
                     hex(entry.at("membership_key"))};
  for (const auto& [name, type] :
       {std::pair{"proposal", ContentType::kProposal}, std::pair{"commit", ContentType::kCommit},
        std::pair{"application", ContentType::kApplication}}) {
    const Buffer raw = hex(entry.at(name));
    Outcome outcome = check_private(epoch, hex(entry.at(std::string(name) + "_priv")), raw, type);
    if (outcome.kind != Outcome::Kind::kPassed) return outcome;
    if (type != ContentType::kApplication) {
      outcome = check_public(epoch, hex(entry.at(std::string(name) + "_pub")), raw);
      if (outcome.kind != Outcome::Kind::kPassed) return outcome;
    }
    outcome = check_own(epoch, raw, type);
    if (outcome.kind != Outcome::Kind::kPassed) return outcome;
  }
  return passed();
}

Outcome messages(const Json& entry) {
  for (const auto& [name, again] : kRoundTrips) {
    const Buffer bytes = hex(entry.at(name));
    const auto encoded = again(bytes);
    if (!encoded) return failed(std::string(name) + ": " + std::string(encoded.error().site));
    if (*encoded != bytes) return failed(std::string(name) + ": does not encode to itself");
  }
  return passed();
}

Outcome welcome(const Json& entry) {
  const Suite* suite = find_suite(entry.at("cipher_suite").get<std::uint16_t>());
  if (suite == nullptr) return skipped("suite");
  VECTOR_TRY(const KeyPackagePtr key_package,
             KeyPackage::decode_message(hex(entry.at("key_package"))));
  const Buffer bytes = hex(entry.at("welcome"));
  Reader reader(bytes);
  VECTOR_CHECK(expect_message(reader, MessageFormat::kWelcome));
  VECTOR_TRY(const Welcome decoded, Welcome::decode(reader));
  VECTOR_CHECK(reader.at_end());
  VECTOR_CHECK(decoded.cipher_suite == suite->id);
  const auto reference = key_package_ref(suite->hash, *key_package);
  const Welcome::Entry* mine = decoded.find(reference.bytes());
  VECTOR_CHECK(mine != nullptr);
  VECTOR_TRY(
      const GroupSecrets secrets,
      decoded.open_secrets(*suite, *mine, hex(entry.at("init_priv")), key_package->init_key));
  const Secret member = derive_member_secret(suite->hash, secrets.joiner_secret.expose(),
                                             psk_secret(suite->hash, {}).expose());
  VECTOR_TRY(const Buffer info_bytes,
             decoded.open_group_info(*suite,
                                     derive_welcome_secret(suite->hash, member.expose()).expose()));
  Reader info_reader(info_bytes);
  VECTOR_TRY(const GroupInfo info, GroupInfo::decode(info_reader));
  VECTOR_CHECK(info_reader.at_end());
  VECTOR_CHECK(info.verify(hex(entry.at("signer_pub"))));
  const EpochSecrets epoch = derive_epoch_secrets(
      suite->hash,
      derive_epoch_secret(suite->hash, member.expose(), info.encoded_context).expose());
  const auto tag = confirmation_tag(suite->hash, epoch.confirmation_key.expose(),
                                    info.group_context.confirmed_transcript_hash);
  VECTOR_CHECK(equal(tag.bytes(), info.confirmation_tag));
  return passed();
}

}  // namespace magpie::mls::vectors
