// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/vault/records.h"

namespace magpie::client {
namespace {

std::optional<Secret> clone(const std::optional<Secret>& secret) {
  if (!secret) return std::nullopt;
  return secret->clone();
}

}  // namespace

ProfileRecord clone(const ProfileRecord& record) {
  return {.name = record.name, .root_seed = record.root_seed.clone(), .relay = record.relay};
}

IntroductionRecord clone(const IntroductionRecord& record) {
  return {.room = record.room,
          .state = record.state,
          .label = record.label,
          .link = record.link,
          .key_package = clone(record.key_package),
          .guest_slot = record.guest_slot,
          .created = record.created,
          .expires = record.expires,
          .used = record.used,
          .attempts = record.attempts};
}

InvitationRecord clone(const InvitationRecord& record) {
  return {.code = record.code,
          .relay = record.relay,
          .key = record.key,
          .public_key = record.public_key,
          .drawn = record.drawn.clone()};
}

RoomRecord clone(const RoomRecord& record) {
  return {.room = record.room,
          .kind = record.kind,
          .relay = record.relay,
          .suite = record.suite,
          .title = record.title,
          .slot_seed = record.slot_seed.clone(),
          .next_slot_seed = clone(record.next_slot_seed),
          .cursor = record.cursor,
          .last_control = record.last_control,
          .log_hash = record.log_hash,
          .hash_anchored = record.hash_anchored,
          .doubt_fork = record.doubt_fork,
          .doubt_changed = record.doubt_changed,
          .cannot_follow = record.cannot_follow,
          .closed = record.closed,
          .updated_at = record.updated_at,
          .sent_since_update = record.sent_since_update,
          .unread = record.unread,
          .created = record.created};
}

GroupRecord clone(const GroupRecord& record) {
  return {.room = record.room,
          .epoch = clone(record.epoch),
          .tree = record.tree,
          .ratchets = record.ratchets.clone()};
}

PendingControlRecord clone(const PendingControlRecord& record) {
  return {.room = record.room,
          .entry_id = record.entry_id,
          .payload = record.payload,
          .next_epoch = record.next_epoch.clone(),
          .next_tree = record.next_tree,
          .next_ratchets = record.next_ratchets.clone()};
}

Changes changes_of(const StoredRoom& room) {
  Changes changes;
  changes.emplace_back(clone(room.room));
  if (room.group) changes.emplace_back(clone(*room.group));
  if (room.pending) changes.emplace_back(clone(*room.pending));
  for (const OutboxRecord& entry : room.outbox) changes.emplace_back(entry);
  for (const LogPointRecord& point : room.log_points) changes.emplace_back(point);
  if (!room.unconfirmed.ids.empty()) changes.emplace_back(room.unconfirmed);
  return changes;
}

}  // namespace magpie::client
