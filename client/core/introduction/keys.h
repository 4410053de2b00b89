// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/core/introduction/link.h"
#include "crypto/primitives/sign.h"

namespace magpie::client {

/// What both sides of an introduction derive from its seed, and from the PIN where it has one
/// (docs/protocol.md, "Keys of an introduction").
struct IntroductionKeys {
  RoomId room;
  crypto::SignKeyPair guest_slot;
  Secret offer_key;  ///< for the AEAD that seals the offer
  bool with_pin = false;
};

/// Derives them. `pin` is UTF-8, normalised to NFC by the caller where it is not ASCII; white
/// space in it is left out and full-width forms are read as ASCII, so that what was said by
/// telephone need not be typed alike. Empty: no PIN. With one this takes some tenths of a second
/// and 64 MiB of memory, on purpose. Errors: kNoMemory where those are not given.
Result<IntroductionKeys> derive_introduction_keys(const Secret& seed, std::string_view pin);

}  // namespace magpie::client
