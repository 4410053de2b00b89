// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "client/core/introduction/keys.h"
#include "client/core/introduction/offer.h"
#include "client/core/people.h"
#include "client/core/transport/frames.h"

namespace magpie::client {

/// What a guest found behind a link: the offer, and entry 1 as it stands in the log.
struct FoundOffer {
  Offer offer;
  EntryId entry_id;
  Buffer payload;
};

/// Reads the offer behind a link from the relay, sans-I/O, storing nothing: attaches with the
/// guest slot's key and waits for entry 1. Each function gives the outcome once there is one.
class OfferReader {
 public:
  using Outcome = std::optional<Result<FoundOffer>>;

  /// `keys`: of the link's seed, and of the PIN where it asks for one. Errors: kUnsupported for a
  /// standing introduction; kDecryptFailed where the link asks for a PIN and the keys are of none.
  static Result<OfferReader> make(Link link, IntroductionKeys keys);

  const Link& link() const { return link_; }
  const IntroductionKeys& keys() const { return keys_; }

  frames::Attach attach(const frames::Greeting& greeting) const;
  Outcome answered(const frames::Answer& answer) const;
  Outcome entry(const frames::Entry& entry, Time now) const;
  Outcome caught_up() const;

 private:
  OfferReader(Link link, IntroductionKeys keys) : link_(std::move(link)), keys_(std::move(keys)) {}

  Link link_;
  IntroductionKeys keys_;
};

/// Makes the group with the inviter's key package, as its manager, and this person as member; the
/// Welcome is the room's pending control entry, and this person's name waits in its outbox.
/// Errors: those of inspect_key_package and of making a group; kWrongInviter where the key package
/// is not of the inviter.
Result<StoredRoom> accept_offer(const OfferReader& reader, const FoundOffer& found,
                                const Self& self, Time now, Random& random);

/// The signed request to read a room (proto/magpie/relay/v1/relay.proto, Attach).
frames::Attach make_attach(const RoomId& room, const crypto::SignKeyPair& slot, std::uint64_t after,
                           const frames::Greeting& greeting);

}  // namespace magpie::client
