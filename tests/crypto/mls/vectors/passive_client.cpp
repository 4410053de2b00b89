// SPDX-License-Identifier: GPL-3.0-or-later
// passive-client-welcome, passive-client-handling-commit, passive-client-random
#include "crypto/mls/group.h"
#include "crypto/mls/key_package.h"
#include "tests/crypto/mls/vectors/vectors.h"

namespace magpie::mls::vectors {
namespace {

/// Far ahead: the vectors' key packages begin at various times, and their end is not mandatory
/// to check in what is received (RFC 9420 §7.3).
constexpr Seconds kNow{std::chrono::seconds(250'000'000'000)};

Outcome check_private_keys(const Suite& suite, const KeyPackage& key_package,
                           const KeyPackageBundle& bundle) {
  const crypto::Kem& kem = *suite.hpke.kem;
  VECTOR_TRY(const Buffer init, kem.public_key_of(bundle.init_private_key.expose()));
  VECTOR_CHECK(equal(init, key_package.init_key));
  VECTOR_TRY(const Buffer leaf, kem.public_key_of(bundle.encryption_private_key.expose()));
  VECTOR_CHECK(equal(leaf, key_package.leaf_node->encryption_key));
  VECTOR_CHECK(equal(bundle.identity.signature_key.public_key().bytes(),
                     key_package.leaf_node->signature_key));
  return passed();
}

Outcome follow(Group& group, const Json& epoch) {
  for (const Json& proposal : epoch.at("proposals")) {
    const auto handled = group.handle(hex(proposal), kNow);
    if (!handled) return failed("proposal: " + std::string(handled.error().site));
  }
  auto handled = group.handle(hex(epoch.at("commit")), kNow);
  if (!handled) return failed("commit: " + std::string(handled.error().site));
  auto* commit = std::get_if<CommitReceived>(&*handled);
  VECTOR_CHECK(commit != nullptr && commit->active);
  group = std::move(*commit->next);
  VECTOR_CHECK(equal(group.epoch_authenticator(), hex(epoch.at("epoch_authenticator"))));
  return passed();
}

}  // namespace

Outcome passive_client(const Json& entry) {
  const Suite* suite = find_suite(entry.at("cipher_suite").get<std::uint16_t>());
  if (suite == nullptr) return skipped("suite");
  Buffer message = hex(entry.at("key_package"));
  VECTOR_TRY(const KeyPackagePtr key_package, KeyPackage::decode_message(message));
  VECTOR_TRY(crypto::SignKeyPair signature_key,
             crypto::SignKeyPair::from_seed(hex(entry.at("signature_priv"))));
  const KeyPackageBundle bundle{
      suite,
      std::move(message),
      to_buffer(key_package_ref(suite->hash, *key_package).bytes()),
      Secret::copy_of(hex(entry.at("init_priv"))),
      Secret::copy_of(hex(entry.at("encryption_priv"))),
      {to_buffer(key_package->leaf_node->credential.identity), std::move(signature_key)}};
  Outcome outcome = check_private_keys(*suite, *key_package, bundle);
  if (outcome.kind != Outcome::Kind::kPassed) return outcome;

  std::vector<ExternalPsk> psks;
  for (const Json& psk : entry.at("external_psks")) {
    psks.push_back({hex(psk.at("psk_id")), Secret::copy_of(hex(psk.at("psk")))});
  }
  std::optional<Buffer> tree;
  if (!entry.at("ratchet_tree").is_null()) tree = hex(entry.at("ratchet_tree"));
  const std::shared_ptr<const Policy> policy(std::shared_ptr<void>(), &permissive_policy());
  auto group = Group::join(hex(entry.at("welcome")), bundle, psks,
                           tree ? std::optional<Bytes>(*tree) : std::nullopt, kNow, policy);
  if (!group) return failed("join: " + std::string(group.error().site));
  VECTOR_CHECK(equal(group->epoch_authenticator(), hex(entry.at("initial_epoch_authenticator"))));
  for (const Json& epoch : entry.at("epochs")) {
    outcome = follow(*group, epoch);
    if (outcome.kind != Outcome::Kind::kPassed) return outcome;
  }
  return passed();
}

}  // namespace magpie::mls::vectors
