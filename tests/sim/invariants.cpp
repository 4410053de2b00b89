// SPDX-License-Identifier: GPL-3.0-or-later
// What must hold after every step, whatever the network, the disks and the clock did.
#include "tests/sim/wire.h"
#include "tests/sim/world.h"

namespace magpie::sim {
namespace {

using client::MessageState;
namespace event = client::event;

}  // namespace

// Persist, then tell: an entry is on the sender's disk before it leaves. And never two plaintexts
// under one key: what goes out again under the same id is the same bytes, or was encrypted anew
// because another control entry came between.
void World::check_sent(Device& device, const client::frames::ClientFrame& frame) {
  const auto* append = std::get_if<client::frames::Append>(&frame.body);
  if (append == nullptr) return;
  if (!device.disk().holds_payload(append->entry_id, append->payload)) {
    violate(device.name() + " sends entry " + brief(append->entry_id) + " that is not on its disk");
  }
  const auto key = std::pair(device.index(), append->entry_id);
  const auto before = sent_.find(key);
  if (before != sent_.end() && before->second.second == append->last_control &&
      before->second.first != append->payload) {
    violate(device.name() + " sends entry " + brief(append->entry_id) + " in two versions");
  }
  sent_[key] = {append->payload, append->last_control};
}

// What a person is told is true, and is on the disk.
void World::check_told(Device& device, const client::Event& event) {
  const client::MessageInfo* message = nullptr;
  if (const auto* added = std::get_if<event::MessageAdded>(&event)) message = &added->message;
  if (const auto* changed = std::get_if<event::MessageChanged>(&event)) message = &changed->message;
  if (message != nullptr) {
    const std::string which = device.name() + " is told of message " + brief(message->id);
    if (!device.disk().has_line(message->id)) violate(which + " that is not on its disk");
    const bool at_relay =
        message->state == MessageState::kRelay || message->state == MessageState::kDelivered;
    // Where the log has a hole for a device, it must take the relay's word for what is in there.
    if (at_relay && !relay_.has_written(message->id) && !device.told_of_doubt(message->room)) {
      violate(which + " as on the relay: it is not");
    }
    bool arrived = false;
    for (const auto& other : devices_) {
      arrived = arrived || (other.get() != &device && other->disk().received(message->id));
    }
    if (message->state == MessageState::kDelivered && !arrived) {
      violate(which + " as delivered: nobody has it");
    }
    trace(device.name() + ": message " + brief(message->id) + " \"" + message->text + "\" state " +
          std::to_string(static_cast<int>(message->state)));
  }
  if (faults_.expected_doubt) return;
  const bool doubt = std::holds_alternative<event::Fork>(event) ||
                     std::holds_alternative<event::Gap>(event) ||
                     std::holds_alternative<event::IdentityChanged>(event) ||
                     std::holds_alternative<event::Stopped>(event);
  if (doubt)
    violate(device.name() + ": doubt without a reason, event " + std::to_string(event.index()));
}

// Whoever is in an epoch of a room agrees on its authenticator with who came there first, or one of
// the two was told of doubt.
void World::check_groups(Device& device) {
  for (const client::RoomInfo& room : device.engine().rooms()) {
    const auto view = device.engine().group_view(room.id);
    if (!view) continue;
    const auto [known, is_new] = authenticators_.try_emplace({room.id, view->epoch}, device.index(),
                                                             view->epoch_authenticator);
    const auto& [first, authenticator] = known->second;
    const bool alone = !is_new && authenticator != view->epoch_authenticator;
    if (alone && !device.told_of_doubt(room.id) && !devices_[first]->told_of_doubt(room.id)) {
      violate(device.name() + " is alone in epoch " + std::to_string(view->epoch) + " of room " +
              brief(room.id));
    }
  }
}

}  // namespace magpie::sim
