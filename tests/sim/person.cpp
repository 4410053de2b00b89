// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/sim/person.h"

#include <algorithm>

namespace magpie::sim {

using client::Engine;

void Person::create_profile() {
  device_.run([this](Engine& engine) {
    if (engine.profile()) return;
    engine.create_profile(device_.name(), world_.relay().address(), [](const auto&) {});
  });
}

void Person::introduce() {
  client::IntroduceRequest request;
  request.label = "for somebody";
  request.greeting = "Please write to me here.";
  device_.run([&](Engine& engine) {
    engine.introduce(request, world_.now(), [this](const Result<client::IntroductionInfo>& made) {
      if (device_.disk().crashed()) return;
      world_.trace(device_.name() +
                   (made ? ": has an introduction"
                         : ": no introduction, " + std::string(name(made.error().code))));
    });
  });
}

std::vector<std::string> Person::waiting_links() {
  std::vector<std::string> links;
  if (!device_.on()) return links;
  for (const client::IntroductionInfo& one : device_.engine().introductions()) {
    if (!one.link.empty()) links.push_back(one.link);
  }
  return links;
}

void Person::preview(const std::string& link) {
  device_.run([&](Engine& engine) {
    engine.preview(link, "", world_.now(), [this](const Result<client::OfferInfo>& offer) {
      if (device_.disk().crashed()) return;
      world_.trace(device_.name() +
                   (offer ? ": sees the offer of " + offer->inviter
                          : ": sees no offer, " + std::string(name(offer.error().code))));
    });
  });
}

void Person::join(const std::string& link) {
  client::JoinRequest request;
  request.link = link;
  device_.run([&](Engine& engine) {
    if (!engine.rooms().empty()) return;
    engine.join(request, world_.now(), [this](const Result<client::JoinedInfo>& outcome) {
      if (device_.disk().crashed()) return;
      world_.trace(device_.name() +
                   (outcome ? ": has joined"
                            : ": has not joined, " + std::string(name(outcome.error().code))));
      if (outcome) joined_ = true;
      if (!outcome && outcome.error().code == Errc::kIntroductionUsed) told_used_ = true;
    });
  });
}

void Person::write(const client::RoomId& room) {
  const std::string text = device_.name() + " " + std::to_string(++written_);
  bool answered = false;
  device_.run([&](Engine& engine) {
    engine.send(room, text, 60, world_.now(), [&](const Result<client::EntryId>& sent) {
      answered = !device_.disk().crashed();
      if (!answered) return;
      if (sent) accepted_.insert(text);
      if (!sent) {
        world_.trace(device_.name() + ": may not write, " + std::string(name(sent.error().code)));
      }
    });
  });
  if (!answered) uncertain_.insert(text);
}

void Person::decide_to_go_on(const client::RoomInfo& room) {
  device_.run([&](Engine& engine) {
    for (const client::MemberInfo& member : room.members) {
      if (!member.self) engine.verify(room.id, member.fingerprint, true, [](const auto&) {});
    }
  });
}

std::vector<client::RoomInfo> Person::rooms() {
  return device_.on() ? device_.engine().rooms() : std::vector<client::RoomInfo>();
}

std::vector<client::RoomId> Person::conversations() {
  std::vector<client::RoomId> found;
  for (const client::RoomInfo& room : rooms()) {
    if (room.members.size() == 2 && room.state != client::RoomState::kClosed)
      found.push_back(room.id);
  }
  return found;
}

std::vector<client::MessageInfo> Person::history(const client::RoomId& room) {
  auto history = device_.engine().history(room, 0, 100'000);
  if (!history) world_.violate(device_.name() + ": no history");
  return history.value_or(std::vector<client::MessageInfo>());
}

bool Person::knows_of_another() const {
  return std::ranges::any_of(device_.engine().introductions(),
                             [](const auto& introduction) { return introduction.attempts > 0; });
}

}  // namespace magpie::sim
