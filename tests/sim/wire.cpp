// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/sim/wire.h"

namespace magpie::sim {
namespace {

namespace cf = client::frames;

template <class To, class From>
To same_id(const From& id) {
  return *To::from(id.bytes());
}

server::RoomId room_of(const client::RoomId& id) { return same_id<server::RoomId>(id); }
client::RoomId room_of(const server::RoomId& id) { return same_id<client::RoomId>(id); }

server::Slot slot_of(const cf::Slot& slot) { return {slot.key, slot.rights}; }

struct ToRelay {
  using Body = decltype(server::ClientFrame::body);

  Body operator()(const cf::CreateRoom& in) const {
    server::CreateRoom out;
    out.room = room_of(in.room);
    for (const cf::Slot& slot : in.slots) out.slots.push_back(slot_of(slot));
    out.entry_id = same_id<server::EntryId>(in.entry_id);
    out.payload = in.payload;
    if (in.token) {
      out.token =
          server::Token{in.token->key, same_id<decltype(server::Token::input)>(in.token->input),
                        same_id<decltype(server::Token::output)>(in.token->output)};
    }
    return out;
  }
  Body operator()(const cf::Redeem& in) const {
    return server::Redeem{same_id<server::InvitationCode>(in.code), in.key, in.blinded};
  }
  Body operator()(const cf::Attach& in) const {
    return server::Attach{room_of(in.room), in.slot_key, in.signature, in.after};
  }
  Body operator()(const cf::Append& in) const {
    server::Append out;
    out.room = room_of(in.room);
    out.entry_id = same_id<server::EntryId>(in.entry_id);
    out.control = in.control;
    out.last_control = in.last_control;
    out.payload = in.payload;
    for (const cf::SlotChange& change : in.slot_changes) {
      if (const auto* add = std::get_if<cf::Slot>(&change)) {
        out.slot_changes.emplace_back(slot_of(*add));
      } else {
        out.slot_changes.emplace_back(server::RemoveSlot{std::get<cf::RemoveSlot>(change).key});
      }
    }
    out.new_slot_key = in.new_slot_key;
    return out;
  }
  Body operator()(const cf::Acknowledge& in) const {
    return server::Acknowledge{room_of(in.room), in.through};
  }
  Body operator()(const cf::Detach& in) const { return server::Detach{room_of(in.room)}; }
  Body operator()(const cf::CloseRoom& in) const { return server::CloseRoom{room_of(in.room)}; }
};

struct AnswerToClient {
  using Result = decltype(cf::Answer::result);

