// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "crypto/base/secret.h"
#include "crypto/primitives/hash.h"

/// The key schedule (RFC 9420 §8). Pure functions; nothing fails.
namespace magpie::mls {

/// The secrets of one epoch (RFC 9420 table 4), and the init secret for the next.
struct EpochSecrets {
  Secret sender_data_secret;
  Secret encryption_secret;
  Secret exporter_secret;
  Secret external_secret;
  Secret confirmation_key;
  Secret membership_key;
  Secret resumption_psk;
  Secret epoch_authenticator;
  Secret init_secret;

  EpochSecrets clone() const;
};

/// joiner_secret, from the last epoch's init secret and this commit's secret. `group_context` is
/// the encoded GroupContext of the new epoch, here and below.
Secret derive_joiner_secret(crypto::HashId hash, Bytes init_secret, Bytes commit_secret,
                            Bytes group_context);
/// The secret between joiner_secret and epoch_secret, into which PSKs are mixed.
Secret derive_member_secret(crypto::HashId hash, Bytes joiner_secret, Bytes psk_secret);
/// welcome_secret, under which the GroupInfo of a Welcome is encrypted.
Secret derive_welcome_secret(crypto::HashId hash, Bytes member_secret);
/// epoch_secret.
Secret derive_epoch_secret(crypto::HashId hash, Bytes member_secret, Bytes group_context);
/// Everything that comes from epoch_secret.
EpochSecrets derive_epoch_secrets(crypto::HashId hash, Bytes epoch_secret);

/// MLS-Exporter (RFC 9420 §8.5).
Secret mls_exporter(crypto::HashId hash, Bytes exporter_secret, std::string_view label,
                    Bytes context, std::size_t size);

}  // namespace magpie::mls
