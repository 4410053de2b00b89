// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/core/ids.h"
#include "crypto/base/random.h"
#include "crypto/base/result.h"
#include "crypto/mls/group.h"
#include "crypto/primitives/sign.h"

namespace magpie::client {

/// A person is an Ed25519 root key. It signs, for each leaf of each MLS group, the leaf's own
/// signature key; so a person verified once stays verified on every device and in every room
/// (docs/protocol.md, "Identity").
using RootKey = crypto::SignPublicKey;

/// Names a person: BLAKE2b-256 of "Magpie fingerprint 1" | 0x00 | root key.
Fingerprint fingerprint_of(const RootKey& root);

constexpr std::size_t kCredentialSize = 32 + crypto::kSignatureSize;

/// What a leaf of this person brings into a group: a fresh signature key, and a credential of
/// kCredentialSize bytes that binds it to the root key and to the suite.
mls::Identity make_leaf_identity(const crypto::SignKeyPair& root, std::uint16_t suite,
                                 Random& random);

/// The root key that a credential names; the signature is not looked at, for leaves that a group
/// has already accepted. Errors: kBadLength.
Result<RootKey> root_of_credential(Bytes identity);

/// Whether the root key which the credential names signed for this leaf key in this suite.
/// Errors: kBadLength, kBadSignature.
Result<RootKey> verify_credential(Bytes identity, std::uint16_t suite,
                                  const crypto::SignPublicKey& signature_key);

}  // namespace magpie::client
