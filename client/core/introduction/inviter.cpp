// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/introduction/inviter.h"

#include <algorithm>

#include "client/core/conversation/log_chain.h"
#include "client/core/conversation/membership.h"
#include "client/core/introduction/link.h"
#include "client/core/introduction/offer.h"
#include "client/core/introduction/welcome.h"
#include "client/core/text.h"

namespace magpie::client {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLabelSizeMax = 200;
constexpr std::chrono::hours kLifetimeMax = 24h * 366;
// A guest may join until the end, and the inviter come for it as late as the relay keeps entries.
constexpr std::chrono::hours kKeyPackageSlack = 24h * 31;

mls::KeyPackageBundle make_offer_key_package(const IntroduceRequest& request, const Self& self,
                                             Time now, Random& random) {
  return mls::make_key_package(*mls::find_suite(kConversationSuite),
                               make_leaf_identity(self.root, kConversationSuite, random),
                               leaf_capabilities(), std::chrono::floor<std::chrono::seconds>(now),
                               request.lifetime + kKeyPackageSlack, random);
}

RoomRecord make_room(const RoomId& id, const RelayAddress& relay, const std::string& label,
                     Time now, Random& random) {
  RoomRecord room;
  room.room = id;
  room.kind = RoomRecord::Kind::kIntroduction;
  room.relay = relay;
  room.suite = kConversationSuite;
  room.title = label;
  room.slot_seed = random.secret(32);
  room.log_hash = log_start(id);
  room.created = now;
  return room;
}

}  // namespace

Result<void> check(const IntroduceRequest& request) {
  if (request.greeting.size() > kGreetingSizeMax) {
    return fail(Errc::kTooLarge, "introduce: greeting");
  }
  if (!is_utf8(request.greeting)) return fail(Errc::kUsage, "introduce: greeting");
  if (request.label.size() > kLabelSizeMax || !is_utf8(request.label)) {
    return fail(Errc::kUsage, "introduce: label");
  }
  if (request.lifetime < 1h || request.lifetime > kLifetimeMax) {
    return fail(Errc::kUsage, "introduce: lifetime");
  }
  return {};
}

Result<NewIntroduction> make_introduction(const IntroduceRequest& request, Secret seed,
                                          const IntroductionKeys& keys, const RelayAddress& relay,
                                          const Self& self, Time now, Random& random) {
  Link link;
  link.relay = relay;
  link.seed = std::move(seed);
  link.inviter = self.fingerprint;
  link.needs_pin = keys.with_pin;

  const auto bundle = make_offer_key_package(request, self, now, random);
  Offer offer;
  offer.suite = kConversationSuite;
  offer.room = keys.room;
  offer.root = self.root.public_key();
  offer.key_package = bundle.key_package;
  offer.name = self.name;
  offer.greeting = request.greeting;
  offer.expires = now + request.lifetime;
  MAGPIE_TRY(Buffer sealed, seal_offer(offer, self.root, keys.offer_key, random));

  NewIntroduction made;
  made.introduction.room = keys.room;
  made.introduction.label = request.label;
  made.introduction.link = format_link(link);
  made.introduction.key_package = bundle.serialize();
  made.introduction.guest_slot = keys.guest_slot.public_key();
  made.introduction.created = now;
  made.introduction.expires = offer.expires;
  made.room.room = make_room(keys.room, relay, request.label, now, random);
  made.room.pending = PendingControlRecord{
      keys.room, random.id<EntryId>(), std::move(sealed), Secret(), {}, Secret()};
  made.room.unconfirmed.room = keys.room;
  return made;
}

Result<frames::CreateRoom> create_room_frame(const IntroductionRecord& introduction,
                                             const RoomRecord& room, const EntryId& entry_id,
                                             Bytes payload) {
  const auto own = crypto::SignKeyPair::from_seed(room.slot_seed.expose());
  if (!own) return fail(Errc::kDamaged, "introduction: slot seed");
  using frames::kManage, frames::kRead, frames::kWrite;
  return frames::CreateRoom{
      room.room,
      {{own->public_key(), kManage | kRead | kWrite}, {introduction.guest_slot, kRead | kWrite}},
      entry_id,
      to_buffer(payload)};
}

Result<mls::Group> join_by_welcome(Bytes entry_payload, const IntroductionRecord& introduction,
                                   const RoomRecord& room, const Self& self, Time now) {
  if (!introduction.key_package) return fail(Errc::kNoKeyPackage, "welcome: introduction is over");
  MAGPIE_TRY(const Bytes welcome, unpad_welcome(entry_payload));
  MAGPIE_TRY(const auto bundle,
             mls::KeyPackageBundle::deserialize(introduction.key_package->expose()));
  MAGPIE_TRY(mls::Group group, mls::Group::join(welcome, bundle, {}, std::nullopt,
                                                std::chrono::floor<std::chrono::seconds>(now),
                                                room_policy(room.suite)));
  if (!equal(group.group_id(), room.room.bytes()) || group.suite().id != room.suite) {
    return fail(Errc::kInvalidWelcome, "welcome: another group");
  }
  MAGPIE_TRY(const Roles roles, find_roles(group.extensions()));
  const auto members = group.members();
  if (members.size() != 2 || roles.size() != 2) {
    return fail(Errc::kRefusedByPolicy, "welcome: not of two");
  }
  // A group just made for the two, with nothing else that its maker could have brought along.
  const bool as_made = group.epoch() == mls::Epoch(1) && members.back().index.value() == 1 &&
                       group.extensions() == group_extensions(roles);
  if (!as_made) return fail(Errc::kRefusedByPolicy, "welcome: another group than was to be made");
  for (const mls::Member& member : members) {
    MAGPIE_TRY(const RootKey root, root_of_credential(member.identity));
    const bool self_leaf = member.index == group.own_index();
    const auto role = roles.find(root);
    if (self_leaf != (root == self.root.public_key()) || role == roles.end() ||
        role->second != (self_leaf ? Role::kManager : Role::kMember)) {
      return fail(Errc::kRefusedByPolicy, "welcome: roles");
    }
  }
  return group;
}

}  // namespace magpie::client
