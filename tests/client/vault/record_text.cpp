// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/client/vault/record_text.h"

#include <sstream>

namespace magpie::client::test {
namespace {

std::string text_of(const Secret& secret) { return to_hex(secret.expose()); }
std::string text_of(const std::vector<mls::StoredNode>& tree) {
  std::string text;
  for (const mls::StoredNode& node : tree) {
    text += std::to_string(node.node.value()) + ':' + to_hex(node.encoded) + ',';
  }
  return text;
}
std::string text_of(Time time) { return std::to_string(time.time_since_epoch().count()); }
std::string text_of(const RelayAddress& relay) {
  return relay.host + ":" + std::to_string(relay.port) + "#" + relay.identity.hex();
}
template <class T>
std::string text_of(const std::optional<T>& value) {
  return value ? text_of(*value) : "none";
}

/// `name=value` pairs on one line.
class Line {
 public:
  explicit Line(std::string_view kind) { out_ << kind; }
  template <class T>
  Line& field(std::string_view name, const T& value) {
    out_ << ' ' << name << '=' << value;
    return *this;
  }
  std::string end() { return out_.str() + '\n'; }

 private:
  std::ostringstream out_;
};

}  // namespace

std::string text_of(const ProfileRecord& record) {
  return Line("profile")
      .field("name", record.name)
      .field("seed", text_of(record.root_seed))
      .field("relay", text_of(record.relay))
      .end();
}

std::string text_of(const PersonRecord& record) {
  return Line("person")
      .field("key", record.root_key.hex())
      .field("name", record.name)
      .field("introduced", record.introduced)
      .field("compared", record.numbers_compared)
      .end();
}

std::string text_of(const IntroductionRecord& record) {
  return Line("introduction")
      .field("room", record.room.hex())
      .field("state", int{static_cast<std::uint8_t>(record.state)})
      .field("label", record.label)
      .field("link", record.link)
      .field("key_package", text_of(record.key_package))
      .field("guest_slot", record.guest_slot.hex())
      .field("created", text_of(record.created))
      .field("expires", text_of(record.expires))
      .field("used", text_of(record.used))
      .field("attempts", record.attempts)
      .end();
}

std::string text_of(const InvitationRecord& record) {
  return Line("invitation")
      .field("code", record.code.hex())
      .field("relay", text_of(record.relay))
      .field("key", record.key)
      .field("public_key", record.public_key.hex())
      .field("drawn", text_of(record.drawn))
      .end();
}

std::string text_of(const TokenRecord& record) {
  return Line("token")
      .field("relay", record.relay.hex())
      .field("key", record.token.key)
      .field("input", record.token.input.hex())
      .field("output", record.token.output.hex())
      .field("room", record.room ? record.room->hex() : "none")
      .end();
}

std::string text_of(const RoomRecord& record) {
  return Line("room")
      .field("room", record.room.hex())
      .field("kind", int{static_cast<std::uint8_t>(record.kind)})
      .field("relay", text_of(record.relay))
      .field("suite", record.suite)
      .field("title", record.title)
      .field("slot_seed", text_of(record.slot_seed))
      .field("next_slot_seed", text_of(record.next_slot_seed))
      .field("cursor", record.cursor)
      .field("last_control", record.last_control)
      .field("log_hash", record.log_hash.hex())
      .field("hash_anchored", record.hash_anchored)
      .field("doubt_fork", record.doubt_fork)
      .field("doubt_changed", record.doubt_changed)
      .field("cannot_follow", record.cannot_follow)
      .field("closed", record.closed)
      .field("updated_at", text_of(record.updated_at))
      .field("sent_since_update", record.sent_since_update)
      .field("unread", record.unread)
      .field("created", text_of(record.created))
      .end();
}

std::string text_of(const GroupRecord& record) {
  return Line("group")
      .field("room", record.room.hex())
      .field("epoch", text_of(record.epoch))
      .field("tree", text_of(record.tree))
      .field("ratchets", text_of(record.ratchets))
      .end();
}

std::string text_of(const PendingControlRecord& record) {
  return Line("pending")
      .field("room", record.room.hex())
      .field("entry", record.entry_id.hex())
      .field("payload", to_hex(record.payload))
      .field("epoch", text_of(record.next_epoch))
      .field("tree", text_of(record.next_tree))
      .field("ratchets", text_of(record.next_ratchets))
      .end();
}

std::string text_of(const MessageRecord& record) {
  return Line("message")
      .field("room", record.room.hex())
      .field("id", record.id.hex())
      .field("kind", int{static_cast<std::uint8_t>(record.kind)})
      .field("state", int{static_cast<std::uint8_t>(record.state)})
      .field("sequence", record.sequence)
      .field("order", record.order)
      .field("self", record.self)
      .field("from", record.from.hex())
      .field("text", record.text)
      .field("gap_count", record.gap_count)
      .field("at", text_of(record.at))
      .field("utc_offset_minutes", record.utc_offset_minutes)
      .field("received", text_of(record.received))
      .end();
}

std::string text_of(const OutboxRecord& record) {
  return Line("outbox")
      .field("room", record.room.hex())
      .field("id", record.id.hex())
      .field("content", to_hex(record.content))
      .field("payload", to_hex(record.payload))
      .field("last_control", record.last_control)
      .field("order", record.order)
      .end();
}

std::string text_of(const LogPointRecord& record) {
  return Line("point")
      .field("room", record.room.hex())
      .field("sequence", record.sequence)
      .field("hash", record.hash.hex())
      .end();
}

std::string text_of(const UnconfirmedRecord& record) {
  Line line("unconfirmed");
  line.field("room", record.room.hex());
  for (const EntryId& id : record.ids) line.field("id", id.hex());
  return line.end();
}

std::string text_of(const DraftRecord& record) {
  return Line("draft").field("room", record.room.hex()).field("text", record.text).end();
}

std::string text_of(const StoredRoom& room) {
  std::string text = text_of(room.room);
  text += room.group ? text_of(*room.group) : "no group\n";
  text += room.pending ? text_of(*room.pending) : "nothing pending\n";
  for (const auto& record : room.outbox) text += text_of(record);
  for (const auto& record : room.log_points) text += text_of(record);
  return text + text_of(room.unconfirmed);
}

std::string text_of(Storage& storage) {
  std::string text;
  const auto refused = [](const Error& error) { return std::string(name(error.code)); };
  auto profile = storage.profile();
  if (!profile) return refused(profile.error());
  text += *profile ? text_of(**profile) : "no profile\n";
  auto people = storage.people();
  if (!people) return refused(people.error());
  for (const auto& record : *people) text += text_of(record);
  auto introductions = storage.introductions();
  if (!introductions) return refused(introductions.error());
  for (const auto& record : *introductions) text += text_of(record);
  auto invitations = storage.invitations();
  if (!invitations) return refused(invitations.error());
  for (const auto& record : *invitations) text += text_of(record);
  auto tokens = storage.tokens();
  if (!tokens) return refused(tokens.error());
  for (const auto& record : *tokens) text += text_of(record);
  auto rooms = storage.rooms();
  if (!rooms) return refused(rooms.error());
  for (const auto& room : *rooms) {
    text += text_of(room);
    auto lines = storage.messages(room.room.room, 0, SIZE_MAX);
    if (!lines) return refused(lines.error());
    for (const auto& record : *lines) text += text_of(record);
  }
  auto drafts = storage.drafts();
  if (!drafts) return refused(drafts.error());
  for (const auto& record : *drafts) text += text_of(record);
  return text;
}

}  // namespace magpie::client::test
