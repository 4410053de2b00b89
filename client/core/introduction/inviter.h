// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "client/core/client.h"
#include "client/core/introduction/keys.h"
#include "client/core/people.h"
#include "client/core/transport/frames.h"

namespace magpie::client {

/// An introduction and its room as they are stored before the relay hears of either.
struct NewIntroduction {
  IntroductionRecord introduction;
  StoredRoom room;  ///< the sealed offer is its pending control entry
};

/// Whether an introduction can be made of it. Errors: kTooLarge (greeting), kUsage (lifetime,
/// label, either not UTF-8).
Result<void> check(const IntroduceRequest& request);

/// Makes the link, the room's slots, the key package and the sealed offer of a request that was
/// checked. `keys` are those of `seed`, which is random, and of the request's PIN.
/// Errors: those of sealing the offer.
Result<NewIntroduction> make_introduction(const IntroduceRequest& request, Secret seed,
                                          const IntroductionKeys& keys, const RelayAddress& relay,
                                          const Self& self, Time now, Random& random);

/// What creates the room at the relay; always the same for the same records.
/// Errors: kDamaged where the records do not belong together.
Result<frames::CreateRoom> create_room_frame(const IntroductionRecord& introduction,
                                             const RoomRecord& room, const EntryId& entry_id,
                                             Bytes payload);

/// The guest's Welcome, as it stands in the log: joins the group and checks that it is the one
/// which the introduction promised: of this room's id and suite, of two members, with this person
/// as manager and the guest as member. Nothing changes on error.
/// Errors: kInvalidWelcome and those of mls::Group::join; kRefusedByPolicy.
Result<mls::Group> join_by_welcome(Bytes entry_payload, const IntroductionRecord& introduction,
                                   const RoomRecord& room, const Self& self, Time now);

}  // namespace magpie::client