  Result operator()(const server::Refusal& in) const {
    return cf::Refusal{in.code, in.last_control, static_cast<cf::LimitKind>(in.limit)};
  }
  Result operator()(const server::Created&) const { return cf::Created{}; }
  Result operator()(const server::Attached& in) const {
    return cf::Attached{in.head, in.last_control, in.rights, in.exchanged_key_attempts};
  }
  Result operator()(const server::Appended& in) const { return cf::Appended{in.sequence}; }
  Result operator()(const server::Acknowledged&) const { return cf::Acknowledged{}; }
  Result operator()(const server::Detached&) const { return cf::Detached{}; }
  Result operator()(const server::Closed&) const { return cf::Closed{}; }
  Result operator()(const server::Redeemed& in) const {
    return cf::Redeemed{in.key, in.evaluated, in.proof};
  }
};

struct ToClient {
  cf::ServerFrame operator()(const server::Greeting& in) const {
    cf::Greeting out;
    out.version = in.version;
    out.nonce = *decltype(out.nonce)::from(in.nonce.bytes());
    out.relay_identity = same_id<client::RelayIdentity>(in.relay_identity);
    out.limits.frames_in_flight_max = in.limits.frames_in_flight_max;
    out.limits.entry_bytes_max = in.limits.entry_bytes_max;
    out.limits.control_entry_bytes_max = in.limits.control_entry_bytes_max;
    out.invited = in.invited;
    for (const auto& key : in.token_keys) out.token_keys.push_back({key.number, key.public_key});
    return out;
  }
  cf::ServerFrame operator()(const server::Answer& in) const {
    return cf::Answer{in.correlation, std::visit(AnswerToClient{}, in.result)};
  }
  cf::ServerFrame operator()(const server::Entry& in) const {
    return cf::Entry{room_of(in.room), in.sequence, same_id<client::EntryId>(in.entry_id),
                     in.control,       in.own,      *in.payload};
  }
  cf::ServerFrame operator()(const server::CaughtUp& in) const {
    return cf::CaughtUp{room_of(in.room), in.through};
  }
  cf::ServerFrame operator()(const server::Notice& in) const {
    using Kind = cf::Notice::Kind;
    const Kind kind = in.kind == server::Notice::Kind::kExchangedKeyAttempt
                          ? Kind::kExchangedKeyAttempt
                      : in.kind == server::Notice::Kind::kSlotRemoved ? Kind::kSlotRemoved
                                                                      : Kind::kRoomClosed;
    return cf::Notice{room_of(in.room), kind};
  }
};

struct DescribeRequest {
  std::string operator()(const cf::CreateRoom& in) const { return "CreateRoom " + brief(in.room); }
  std::string operator()(const cf::Attach& in) const {
    return "Attach " + brief(in.room) + " key " + brief(in.slot_key) + " after " +
           std::to_string(in.after);
  }
  std::string operator()(const cf::Append& in) const {
    return "Append " + brief(in.room) + " entry " + brief(in.entry_id) +
           (in.control ? " control" : "") + " after control " + std::to_string(in.last_control) +
           ", " + std::to_string(in.payload.size()) + " B" +
           (in.new_slot_key ? ", new slot key" : "");
  }
  std::string operator()(const cf::Acknowledge& in) const {
    return "Acknowledge " + brief(in.room) + " through " + std::to_string(in.through);
  }
  std::string operator()(const cf::Detach& in) const { return "Detach " + brief(in.room); }
  std::string operator()(const cf::CloseRoom& in) const { return "CloseRoom " + brief(in.room); }
  std::string operator()(const cf::Redeem& in) const {
    return "Redeem " + std::to_string(in.blinded.size()) + " under key " + std::to_string(in.key);
  }
};

struct DescribeAnswer {
  std::string operator()(const cf::Refusal& in) const {
    return "Refusal " + std::string(name(in.code)) + " last control " +
           std::to_string(in.last_control);
  }
  std::string operator()(const cf::Created&) const { return "Created"; }
  std::string operator()(const cf::Attached& in) const {
    return "Attached head " + std::to_string(in.head) + " last control " +
           std::to_string(in.last_control) + " attempts " +
           std::to_string(in.exchanged_key_attempts);
  }
  std::string operator()(const cf::Appended& in) const {
    return "Appended " + std::to_string(in.sequence);
  }
  std::string operator()(const cf::Acknowledged&) const { return "Acknowledged"; }
  std::string operator()(const cf::Detached&) const { return "Detached"; }
  std::string operator()(const cf::Closed&) const { return "Closed"; }
  std::string operator()(const cf::Redeemed& in) const {
    return "Redeemed " + std::to_string(in.evaluated.size());
  }
};

struct DescribeServer {
  std::string operator()(const cf::Greeting&) const { return "Greeting"; }
  std::string operator()(const cf::Answer& in) const {
    return "#" + std::to_string(in.correlation) + " " + std::visit(DescribeAnswer{}, in.result);
  }
  std::string operator()(const cf::Entry& in) const {
    return "Entry " + brief(in.room) + " " + std::to_string(in.sequence) + " entry " +
           brief(in.entry_id) + (in.control ? " control" : "") + (in.own ? " own" : "");
  }
  std::string operator()(const cf::CaughtUp& in) const {
    return "CaughtUp " + brief(in.room) + " through " + std::to_string(in.through);
  }
  std::string operator()(const cf::Notice& in) const {
    return "Notice " + brief(in.room) + " kind " + std::to_string(static_cast<int>(in.kind));
  }
};

}  // namespace

server::ClientFrame to_relay(const cf::ClientFrame& frame) {
  return {frame.correlation, std::visit(ToRelay{}, frame.body)};
}

cf::ServerFrame to_client(const server::ServerFrame& frame) {
  return std::visit(ToClient{}, frame);
}

std::string describe(const cf::ClientFrame& frame) {
  const std::string correlation =
      frame.correlation == 0 ? "" : "#" + std::to_string(frame.correlation) + " ";
  return correlation + std::visit(DescribeRequest{}, frame.body);
}

std::string describe(const cf::ServerFrame& frame) { return std::visit(DescribeServer{}, frame); }

}  // namespace magpie::sim
