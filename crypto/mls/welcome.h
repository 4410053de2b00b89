// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/mls/group_context.h"
#include "crypto/mls/psk.h"
#include "crypto/mls/suite.h"
#include "crypto/mls/update_path.h"
#include "crypto/primitives/sign.h"

/// What a new member gets (RFC 9420 §12.4.3): GroupInfo, GroupSecrets and the Welcome around
/// them.
namespace magpie::mls {

/// GroupInfo, read in place.
struct GroupInfo {
  GroupContext group_context;
  Bytes encoded_context;
  std::vector<Extension> extensions;
  Bytes confirmation_tag;
  LeafIndex signer;
  Bytes signature;
  Bytes signed_fields;

  static Result<GroupInfo> decode(Reader& reader);
  /// Errors: kBadSignature.
  Result<void> verify(Bytes signature_key) const;
};

/// Signs and encodes a GroupInfo. `context`: the encoded GroupContext.
Buffer encode_group_info(Bytes context, const std::vector<Extension>& extensions,
                         Bytes confirmation_tag, LeafIndex signer, const crypto::SignKeyPair& key);

/// GroupSecrets.
struct GroupSecrets {
  Secret joiner_secret;
  Secret path_secret;  ///< empty: none
  std::vector<PreSharedKeyId> psks;

  static Result<GroupSecrets> decode(Bytes encoded);
};
/// Borrows what GroupSecrets owns: a Welcome shares one joiner secret among all who are added.
Secret encode_group_secrets(const Secret& joiner_secret, const Secret* path_secret,
                            const std::vector<PreSharedKeyId>& psks);

/// Welcome, read in place.
struct Welcome {
  struct Entry {
    Bytes new_member;  ///< KeyPackageRef
    HpkeCiphertextView secrets;
  };
  std::uint16_t cipher_suite = 0;
  std::vector<Entry> secrets;
  Bytes encrypted_group_info;

  void encode(Writer& writer) const;
  static Result<Welcome> decode(Reader& reader);
  /// The entry for a key package, or null.
  const Entry* find(Bytes reference) const;

  /// Errors: kDecryptFailed, parse errors.
  Result<GroupSecrets> open_secrets(const Suite& suite, const Entry& entry, Bytes init_private_key,
                                    Bytes init_public_key) const;
  /// Decrypts the GroupInfo. Errors: kDecryptFailed.
  Result<Buffer> open_group_info(const Suite& suite, Bytes welcome_secret) const;
};

/// Encrypts a GroupInfo for a Welcome. A welcome secret encrypts once.
Buffer seal_group_info(const Suite& suite, Bytes welcome_secret, Bytes group_info);
/// Encrypts encoded GroupSecrets to an init key. Errors: kBadLength, kBadKey.
Result<crypto::HpkeCiphertext> seal_group_secrets(const Suite& suite, Bytes init_key,
                                                  Bytes encrypted_group_info, Bytes group_secrets,
                                                  Random& random);

}  // namespace magpie::mls
