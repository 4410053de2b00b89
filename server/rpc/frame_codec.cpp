// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rpc/frame_codec.h"

#include <google/protobuf/arena.h>

#include <climits>

#include "crypto/base/check.h"
#include "magpie/relay/v1/relay.pb.h"

namespace magpie::server {
namespace {

namespace v1 = relay::v1;

template <class Id>
Result<Id> read_id(const std::string& field) {
  const auto id = Id::from(as_bytes(field));
  if (!id) return fail(Errc::kMalformed, "frame: size of a field");
  return *id;
}

Result<Slot> read(const v1::Slot& from) {
  MAGPIE_TRY(const auto key, read_id<SlotKey>(from.key()));
  return Slot{key, from.rights()};
}

Result<SlotChange> read(const v1::SlotChange& from) {
  switch (from.change_case()) {
    case v1::SlotChange::kAdd:
      return read(from.add());
    case v1::SlotChange::kRemoveKey: {
      MAGPIE_TRY(const auto key, read_id<SlotKey>(from.remove_key()));
      return RemoveSlot{key};
    }
    case v1::SlotChange::CHANGE_NOT_SET:
      break;
  }
  return fail(Errc::kMalformed, "frame: slot change");
}

Result<CreateRoom> read(const v1::CreateRoom& from) {
  CreateRoom to;
  MAGPIE_TRY(to.room, read_id<RoomId>(from.room()));
  MAGPIE_TRY(to.entry_id, read_id<EntryId>(from.entry_id()));
  for (const auto& slot : from.slots()) {
    MAGPIE_TRY(const auto one, read(slot));
    to.slots.push_back(one);
  }
  to.payload = to_buffer(as_bytes(from.payload()));
  if (from.has_token()) {
    auto& token = to.token.emplace();
    token.key = from.token().key();
    MAGPIE_TRY(token.input, read_id<decltype(token.input)>(from.token().input()));
    MAGPIE_TRY(token.output, read_id<decltype(token.output)>(from.token().output()));
  }
  return to;
}

Result<Redeem> read(const v1::Redeem& from) {
  Redeem to;
  MAGPIE_TRY(to.code, read_id<InvitationCode>(from.code()));
  to.key = from.key();
  for (const auto& element : from.blinded()) {
    MAGPIE_TRY(const auto one, read_id<crypto::voprf::Element>(element));
    to.blinded.push_back(one);
  }
  return to;
}

Result<Attach> read(const v1::Attach& from) {
  Attach to;
  MAGPIE_TRY(to.room, read_id<RoomId>(from.room()));
  MAGPIE_TRY(to.slot_key, read_id<SlotKey>(from.slot_key()));
  MAGPIE_TRY(to.signature, read_id<crypto::Signature>(from.signature()));
  to.after = from.after();
  return to;
}

Result<Append> read(const v1::Append& from) {
  Append to;
  MAGPIE_TRY(to.room, read_id<RoomId>(from.room()));
  MAGPIE_TRY(to.entry_id, read_id<EntryId>(from.entry_id()));
  to.control = from.control();
  to.last_control = from.last_control();
  to.payload = to_buffer(as_bytes(from.payload()));
  for (const auto& change : from.slot_changes()) {
    MAGPIE_TRY(const auto one, read(change));
    to.slot_changes.push_back(one);
  }
  if (!from.new_slot_key().empty()) {
    MAGPIE_TRY(to.new_slot_key, read_id<SlotKey>(from.new_slot_key()));
  }
  return to;
}

Result<Acknowledge> read(const v1::Acknowledge& from) {
  MAGPIE_TRY(const auto room, read_id<RoomId>(from.room()));
  return Acknowledge{room, from.through()};
}

Result<Detach> read(const v1::Detach& from) {
  MAGPIE_TRY(const auto room, read_id<RoomId>(from.room()));
  return Detach{room};
}

Result<CloseRoom> read(const v1::CloseRoom& from) {
  MAGPIE_TRY(const auto room, read_id<RoomId>(from.room()));
  return CloseRoom{room};
}

template <class From>
Result<ClientFrame> body(std::uint64_t correlation, const From& from) {
  MAGPIE_TRY(auto to, read(from));
  return ClientFrame{correlation, std::move(to)};
}

Result<ClientFrame> read(const v1::ClientFrame& from) {
  switch (from.body_case()) {
    case v1::ClientFrame::kCreateRoom:
      return body(from.correlation(), from.create_room());
    case v1::ClientFrame::kAttach:
      return body(from.correlation(), from.attach());
    case v1::ClientFrame::kAppend:
      return body(from.correlation(), from.append());
    case v1::ClientFrame::kAcknowledge:
      return body(from.correlation(), from.acknowledge());
    case v1::ClientFrame::kDetach:
      return body(from.correlation(), from.detach());
    case v1::ClientFrame::kCloseRoom:
      return body(from.correlation(), from.close_room());
    case v1::ClientFrame::kRedeem:
      return body(from.correlation(), from.redeem());
    case v1::ClientFrame::BODY_NOT_SET:
      break;
  }
  return fail(Errc::kMalformed, "frame: no body");
}

template <std::size_t N>
std::string text(std::span<const std::uint8_t, N> bytes) {
  return std::string(as_text(bytes));
}

v1::Refusal::Code code_of(Errc code) {
  switch (code) {
    case Errc::kNoSuchSlot:
      return v1::Refusal::NO_SUCH_SLOT;
    case Errc::kSlotExchanged:
      return v1::Refusal::SLOT_EXCHANGED;
    case Errc::kBadSignature:
      return v1::Refusal::BAD_SIGNATURE;
    case Errc::kNotAttached:
      return v1::Refusal::NOT_ATTACHED;
    case Errc::kNoRight:
      return v1::Refusal::NO_RIGHT;
    case Errc::kStale:
      return v1::Refusal::STALE;
    case Errc::kRoomExists:
      return v1::Refusal::ROOM_EXISTS;
    case Errc::kIdReused:
      return v1::Refusal::ID_REUSED;
    case Errc::kLimit:
      return v1::Refusal::LIMIT;
    case Errc::kNotInvited:
      return v1::Refusal::NOT_INVITED;
    case Errc::kRelayStorage:
      return v1::Refusal::STORAGE;
    default:
      MAGPIE_CHECK(false && "a refusal that the protocol does not have");
  }
  return v1::Refusal::CODE_UNSPECIFIED;
}

v1::Limit limit_of(LimitKind kind) {
  switch (kind) {
    case LimitKind::kNone:
      return v1::LIMIT_UNSPECIFIED;
    case LimitKind::kEntrySize:
      return v1::LIMIT_ENTRY_SIZE;
    case LimitKind::kRoomFull:
      return v1::LIMIT_ROOM_FULL;
    case LimitKind::kSlots:
      return v1::LIMIT_SLOTS;
    case LimitKind::kControlEntries:
      return v1::LIMIT_CONTROL_ENTRIES;
    case LimitKind::kInFlight:
      return v1::LIMIT_IN_FLIGHT;
    case LimitKind::kRooms:
      return v1::LIMIT_ROOMS;
    case LimitKind::kGuesses:
      return v1::LIMIT_GUESSES;
  }
  return v1::LIMIT_UNSPECIFIED;
}

void write(const Refusal& from, v1::Answer& to) {
  to.mutable_refusal()->set_code(code_of(from.code));
  to.mutable_refusal()->set_last_control(from.last_control);
  to.mutable_refusal()->set_limit(limit_of(from.limit));
}
void write(const Created&, v1::Answer& to) { to.mutable_created(); }
void write(const Attached& from, v1::Answer& to) {
  auto& attached = *to.mutable_attached();
  attached.set_head(from.head);
  attached.set_last_control(from.last_control);
  attached.set_rights(from.rights);
  attached.set_exchanged_key_attempts(from.exchanged_key_attempts);
}
void write(const Appended& from, v1::Answer& to) {
  to.mutable_appended()->set_sequence(from.sequence);
}
void write(const Acknowledged&, v1::Answer& to) { to.mutable_acknowledged(); }
void write(const Detached&, v1::Answer& to) { to.mutable_detached(); }
void write(const Closed&, v1::Answer& to) { to.mutable_closed(); }
void write(const Redeemed& from, v1::Answer& to) {
  auto& redeemed = *to.mutable_redeemed();
  redeemed.set_key(from.key);
  for (const auto& element : from.evaluated) redeemed.add_evaluated(text(element.bytes()));
  redeemed.set_proof(text(from.proof.bytes()));
}

void write(const Greeting& from, v1::ServerFrame& to) {
  auto& greeting = *to.mutable_greeting();
  greeting.set_version(from.version);
  greeting.set_nonce(text(from.nonce.bytes()));
  greeting.set_relay_identity(text(from.relay_identity.bytes()));
  auto& limits = *greeting.mutable_limits();
  limits.set_entry_bytes_max(from.limits.entry_bytes_max);
  limits.set_control_entry_bytes_max(from.limits.control_entry_bytes_max);
  limits.set_entries_per_room_max(from.limits.entries_per_room_max);
  limits.set_bytes_per_room_max(from.limits.bytes_per_room_max);
  limits.set_slots_per_room_max(from.limits.slots_per_room_max);
  limits.set_frames_in_flight_max(from.limits.frames_in_flight_max);
  limits.set_retention_hours(from.limits.retention_hours);
  limits.set_control_entries_per_slot_hour_max(from.limits.control_entries_per_slot_hour_max);
  greeting.set_invited(from.invited);
  for (const auto& key : from.token_keys) {
    auto& to_key = *greeting.add_token_keys();
    to_key.set_number(key.number);
    to_key.set_public_key(text(key.public_key.bytes()));
  }
}

void write(const Answer& from, v1::ServerFrame& to) {
  to.mutable_answer()->set_correlation(from.correlation);
  std::visit([&](const auto& result) { write(result, *to.mutable_answer()); }, from.result);
}

void write(const Entry& from, v1::ServerFrame& to) {
  auto& entry = *to.mutable_entry();
  entry.set_room(text(from.room.bytes()));
  entry.set_sequence(from.sequence);
  entry.set_entry_id(text(from.entry_id.bytes()));
  entry.set_control(from.control);
  entry.set_own(from.own);
  entry.set_payload(from.payload->data(), from.payload->size());
}

void write(const CaughtUp& from, v1::ServerFrame& to) {
  to.mutable_caught_up()->set_room(text(from.room.bytes()));
  to.mutable_caught_up()->set_through(from.through);
}

void write(const Notice& from, v1::ServerFrame& to) {
  to.mutable_notice()->set_room(text(from.room.bytes()));
  switch (from.kind) {
    case Notice::Kind::kExchangedKeyAttempt:
      return to.mutable_notice()->set_kind(v1::Notice::EXCHANGED_KEY_ATTEMPT);
    case Notice::Kind::kSlotRemoved:
      return to.mutable_notice()->set_kind(v1::Notice::SLOT_REMOVED);
    case Notice::Kind::kRoomClosed:
      return to.mutable_notice()->set_kind(v1::Notice::ROOM_CLOSED);
  }
}

}  // namespace

Result<ClientFrame> decode_client_frame(Bytes bytes) {
  if (bytes.size() > kFrameBytesBound) return fail(Errc::kTooLarge, "frame: size");
  google::protobuf::Arena arena;
  auto* const frame = google::protobuf::Arena::CreateMessage<v1::ClientFrame>(&arena);
  if (!frame->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return fail(Errc::kMalformed, "frame: protobuf");
  }
  MAGPIE_TRY(auto read_frame, read(*frame));
  MAGPIE_TRY_VOID(check_bounds(read_frame));
  return read_frame;
}

std::string encode_server_frame(const ServerFrame& frame) {
  google::protobuf::Arena arena;
  auto* const to = google::protobuf::Arena::CreateMessage<v1::ServerFrame>(&arena);
  std::visit([&](const auto& body) { write(body, *to); }, frame);
  return to->SerializeAsString();
}

}  // namespace magpie::server
