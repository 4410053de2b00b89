// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/room/frames.h"

#include <set>

#include "crypto/base/result.h"
#include "crypto/codec/writer.h"
#include "crypto/primitives/hash.h"

namespace magpie::server {

namespace {

Result<void> check_slot(const Slot& slot) {
  if (slot.rights == 0 || (slot.rights & ~kAllRights) != 0) {
    return fail(Errc::kMalformed, "slot: rights");
  }
  return {};
}

Result<void> check_payload(const Buffer& payload, std::size_t bytes_max) {
  if (payload.empty()) return fail(Errc::kMalformed, "payload: empty");
  if (payload.size() > bytes_max) return fail(Errc::kTooLarge, "payload: size");
  return {};
}

Result<void> check(const CreateRoom& create) {
  if (create.slots.empty()) return fail(Errc::kMalformed, "create room: no slot");
  if (create.slots.size() > kFrameSlotsBound) return fail(Errc::kTooLarge, "create room: slots");
  std::set<SlotKey> keys;
  for (const auto& slot : create.slots) {
    MAGPIE_TRY_VOID(check_slot(slot));
    if (!keys.insert(slot.key).second) return fail(Errc::kMalformed, "create room: key twice");
  }
  return check_payload(create.payload, kControlEntryBytesBound);
}

Result<void> check(const Append& append) {
  if (append.slot_changes.size() > kFrameSlotsBound) {
    return fail(Errc::kTooLarge, "append: slot changes");
  }
  if (!append.control && !append.slot_changes.empty()) {
    return fail(Errc::kMalformed, "append: slot changes without control");
  }
  for (const auto& change : append.slot_changes) {
    if (const auto* slot = std::get_if<Slot>(&change)) MAGPIE_TRY_VOID(check_slot(*slot));
  }
  return check_payload(append.payload, append.control ? kControlEntryBytesBound : kEntryBytesBound);
}

// The fixed sizes of the others are in their types.
Result<void> check(const Attach&) { return {}; }
Result<void> check(const Acknowledge&) { return {}; }
Result<void> check(const Detach&) { return {}; }
Result<void> check(const CloseRoom&) { return {}; }

Result<void> check(const Redeem& redeem) {
  if (redeem.blinded.empty()) return fail(Errc::kMalformed, "redeem: no element");
  if (redeem.blinded.size() > kRedeemBound) return fail(Errc::kTooLarge, "redeem: elements");
  return {};
}

}  // namespace

RoomId room_of(const Redeem& redeem) {
  const auto digest = crypto::blake2b_256({redeem.code.bytes()});
  return *RoomId::from(Bytes(digest).first(RoomId::kSize));
}

RoomId room_of(const ClientFrame& frame) {
  return std::visit(
      [](const auto& body) {
        if constexpr (requires { body.room; }) {
          return body.room;
        } else {
          return room_of(body);
        }
      },
      frame.body);
}

Result<void> check_bounds(const ClientFrame& frame) {
  // What is not answered is not counted as in flight, so nothing that is written may go unanswered.
  if (frame.correlation == 0 && !std::holds_alternative<Acknowledge>(frame.body)) {
    return fail(Errc::kMalformed, "frame: correlation");
  }
  return std::visit([](const auto& body) { return check(body); }, frame.body);
}

Buffer attach_message(const Nonce& nonce, const RelayIdentity& relay, const RoomId& room,
                      Sequence after) {
  Writer writer;
  writer.fixed(as_bytes("magpie.relay.v1 attach")).u8(0);
  writer.fixed(nonce.bytes()).fixed(relay.bytes()).fixed(room.bytes()).u64(after);
  return writer.take();
}

}  // namespace magpie::server
