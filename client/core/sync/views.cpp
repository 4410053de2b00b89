// SPDX-License-Identifier: GPL-3.0-or-later
// What the program above sees: immutable values, made from records when they are asked for.
#include "client/core/sync/engine_impl.h"

namespace magpie::client {

RoomInfo Engine::Impl::room_info(const Conversation& room) const {
  const RoomRecord& record = room.room();
  RoomInfo info;
  info.id = record.room;
  info.title = room.title();
  info.kind = static_cast<RoomKind>(record.kind);
  info.state = room.state();
  info.members = room.members();
  info.unread = record.unread;
  info.held_back = room.held_back();
  info.message_count = storage.message_count(record.room).value_or(0);
  return info;
}

IntroductionInfo Engine::Impl::introduction_info(const IntroductionRecord& record) const {
  IntroductionInfo info;
  info.room = record.room;
  info.label = record.label;
  const auto room = rooms.find(record.room);
  if (room != rooms.end() && room->second.at_relay()) info.link = record.link;
  info.state = static_cast<IntroductionState>(record.state);
  info.created = record.created;
  info.expires = record.expires;
  info.used = record.used;
  info.attempts = record.attempts;
  return info;
}

MessageInfo Engine::Impl::message_info(const MessageRecord& record) const {
  MessageInfo info;
  info.room = record.room;
  info.id = record.id;
  info.kind = static_cast<MessageKind>(record.kind);
  info.state = static_cast<MessageState>(record.state);
  info.sequence = record.sequence;
  info.self = record.self;
  info.from = record.from;
  info.from_name = record.self && self ? self->name : people.name_of(record.from);
  info.text = record.text;
  info.gap_count = record.gap_count;
  info.at = record.at;
  info.utc_offset_minutes = record.utc_offset_minutes;
  return info;
}

}  // namespace magpie::client
