// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/core/identity.h"
#include "crypto/base/secret.h"

namespace magpie::client {

constexpr std::size_t kGreetingSizeMax = 2000;
constexpr std::size_t kSealedOfferSize = 8192;

/// What the inviter tells whoever holds the link.
struct Offer {
  std::uint16_t suite = 0;
  RoomId room;
  RootKey root;
  Buffer key_package;  ///< a whole MLSMessage
  std::string name;
  std::string greeting;
  Time expires{};
};

/// Signs the offer with the inviter's root key and seals it for entry 1 of the room: always
/// kSealedOfferSize bytes. Errors: kTooLarge where name, greeting and key package do not fit.
Result<Buffer> seal_offer(const Offer& offer, const crypto::SignKeyPair& root,
                          const Secret& offer_key, Random& random);

/// Opens and verifies an offer: sealed under this key for this room, signed by the root key that
/// the link's fingerprint names, for this suite. The key package is not looked at.
/// Errors: kDecryptFailed for another key, room or damage; kWrongInviter for another root key or
/// a signature that is not its own; kUnsupported for another version or suite; kMalformed.
Result<Offer> open_offer(Bytes sealed, const Secret& offer_key, const RoomId& room,
                         std::uint16_t suite, const Fingerprint& inviter);

}  // namespace magpie::client
