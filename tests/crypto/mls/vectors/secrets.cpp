// SPDX-License-Identifier: GPL-3.0-or-later
// secret-tree, key-schedule, psk_secret, transcript-hashes
#include <bit>

#include "crypto/mls/group_context.h"
#include "crypto/mls/key_schedule.h"
#include "crypto/mls/labels.h"
#include "crypto/mls/psk.h"
#include "crypto/mls/secret_tree.h"
#include "crypto/mls/transcript.h"
#include "tests/crypto/mls/vectors/vectors.h"

namespace magpie::mls::vectors {
namespace {

constexpr std::size_t kNonceSize = 12;  // of every registered suite's AEAD

Outcome check_ratchet(const SecretTree& tree, LeafIndex leaf, RatchetType type, const Json& step,
                      const char* key_name, const char* nonce_name) {
  VECTOR_TRY(const SecretTree::Key key,
             tree.find(leaf, type, Generation(step.at("generation").get<std::uint32_t>())));
  VECTOR_CHECK(equal(key.key(), hex(step.at(key_name))));
  VECTOR_CHECK(equal(key.nonce(), hex(step.at(nonce_name))));
  return passed();
}

Outcome check_epoch_secrets(const EpochSecrets& secrets, const Json& epoch,
                            const SuiteParts& parts) {
  const auto matches = [&](const Secret& secret, const char* name) {
    return equal(secret.expose(), hex(epoch.at(name)));
  };
  VECTOR_CHECK(matches(secrets.init_secret, "init_secret"));
  VECTOR_CHECK(matches(secrets.sender_data_secret, "sender_data_secret"));
  VECTOR_CHECK(matches(secrets.encryption_secret, "encryption_secret"));
  VECTOR_CHECK(matches(secrets.exporter_secret, "exporter_secret"));
  VECTOR_CHECK(matches(secrets.epoch_authenticator, "epoch_authenticator"));
  VECTOR_CHECK(matches(secrets.external_secret, "external_secret"));
  VECTOR_CHECK(matches(secrets.confirmation_key, "confirmation_key"));
  VECTOR_CHECK(matches(secrets.membership_key, "membership_key"));
  VECTOR_CHECK(matches(secrets.resumption_psk, "resumption_psk"));
  if (parts.kem != nullptr) {
    const auto external = parts.kem->derive_key_pair(secrets.external_secret.expose());
    VECTOR_CHECK(equal(external.public_key, hex(epoch.at("external_pub"))));
  }
  const Json& exporter = epoch.at("exporter");
  VECTOR_CHECK(
      equal(mls_exporter(*parts.hash, secrets.exporter_secret.expose(),
                         exporter.at("label").get<std::string>(), hex(exporter.at("context")),
                         exporter.at("length").get<std::size_t>())
                .expose(),
            hex(exporter.at("secret"))));
  return passed();
}

}  // namespace

Outcome secret_tree(const Json& entry) {
  const auto id = entry.at("cipher_suite").get<std::uint16_t>();
  const SuiteParts parts = parts_of(id);
  if (!parts.hash) return skipped("suite");
  const Json& sender_data = entry.at("sender_data");
  const Buffer secret = hex(sender_data.at("sender_data_secret"));
  const Buffer ciphertext = hex(sender_data.at("ciphertext"));
  const Bytes sample =
      Bytes(ciphertext).first(std::min(crypto::hash_size(*parts.hash), ciphertext.size()));
  VECTOR_CHECK(
      equal(expand_with_label(*parts.hash, secret, "key", sample, parts.aead_key_size).expose(),
            hex(sender_data.at("key"))));
  VECTOR_CHECK(equal(expand_with_label(*parts.hash, secret, "nonce", sample, kNonceSize).expose(),
                     hex(sender_data.at("nonce"))));

  const Json& leaves = entry.at("leaves");
  const auto leaf_count = static_cast<std::uint32_t>(std::bit_ceil(leaves.size()));
  SecretTree tree(*parts.hash, parts.aead_key_size, kNonceSize, leaf_count,
                  Secret::copy_of(hex(entry.at("encryption_secret"))));
  for (std::uint32_t i = 0; i < leaves.size(); ++i) {
    for (const Json& step : leaves[i]) {
      for (const auto& [type, key, nonce] :
           {std::tuple{RatchetType::kHandshake, "handshake_key", "handshake_nonce"},
            std::tuple{RatchetType::kApplication, "application_key", "application_nonce"}}) {
        Outcome outcome = check_ratchet(tree, LeafIndex(i), type, step, key, nonce);
        if (outcome.kind != Outcome::Kind::kPassed) return outcome;
        VECTOR_TRY(
            SecretTree::Key used,
            tree.find(LeafIndex(i), type, Generation(step.at("generation").get<std::uint32_t>())));
        tree.apply(std::move(used));
      }
    }
  }
  return passed();
}

Outcome key_schedule(const Json& entry) {
  const auto id = entry.at("cipher_suite").get<std::uint16_t>();
  const SuiteParts parts = parts_of(id);
  if (!parts.hash) return skipped("suite");
  Secret init_secret = Secret::copy_of(hex(entry.at("initial_init_secret")));
  std::uint64_t number = 0;
  for (const Json& epoch : entry.at("epochs")) {
    const GroupContext context{id,
                               hex(entry.at("group_id")),
                               Epoch(number++),
                               hex(epoch.at("tree_hash")),
                               hex(epoch.at("confirmed_transcript_hash")),
                               {}};
    const Buffer encoded = context.encode();
    VECTOR_CHECK(encoded == hex(epoch.at("group_context")));
    const Secret joiner = derive_joiner_secret(*parts.hash, init_secret.expose(),
                                               hex(epoch.at("commit_secret")), encoded);
    VECTOR_CHECK(equal(joiner.expose(), hex(epoch.at("joiner_secret"))));
    const Secret member =
        derive_member_secret(*parts.hash, joiner.expose(), hex(epoch.at("psk_secret")));
    VECTOR_CHECK(equal(derive_welcome_secret(*parts.hash, member.expose()).expose(),
                       hex(epoch.at("welcome_secret"))));
    const Secret epoch_secret = derive_epoch_secret(*parts.hash, member.expose(), encoded);
    EpochSecrets secrets = derive_epoch_secrets(*parts.hash, epoch_secret.expose());
    Outcome outcome = check_epoch_secrets(secrets, epoch, parts);
    if (outcome.kind != Outcome::Kind::kPassed) return outcome;
    init_secret = std::move(secrets.init_secret);
  }
  return passed();
}

Outcome psk_secret_vector(const Json& entry) {
  const SuiteParts parts = parts_of(entry.at("cipher_suite").get<std::uint16_t>());
  if (!parts.hash) return skipped("suite");
  std::vector<PreSharedKeyId> ids;
  std::vector<Buffer> secrets;
  for (const Json& psk : entry.at("psks")) {
    ids.push_back({PreSharedKeyId::External{hex(psk.at("psk_id"))}, hex(psk.at("psk_nonce"))});
    secrets.push_back(hex(psk.at("psk")));
  }
  std::vector<PskInput> inputs;
  for (std::size_t i = 0; i < ids.size(); ++i) inputs.push_back({&ids[i], secrets[i]});
  VECTOR_CHECK(equal(psk_secret(*parts.hash, inputs).expose(), hex(entry.at("psk_secret"))));
  return passed();
}

Outcome transcript_hashes(const Json& entry) {
  const SuiteParts parts = parts_of(entry.at("cipher_suite").get<std::uint16_t>());
  if (!parts.hash) return skipped("suite");
  const Buffer encoded = hex(entry.at("authenticated_content"));
  Reader reader(encoded);
  VECTOR_TRY(const ParsedContent parsed, ParsedContent::decode(reader));
  VECTOR_CHECK(reader.at_end());
  VECTOR_CHECK(std::holds_alternative<Commit>(parsed.value));
  const AuthenticatedContent& content = parsed.authenticated;
  const auto confirmed =
      confirmed_transcript_hash(*parts.hash, hex(entry.at("interim_transcript_hash_before")),
                                content.wire_format, content.content, content.auth.signature);
  VECTOR_CHECK(equal(confirmed.bytes(), hex(entry.at("confirmed_transcript_hash_after"))));
  const auto tag =
      confirmation_tag(*parts.hash, hex(entry.at("confirmation_key")), confirmed.bytes());
  VECTOR_CHECK(equal(tag.bytes(), content.auth.confirmation_tag));
  const auto interim = interim_transcript_hash(*parts.hash, confirmed.bytes(), tag.bytes());
  VECTOR_CHECK(equal(interim.bytes(), hex(entry.at("interim_transcript_hash_after"))));
  return passed();
}

}  // namespace magpie::mls::vectors
