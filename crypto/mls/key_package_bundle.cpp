// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/framing.h"
#include "crypto/mls/group.h"
#include "crypto/mls/key_package.h"
#include "crypto/mls/treekem.h"
#include "crypto/mls/validation.h"

namespace magpie::mls {
namespace {

constexpr std::uint8_t kBundleVersion = 1;

/// Clocks differ: a key package is valid a little before it was made.
constexpr std::uint64_t kBackdateSeconds = 3600;

std::uint64_t since_epoch(Seconds time) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(time.time_since_epoch().count(), 0));
}

Result<KeyPackageBundle> read_bundle(Bytes bytes) {
  Reader reader(bytes);
  MAGPIE_TRY(const std::uint8_t version, reader.u8());
  MAGPIE_TRY(const std::uint16_t suite_id, reader.u16());
  const Suite* suite = find_suite(suite_id);
  if (version != kBundleVersion || suite == nullptr) {
    return fail(Errc::kDamaged, "key package bundle: version");
  }
  MAGPIE_TRY(const Bytes key_package, reader.vector());
  MAGPIE_TRY(const Bytes reference, reader.vector());
  MAGPIE_TRY(const Bytes init_key, reader.vector());
  MAGPIE_TRY(const Bytes encryption_key, reader.vector());
  MAGPIE_TRY(const Bytes identity, reader.vector());
  MAGPIE_TRY(const Bytes seed, reader.vector());
  MAGPIE_TRY_VOID(reader.finish());
  MAGPIE_TRY(crypto::SignKeyPair signature_key, crypto::SignKeyPair::from_seed(seed));
  return KeyPackageBundle{suite,
                          to_buffer(key_package),
                          to_buffer(reference),
                          Secret::copy_of(init_key),
                          Secret::copy_of(encryption_key),
                          {to_buffer(identity), std::move(signature_key)}};
}

}  // namespace

KeyPackageBundle KeyPackageBundle::clone() const {
  return {suite,
          key_package,
          reference,
          init_private_key.clone(),
          encryption_private_key.clone(),
          identity.clone()};
}

Secret KeyPackageBundle::serialize() const {
  Writer writer(1024 + key_package.size());
  writer.u8(kBundleVersion).u16(suite->id).vector(key_package).vector(reference);
  writer.vector(init_private_key.expose()).vector(encryption_private_key.expose());
  writer.vector(identity.identity).vector(identity.signature_key.seed());
  return writer.take_secret();
}

Result<KeyPackageBundle> KeyPackageBundle::deserialize(Bytes bytes) {
  auto bundle = read_bundle(bytes);
  if (!bundle) return fail(Errc::kDamaged, "key package bundle");
  return bundle;
}

KeyPackageBundle make_key_package(const Suite& suite, Identity identity,
                                  const Capabilities& capabilities, Seconds now,
                                  std::chrono::seconds lifetime, Random& random) {
  crypto::Kem::KeyPair init = generate_key_pair(suite, random);
  crypto::Kem::KeyPair encryption = generate_key_pair(suite, random);
  const std::uint64_t start = since_epoch(now);
  const Buffer encoded_capabilities = encode_capabilities(capabilities, random);
  const LeafNodePtr leaf = make_leaf_node(
      {.encryption_key = encryption.public_key,
       .identity = identity.identity,
       .capabilities = encoded_capabilities,
       .source = LeafNodeSource::kKeyPackage,
       .lifetime = {start - std::min(start, kBackdateSeconds), since_epoch(now + lifetime)},
       .parent_hash = {}},
      identity.signature_key, {});
  const Buffer encoded = encode_key_package(suite, init.public_key, *leaf, identity.signature_key);
  Writer message;
  encode_message_head(message, MessageFormat::kKeyPackage);
  message.fixed(encoded);
  KeyPackageBundle bundle{&suite,
                          message.take(),
                          {},
                          std::move(init.private_key),
                          std::move(encryption.private_key),
                          std::move(identity)};
  const auto parsed = KeyPackage::decode_message(bundle.key_package);
  bundle.reference = to_buffer(key_package_ref(suite.hash, **parsed).bytes());
  return bundle;
}

Result<KeyPackageInfo> inspect_key_package(Bytes mls_message, Seconds now, const Policy& policy) {
  MAGPIE_TRY(const KeyPackagePtr key_package, KeyPackage::decode_message(mls_message));
  const Suite* suite = find_suite(key_package->cipher_suite);
  if (suite == nullptr) return fail(Errc::kUnsupported, "key package: suite");
  MAGPIE_TRY_VOID(
      check_key_package(*suite, *key_package, LifetimeRule::sending(now, policy), policy));
  return KeyPackageInfo{suite, to_buffer(key_package->leaf_node->credential.identity),
                        *crypto::SignPublicKey::from(key_package->leaf_node->signature_key),
                        to_buffer(key_package_ref(suite->hash, *key_package).bytes())};
}

}  // namespace magpie::mls
