// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/welcome.h"

#include <algorithm>

#include "crypto/mls/labels.h"

namespace magpie::mls {
namespace {

constexpr std::string_view kInfoLabel = "GroupInfoTBS";
constexpr std::string_view kSecretsLabel = "Welcome";

struct WelcomeKeys {
  Secret key;
  Secret nonce;
};

WelcomeKeys welcome_keys(const Suite& suite, Bytes welcome_secret) {
  return {expand_with_label(suite.hash, welcome_secret, "key", {}, crypto::kAeadKeySize),
          expand_with_label(suite.hash, welcome_secret, "nonce", {},
                            crypto::aead_nonce_size(suite.aead))};
}

}  // namespace

Result<GroupInfo> GroupInfo::decode(Reader& reader) {
  const Reader start = reader;
  GroupInfo info;
  MAGPIE_TRY(info.group_context, GroupContext::decode(reader));
  info.encoded_context = reader.since(start);
  MAGPIE_TRY(info.extensions, decode_extensions(reader));
  MAGPIE_TRY(info.confirmation_tag, reader.vector());
  MAGPIE_TRY(const std::uint32_t signer, reader.u32());
  info.signer = LeafIndex(signer);
  info.signed_fields = reader.since(start);
  MAGPIE_TRY(info.signature, reader.vector());
  return info;
}

Result<void> GroupInfo::verify(Bytes signature_key) const {
  return verify_with_label(signature_key, kInfoLabel, {signed_fields}, signature);
}

Buffer encode_group_info(Bytes context, const std::vector<Extension>& extensions,
                         Bytes confirmation_tag, LeafIndex signer, const crypto::SignKeyPair& key) {
  Writer writer;
  writer.fixed(context);
  encode_extensions(writer, extensions);
  writer.vector(confirmation_tag).u32(signer.value());
  const auto signature = sign_with_label(key, kInfoLabel, {writer.view()});
  writer.vector(signature.bytes());
  return writer.take();
}

Secret encode_group_secrets(const Secret& joiner_secret, const Secret* path_secret,
                            const std::vector<PreSharedKeyId>& psks) {
  Writer writer(256);
  writer.vector(joiner_secret.expose()).presence(path_secret != nullptr);
  if (path_secret != nullptr) writer.vector(path_secret->expose());
  encode_psk_ids(writer, psks);
  return writer.take_secret();
}

Result<GroupSecrets> GroupSecrets::decode(Bytes encoded) {
  Reader reader(encoded);
  GroupSecrets secrets;
  MAGPIE_TRY(const Bytes joiner_secret, reader.vector());
  secrets.joiner_secret = Secret::copy_of(joiner_secret);
  MAGPIE_TRY(const bool has_path_secret, reader.presence());
  if (has_path_secret) {
    MAGPIE_TRY(const Bytes path_secret, reader.vector());
    if (path_secret.empty()) return fail(Errc::kMalformed, "group secrets: path secret");
    secrets.path_secret = Secret::copy_of(path_secret);
  }
  MAGPIE_TRY(secrets.psks, decode_psk_ids(reader));
  MAGPIE_TRY_VOID(reader.finish());
  return secrets;
}

void Welcome::encode(Writer& writer) const {
  writer.u16(cipher_suite).vector_of([&](Writer& list) {
    for (const Entry& entry : secrets) {
      list.vector(entry.new_member);
      encode_hpke_ciphertext(list, entry.secrets.kem_output, entry.secrets.ciphertext);
    }
  });
  writer.vector(encrypted_group_info);
}

Result<Welcome> Welcome::decode(Reader& reader) {
  Welcome welcome;
  MAGPIE_TRY(welcome.cipher_suite, reader.u16());
  MAGPIE_TRY(const Bytes entries, reader.vector());
  for (Reader list(entries); !list.at_end();) {
    Entry entry;
    MAGPIE_TRY(entry.new_member, list.vector());
    MAGPIE_TRY(entry.secrets, HpkeCiphertextView::decode(list));
    welcome.secrets.push_back(entry);
  }
  MAGPIE_TRY(welcome.encrypted_group_info, reader.vector());
  return welcome;
}

const Welcome::Entry* Welcome::find(Bytes reference) const {
  const auto found = std::ranges::find_if(
      secrets, [&](const Entry& entry) { return equal(entry.new_member, reference); });
  return found == secrets.end() ? nullptr : &*found;
}

Result<GroupSecrets> Welcome::open_secrets(const Suite& suite, const Entry& entry,
                                           Bytes init_private_key, Bytes init_public_key) const {
  MAGPIE_TRY(
      const Secret encoded,
      decrypt_with_label(suite, init_private_key, init_public_key, kSecretsLabel,
                         encrypted_group_info, entry.secrets.kem_output, entry.secrets.ciphertext));
  return GroupSecrets::decode(encoded.expose());
}

Result<Buffer> Welcome::open_group_info(const Suite& suite, Bytes welcome_secret) const {
  const WelcomeKeys keys = welcome_keys(suite, welcome_secret);
  return crypto::aead_open(suite.aead, keys.key.expose(), keys.nonce.expose(), {},
                           encrypted_group_info);
}

Buffer seal_group_info(const Suite& suite, Bytes welcome_secret, Bytes group_info) {
  const WelcomeKeys keys = welcome_keys(suite, welcome_secret);
  return crypto::aead_seal(suite.aead, keys.key.expose(), keys.nonce.expose(), {}, group_info);
}

Result<crypto::HpkeCiphertext> seal_group_secrets(const Suite& suite, Bytes init_key,
                                                  Bytes encrypted_group_info, Bytes group_secrets,
                                                  Random& random) {
  return encrypt_with_label(suite, init_key, kSecretsLabel, encrypted_group_info, group_secrets,
                            random);
}

}  // namespace magpie::mls
