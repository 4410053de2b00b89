// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/server/support/raw_client.h"
#include "tests/server/support/token_buyer.h"

namespace magpie::server::test {

/// The key that a relay signs with now, as it greets.
inline TokenKey token_key_of(RawStream& stream) {
  const auto& key = stream.greeting().token_keys(0);
  return {key.number(), *crypto::voprf::PublicKey::from(as_bytes(key.public_key()))};
}

inline v1::ClientFrame redeem_frame(const Redeem& redeem) {
  v1::ClientFrame frame;
  auto& to = *frame.mutable_redeem();
  to.set_code(text_of(redeem.code));
  to.set_key(redeem.key);
  for (const auto& element : redeem.blinded) to.add_blinded(text_of(element));
  return frame;
}

inline Redeemed redeemed_of(const v1::Redeemed& from) {
  Redeemed to{from.key(), {}, *crypto::voprf::Proof::from(as_bytes(from.proof()))};
  for (const auto& element : from.evaluated()) {
    to.evaluated.push_back(*crypto::voprf::Element::from(as_bytes(element)));
  }
  return to;
}

inline void pay(v1::ClientFrame& create, const Token& token) {
  auto& to = *create.mutable_create_room()->mutable_token();
  to.set_key(token.key);
  to.set_input(text_of(token.input));
  to.set_output(text_of(token.output));
}

}  // namespace magpie::server::test
