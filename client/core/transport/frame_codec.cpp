// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/transport/frame_codec.h"

#include "magpie/relay/v1/relay.pb.h"

namespace magpie::client::frames {
namespace {

namespace v1 = relay::v1;

std::string text_of(Bytes bytes) { return std::string(as_text(bytes)); }

template <class Id>
std::string text_of(const Id& id) {
  return text_of(Bytes(id.bytes()));
}

void fill(const Slot& slot, v1::Slot& out) {
  out.set_key(text_of(slot.key));
  out.set_rights(slot.rights);
}

void fill(const CreateRoom& body, v1::ClientFrame& out) {
  auto& to = *out.mutable_create_room();
  to.set_room(text_of(body.room));
  for (const auto& slot : body.slots) fill(slot, *to.add_slots());
  to.set_entry_id(text_of(body.entry_id));
  to.set_payload(body.payload.data(), body.payload.size());
  if (!body.token) return;
  to.mutable_token()->set_key(body.token->key);
  to.mutable_token()->set_input(text_of(body.token->input));
  to.mutable_token()->set_output(text_of(body.token->output));
}

void fill(const Redeem& body, v1::ClientFrame& out) {
  auto& to = *out.mutable_redeem();
  to.set_code(text_of(body.code));
  to.set_key(body.key);
  for (const auto& element : body.blinded) to.add_blinded(text_of(element));
}

void fill(const Attach& body, v1::ClientFrame& out) {
  auto& to = *out.mutable_attach();
  to.set_room(text_of(body.room));
  to.set_slot_key(text_of(body.slot_key));
  to.set_signature(text_of(body.signature));
  to.set_after(body.after);
}

void fill(const Append& body, v1::ClientFrame& out) {
  auto& to = *out.mutable_append();
  to.set_room(text_of(body.room));
  to.set_entry_id(text_of(body.entry_id));
  to.set_control(body.control);
  to.set_last_control(body.last_control);
  to.set_payload(body.payload.data(), body.payload.size());
  for (const auto& change : body.slot_changes) {
    auto& slot_change = *to.add_slot_changes();
    if (const auto* added = std::get_if<Slot>(&change)) {
      fill(*added, *slot_change.mutable_add());
    } else {
      slot_change.set_remove_key(text_of(std::get<RemoveSlot>(change).key));
    }
  }
  if (body.new_slot_key) to.set_new_slot_key(text_of(*body.new_slot_key));
}

void fill(const Acknowledge& body, v1::ClientFrame& out) {
  out.mutable_acknowledge()->set_room(text_of(body.room));
  out.mutable_acknowledge()->set_through(body.through);
}

void fill(const Detach& body, v1::ClientFrame& out) {
  out.mutable_detach()->set_room(text_of(body.room));
}

void fill(const CloseRoom& body, v1::ClientFrame& out) {
  out.mutable_close_room()->set_room(text_of(body.room));
}

template <class Id>
Result<Id> read_id(const std::string& bytes, std::string_view site) {
  const auto id = Id::from(as_bytes(bytes));
  if (!id) return fail(Errc::kMalformed, site);
  return *id;
}

bool is_sequence(std::uint64_t number) { return number > 0 && number <= kSequenceMax; }

Result<Greeting> read(const v1::Greeting& from) {
  if (from.version() != kProtocolVersion) return fail(Errc::kUnsupported, "greeting: version");
  Greeting to;
  to.version = from.version();
  MAGPIE_TRY(to.nonce, read_id<decltype(to.nonce)>(from.nonce(), "greeting: nonce"));
  MAGPIE_TRY(to.relay_identity,
             read_id<RelayIdentity>(from.relay_identity(), "greeting: identity"));
  const auto& limits = from.limits();
  to.limits = {.entry_bytes_max = limits.entry_bytes_max(),
               .control_entry_bytes_max = limits.control_entry_bytes_max(),
               .entries_per_room_max = limits.entries_per_room_max(),
               .bytes_per_room_max = limits.bytes_per_room_max(),
               .slots_per_room_max = limits.slots_per_room_max(),
               .frames_in_flight_max = limits.frames_in_flight_max(),
               .retention_hours = limits.retention_hours(),
               .control_entries_per_slot_hour_max = limits.control_entries_per_slot_hour_max()};
  to.invited = from.invited();
  if (from.token_keys_size() > static_cast<int>(kTokenKeysMax)) {
    return fail(Errc::kTooLarge, "greeting: token keys");
  }
  for (const auto& key : from.token_keys()) {
    MAGPIE_TRY(const auto public_key,
               read_id<crypto::voprf::PublicKey>(key.public_key(), "greeting: token key"));
    to.token_keys.push_back({key.number(), public_key});
  }
  return to;
}

Result<Redeemed> read(const v1::Redeemed& from) {
  if (from.evaluated_size() > static_cast<int>(kRedeemElementsMax)) {
    return fail(Errc::kTooLarge, "redeemed: elements");
  }
  Redeemed to;
  to.key = from.key();
  for (const auto& element : from.evaluated()) {
    MAGPIE_TRY(const auto one, read_id<crypto::voprf::Element>(element, "redeemed: element"));
    to.evaluated.push_back(one);
  }
  MAGPIE_TRY(to.proof, read_id<crypto::voprf::Proof>(from.proof(), "redeemed: proof"));
  return to;
}

Result<Errc> read(v1::Refusal::Code code) {
  switch (code) {
    case v1::Refusal::NO_SUCH_SLOT:
      return Errc::kNoSuchSlot;
    case v1::Refusal::SLOT_EXCHANGED:
      return Errc::kSlotExchanged;
    case v1::Refusal::BAD_SIGNATURE:
      return Errc::kBadSignature;
    case v1::Refusal::NOT_ATTACHED:
      return Errc::kNotAttached;
    case v1::Refusal::NO_RIGHT:
      return Errc::kNoRight;
    case v1::Refusal::STALE:
      return Errc::kStale;
    case v1::Refusal::ROOM_EXISTS:
      return Errc::kRoomExists;
    case v1::Refusal::ID_REUSED:
      return Errc::kIdReused;
    case v1::Refusal::LIMIT:
      return Errc::kLimit;
    case v1::Refusal::NOT_INVITED:
      return Errc::kNotInvited;
    case v1::Refusal::STORAGE:
      return Errc::kRelayStorage;
    case v1::Refusal::CODE_UNSPECIFIED:
      return fail(Errc::kMalformed, "refusal: no code");
    default:
      return fail(Errc::kUnsupported, "refusal: code");
  }
}

LimitKind read(v1::Limit limit) {
  switch (limit) {
    case v1::LIMIT_ENTRY_SIZE:
      return LimitKind::kEntrySize;
    case v1::LIMIT_ROOM_FULL:
      return LimitKind::kRoomFull;
    case v1::LIMIT_SLOTS:
      return LimitKind::kSlots;
    case v1::LIMIT_CONTROL_ENTRIES:
      return LimitKind::kControlEntries;
    case v1::LIMIT_IN_FLIGHT:
      return LimitKind::kInFlight;
    case v1::LIMIT_ROOMS:
      return LimitKind::kRooms;
    case v1::LIMIT_GUESSES:
      return LimitKind::kGuesses;
    default:
      return LimitKind::kOther;
  }
}

Result<Answer> read(const v1::Answer& from) {
  if (from.correlation() == 0) return fail(Errc::kMalformed, "answer: correlation");
  Answer to;
  to.correlation = from.correlation();
  switch (from.result_case()) {
    case v1::Answer::kRefusal: {
      MAGPIE_TRY(const auto code, read(from.refusal().code()));
      to.result = Refusal{code, from.refusal().last_control(), read(from.refusal().limit())};
      return to;
    }
    case v1::Answer::kCreated:
      to.result = Created{};
      return to;
    case v1::Answer::kAttached: {
      const auto& attached = from.attached();
      if (attached.last_control() > attached.head() || attached.head() > kSequenceMax) {
        return fail(Errc::kMalformed, "attached: last control");
      }
      to.result = Attached{attached.head(), attached.last_control(), attached.rights(),
                           attached.exchanged_key_attempts()};
      return to;
    }
    case v1::Answer::kAppended:
      if (!is_sequence(from.appended().sequence())) {
        return fail(Errc::kMalformed, "appended: sequence");
      }
      to.result = Appended{from.appended().sequence()};
      return to;
    case v1::Answer::kAcknowledged:
      to.result = Acknowledged{};
      return to;
    case v1::Answer::kDetached:
      to.result = Detached{};
      return to;
    case v1::Answer::kClosed:
      to.result = Closed{};
      return to;
    case v1::Answer::kRedeemed: {
      MAGPIE_TRY(to.result, read(from.redeemed()));
      return to;
    }
    case v1::Answer::RESULT_NOT_SET:
      break;
  }
  return fail(Errc::kUnsupported, "answer: kind");
}

Result<Entry> read(const v1::Entry& from) {
  Entry to;
  MAGPIE_TRY(to.room, read_id<RoomId>(from.room(), "entry: room"));
  MAGPIE_TRY(to.entry_id, read_id<EntryId>(from.entry_id(), "entry: id"));
  if (!is_sequence(from.sequence())) return fail(Errc::kMalformed, "entry: sequence");
  to.sequence = from.sequence();
  to.control = from.control();
  to.own = from.own();
  // An own entry comes without its payload, any other with one.
  if (from.payload().empty() != from.own()) return fail(Errc::kMalformed, "entry: payload");
  if (from.payload().size() > (to.control ? kControlEntryBytesMax : kEntryBytesMax)) {
    return fail(Errc::kMalformed, "entry: payload size");
  }
  to.payload = to_buffer(as_bytes(from.payload()));
  return to;
}

Result<CaughtUp> read(const v1::CaughtUp& from) {
  CaughtUp to;
  MAGPIE_TRY(to.room, read_id<RoomId>(from.room(), "caught up: room"));
  if (from.through() > kSequenceMax) return fail(Errc::kMalformed, "caught up: through");
  to.through = from.through();
  return to;
}

Result<Notice> read(const v1::Notice& from) {
  MAGPIE_TRY(const auto room, read_id<RoomId>(from.room(), "notice: room"));
  switch (from.kind()) {
    case v1::Notice::EXCHANGED_KEY_ATTEMPT:
      return Notice{room, Notice::Kind::kExchangedKeyAttempt};
    case v1::Notice::SLOT_REMOVED:
      return Notice{room, Notice::Kind::kSlotRemoved};
    case v1::Notice::ROOM_CLOSED:
      return Notice{room, Notice::Kind::kRoomClosed};
    case v1::Notice::KIND_UNSPECIFIED:
      return fail(Errc::kMalformed, "notice: no kind");
    default:
      return fail(Errc::kUnsupported, "notice: kind");
  }
}

}  // namespace

void to_proto(const ClientFrame& frame, v1::ClientFrame& out) {
  out.Clear();
  out.set_correlation(frame.correlation);
  std::visit([&out](const auto& body) { fill(body, out); }, frame.body);
}

Result<ServerFrame> from_proto(const v1::ServerFrame& frame) {
  switch (frame.body_case()) {
    case v1::ServerFrame::kGreeting:
      return read(frame.greeting());
    case v1::ServerFrame::kAnswer:
      return read(frame.answer());
    case v1::ServerFrame::kEntry:
      return read(frame.entry());
    case v1::ServerFrame::kCaughtUp:
      return read(frame.caught_up());
    case v1::ServerFrame::kNotice:
      return read(frame.notice());
    case v1::ServerFrame::BODY_NOT_SET:
      break;
  }
  return fail(Errc::kUnsupported, "frame: kind");
}

}  // namespace magpie::client::frames
