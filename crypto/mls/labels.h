// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <initializer_list>
#include <string_view>

#include "crypto/base/random.h"
#include "crypto/mls/ids.h"
#include "crypto/mls/suite.h"
#include "crypto/primitives/sign.h"

/// The labelled operations of RFC 9420: every key, signature and ciphertext of MLS goes through
/// one of these, so that none can be taken for one of another purpose. Thread-safe.
namespace magpie::mls {

/// ExpandWithLabel (RFC 9420 §8).
Secret expand_with_label(crypto::HashId hash, Bytes secret, std::string_view label, Bytes context,
                         std::size_t size);
/// DeriveSecret (RFC 9420 §8).
Secret derive_secret(crypto::HashId hash, Bytes secret, std::string_view label);
/// DeriveTreeSecret (RFC 9420 §9.1).
Secret derive_tree_secret(crypto::HashId hash, Bytes secret, std::string_view label,
                          Generation generation, std::size_t size);

/// RefHash (RFC 9420 §5.2); `value` in parts.
crypto::Digest ref_hash(crypto::HashId hash, std::string_view label,
                        std::initializer_list<Bytes> value);
constexpr std::string_view kKeyPackageRefLabel = "MLS 1.0 KeyPackage Reference";
constexpr std::string_view kProposalRefLabel = "MLS 1.0 Proposal Reference";

/// SignWithLabel (RFC 9420 §5.1.2); `content` in parts.
crypto::Signature sign_with_label(const crypto::SignKeyPair& key, std::string_view label,
                                  std::initializer_list<Bytes> content);
/// VerifyWithLabel (RFC 9420 §5.1.2). Errors: kBadSignature, also for a `key` of another size.
Result<void> verify_with_label(Bytes key, std::string_view label,
                               std::initializer_list<Bytes> content, Bytes signature);

/// EncryptWithLabel (RFC 9420 §5.1.3). Errors: kBadLength, kBadKey for the public key.
Result<crypto::HpkeCiphertext> encrypt_with_label(const Suite& suite, Bytes public_key,
                                                  std::string_view label, Bytes context,
                                                  Bytes plaintext, Random& random);
/// DecryptWithLabel (RFC 9420 §5.1.3). Errors: kDecryptFailed.
Result<Secret> decrypt_with_label(const Suite& suite, Bytes private_key, Bytes public_key,
                                  std::string_view label, Bytes context, Bytes enc,
                                  Bytes ciphertext);

}  // namespace magpie::mls
