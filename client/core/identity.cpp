// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/identity.h"

#include "crypto/codec/writer.h"

namespace magpie::client {
namespace {

using namespace std::string_view_literals;

// The labels end with the 0x00 that parts them from what follows.
constexpr std::string_view kFingerprintLabel = "Magpie fingerprint 1\0"sv;
constexpr std::string_view kLeafLabel = "Magpie leaf 1\0"sv;

Buffer leaf_statement(std::uint16_t suite, const crypto::SignPublicKey& signature_key) {
  Writer statement;
  statement.fixed(as_bytes(kLeafLabel)).u16(suite).fixed(signature_key.bytes());
  return statement.take();
}

}  // namespace

Fingerprint fingerprint_of(const RootKey& root) {
  return Fingerprint(crypto::blake2b_256({as_bytes(kFingerprintLabel), root.bytes()}));
}

mls::Identity make_leaf_identity(const crypto::SignKeyPair& root, std::uint16_t suite,
                                 Random& random) {
  auto leaf_key = crypto::SignKeyPair::generate(random);
  const auto signature = root.sign(leaf_statement(suite, leaf_key.public_key()));
  Writer identity(kCredentialSize);
  identity.fixed(root.public_key().bytes()).fixed(signature.bytes());
  return {identity.take(), std::move(leaf_key)};
}

Result<RootKey> root_of_credential(Bytes identity) {
  if (identity.size() != kCredentialSize) return fail(Errc::kBadLength, "credential: size");
  return *RootKey::from(identity.first(RootKey::kSize));
}

Result<RootKey> verify_credential(Bytes identity, std::uint16_t suite,
                                  const crypto::SignPublicKey& signature_key) {
  MAGPIE_TRY(const RootKey root, root_of_credential(identity));
  MAGPIE_TRY_VOID(
      crypto::verify(root, leaf_statement(suite, signature_key), identity.subspan(RootKey::kSize)));
  return root;
}

}  // namespace magpie::client
