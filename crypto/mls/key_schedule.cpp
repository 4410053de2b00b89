// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/key_schedule.h"

#include "crypto/mls/labels.h"
#include "crypto/primitives/hkdf.h"

namespace magpie::mls {

EpochSecrets EpochSecrets::clone() const {
  return {sender_data_secret.clone(), encryption_secret.clone(),   exporter_secret.clone(),
          external_secret.clone(),    confirmation_key.clone(),    membership_key.clone(),
          resumption_psk.clone(),     epoch_authenticator.clone(), init_secret.clone()};
}

Secret derive_joiner_secret(crypto::HashId hash, Bytes init_secret, Bytes commit_secret,
                            Bytes group_context) {
  const Secret extracted = crypto::hkdf_extract(hash, init_secret, {commit_secret});
  return expand_with_label(hash, extracted.expose(), "joiner", group_context,
                           crypto::hash_size(hash));
}

Secret derive_member_secret(crypto::HashId hash, Bytes joiner_secret, Bytes psk_secret) {
  return crypto::hkdf_extract(hash, joiner_secret, {psk_secret});
}

Secret derive_welcome_secret(crypto::HashId hash, Bytes member_secret) {
  return derive_secret(hash, member_secret, "welcome");
}

Secret derive_epoch_secret(crypto::HashId hash, Bytes member_secret, Bytes group_context) {
  return expand_with_label(hash, member_secret, "epoch", group_context, crypto::hash_size(hash));
}

EpochSecrets derive_epoch_secrets(crypto::HashId hash, Bytes epoch_secret) {
  const auto derive = [&](std::string_view label) {
    return derive_secret(hash, epoch_secret, label);
  };
  return {derive("sender data"), derive("encryption"),     derive("exporter"),
          derive("external"),    derive("confirm"),        derive("membership"),
          derive("resumption"),  derive("authentication"), derive("init")};
}

Secret mls_exporter(crypto::HashId hash, Bytes exporter_secret, std::string_view label,
                    Bytes context, std::size_t size) {
  const Secret derived = derive_secret(hash, exporter_secret, label);
  return expand_with_label(hash, derived.expose(), "exported", crypto::hash(hash, context).bytes(),
                           size);
}

}  // namespace magpie::mls
