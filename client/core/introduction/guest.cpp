// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/introduction/guest.h"

#include "client/core/conversation/act.h"
#include "client/core/conversation/log_chain.h"
#include "client/core/conversation/membership.h"
#include "client/core/introduction/welcome.h"
#include "crypto/codec/writer.h"

namespace magpie::client {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kAttachLabel = "magpie.relay.v1 attach\0"sv;

// The group of two, and the Welcome for the inviter, who is the only other in it.
Result<mls::PendingCommit> make_group(const Offer& offer, const Self& self, Time now,
                                      Random& random) {
  const auto policy = room_policy(offer.suite);
  MAGPIE_TRY(const auto package,
             mls::inspect_key_package(offer.key_package, seconds(now), *policy));
  MAGPIE_TRY(const RootKey root, root_of_credential(package.identity));
  if (root != offer.root) return fail(Errc::kWrongInviter, "offer: key package");
  if (package.suite->id != offer.suite) return fail(Errc::kUnsupported, "offer: key package");
  const Roles roles = {{offer.root, Role::kManager}, {self.root.public_key(), Role::kMember}};
  MAGPIE_TRY(
      mls::Group group,
      mls::Group::create(*package.suite, offer.room.bytes(),
                         make_leaf_identity(self.root, offer.suite, random), leaf_capabilities(),
                         group_extensions(roles), seconds(now), policy, random));
  mls::CommitOptions options;
  options.add.push_back(offer.key_package);
  options.force_path = true;  // counts as this device's first update
  return group.commit(options, seconds(now), random);
}

OutboxRecord own_name(const RoomId& room, const Self& self, Time now, Random& random) {
  Act act;
  act.sent_at = now;
  act.body = act::Profile{self.name};
  OutboxRecord record;
  record.room = room;
  record.id = random.id<EntryId>();
  record.content = encode_act(act);
  return record;
}

Errc refusal_to_guest(Errc code, bool with_pin) {
  switch (code) {
    case Errc::kSlotExchanged:
      return Errc::kIntroductionUsed;
    case Errc::kNoSuchSlot:
      // The slot's key is derived with the PIN: a wrong one opens nothing, like a room that ended.
      return with_pin ? Errc::kDecryptFailed : Errc::kIntroductionEnded;
    default:
      return code;
  }
}

}  // namespace

frames::Attach make_attach(const RoomId& room, const crypto::SignKeyPair& slot, std::uint64_t after,
                           const frames::Greeting& greeting) {
  Writer statement;
  statement.fixed(as_bytes(kAttachLabel)).fixed(greeting.nonce.bytes());
  statement.fixed(greeting.relay_identity.bytes()).fixed(room.bytes()).u64(after);
  return {room, slot.public_key(), slot.sign(statement.view()), after};
}

Result<OfferReader> OfferReader::make(Link link, IntroductionKeys keys) {
  if (link.standing) return fail(Errc::kUnsupported, "link: standing");
  if (keys.with_pin != link.needs_pin) return fail(Errc::kDecryptFailed, "link: no PIN");
  return OfferReader(std::move(link), std::move(keys));
}

frames::Attach OfferReader::attach(const frames::Greeting& greeting) const {
  return make_attach(keys_.room, keys_.guest_slot, 0, greeting);
}

OfferReader::Outcome OfferReader::answered(const frames::Answer& answer) const {
  if (const auto* refusal = std::get_if<frames::Refusal>(&answer.result)) {
    if (refusal->code == Errc::kLimit) return tl::unexpected(frames::error_of(*refusal));
    return fail(refusal_to_guest(refusal->code, keys_.with_pin), "offer: attach");
  }
  const auto* attached = std::get_if<frames::Attached>(&answer.result);
  if (attached == nullptr) return fail(Errc::kMalformed, "offer: answer");
  // Another control entry than the offer is the Welcome of another guest.
  if (attached->last_control > 1) return fail(Errc::kIntroductionUsed, "offer: last control");
  return std::nullopt;
}

OfferReader::Outcome OfferReader::entry(const frames::Entry& entry, Time now) const {
  if (entry.sequence != 1) return fail(Errc::kIntroductionEnded, "offer: is gone");
  auto offer = open_offer(entry.payload, keys_.offer_key, keys_.room, link_.suite, link_.inviter);
  if (!offer) return tl::unexpected(offer.error());
  if (offer->expires <= now) return fail(Errc::kIntroductionEnded, "offer: expired");
  return FoundOffer{std::move(*offer), entry.entry_id, entry.payload};
}

OfferReader::Outcome OfferReader::caught_up() const {
  return fail(Errc::kIntroductionEnded, "offer: is gone");
}

Result<StoredRoom> accept_offer(const OfferReader& reader, const FoundOffer& found,
                                const Self& self, Time now, Random& random) {
  const Offer& offer = found.offer;
  if (offer.root == self.root.public_key()) return fail(Errc::kExists, "offer: by this person");
  MAGPIE_TRY(const mls::PendingCommit commit, make_group(offer, self, now, random));
  if (!commit.welcome) return fail(Errc::kInvalidCommit, "offer: no welcome");
  auto next = commit.next->serialize();

  StoredRoom stored;
  RoomRecord& room = stored.room;
  room.room = offer.room;
  room.kind = RoomRecord::Kind::kPair;
  room.relay = reader.link().relay;
  room.suite = offer.suite;
  room.title = offer.name;
  room.slot_seed = Secret::copy_of(reader.keys().guest_slot.seed());
  room.next_slot_seed = random.secret(32);
  room.cursor = 1;
  room.last_control = 1;
  room.log_hash = log_next(log_start(offer.room), 1, true, found.entry_id, found.payload);
  room.updated_at = now;
  room.created = now;
  stored.pending = PendingControlRecord{offer.room,
                                        random.id<EntryId>(),
                                        pad_welcome(*commit.welcome),
                                        std::move(next.epoch),
                                        std::move(next.tree),
                                        std::move(next.ratchets)};
  stored.outbox.push_back(own_name(offer.room, self, now, random));
  stored.log_points.push_back({offer.room, 1, room.log_hash});
  stored.unconfirmed.room = offer.room;
  return stored;
}

}  // namespace magpie::client
