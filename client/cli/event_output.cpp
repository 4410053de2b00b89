// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/cli/event_output.h"

#include <cstdio>

#include "client/cli/output.h"

namespace magpie::cli {
namespace {

namespace event = client::event;

struct Line {
  Json json;
  std::string text;
};

Json named(std::string_view name, const client::RoomId& room) {
  return Json{{"event", name}, {"room", room.hex()}};
}

std::string in_room(const client::RoomId& room, const std::string& what) {
  return "[" + short_id(room) + "] " + what;
}

using MaybeLine = std::optional<Line>;

MaybeLine line_of(const event::MessageAdded& added) {
  const client::MessageInfo& message = added.message;
  const bool written =
      message.kind == client::MessageKind::kText || message.kind == client::MessageKind::kUnknown;
  if (message.self || !written) return std::nullopt;
  const bool known = message.kind == client::MessageKind::kText;
  Json json = named("message", message.room);
  json["id"] = message.id.hex();
  json["from"] = message.from_name;
  json["text"] = message.text;
  json["at"] = utc_time(message.at);
  json["fingerprint"] = message.from.hex();
  if (!known) json["kind"] = "unknown";
  return Line{
      std::move(json),
      in_room(message.room,
              local_time(message.at) + "  " + printable(message.from_name) + ": " +
                  (known ? printable(message.text) : "(of a kind that a newer Magpie reads)"))};
}

MaybeLine line_of(const event::MessageChanged& changed) {
  const client::MessageInfo& message = changed.message;
  const bool delivered = message.state == client::MessageState::kDelivered;
  const bool not_sent = message.state == client::MessageState::kNotSent;
  if (!message.self || (!delivered && !not_sent)) return std::nullopt;
  Json json = named(delivered ? "delivered" : "not-sent", message.room);
  json["id"] = message.id.hex();
  return Line{std::move(json), in_room(message.room, (delivered ? "delivered: " : "not sent: ") +
                                                         printable(message.text))};
}

MaybeLine line_of(const event::IntroductionUsed& used) {
  Json json = named("introduction-used", used.room);
  json["by"] = used.by.hex();
  json["again"] = false;
  return Line{std::move(json),
              in_room(used.room, "your introduction was used by " + short_id(used.by))};
}

MaybeLine line_of(const event::IntroductionTriedAgain& tried) {
  Json json = named("introduction-used", tried.room);
  json["again"] = true;
  return Line{std::move(json),
              in_room(tried.room,
                      "somebody else tried your introduction, which was already used; nothing was "
                      "told to them; compare safety numbers with who came")};
}

MaybeLine line_of(const event::Gap& gap) {
  Json json = named("gap", gap.room);
  json["count"] = gap.count;
  return Line{std::move(json),
              in_room(gap.room, std::to_string(gap.count) +
                                    " messages haven't arrived; the others are in order; ask to "
                                    "send them again")};
}

MaybeLine line_of(const event::Fork& fork) {
  return Line{named("fork", fork.room),
              in_room(fork.room,
                      "you and the other person see different histories; your copy is unchanged; "
                      "don't send anything sensitive here, call them")};
}

MaybeLine line_of(const event::IdentityChanged& changed) {
  return Line{named("changed", changed.room),
              in_room(changed.room,
                      "the other person's Magpie has changed; earlier messages are safe and "
                      "sending is paused; call them, then compare numbers")};
}

/// What follows by asking again: `rooms` and `history` say it.
template <class Other>
MaybeLine line_of(const Other&) {
  return std::nullopt;
}

}  // namespace

void print_event(const client::Event& event, bool json) {
  const auto line = std::visit([](const auto& one) { return line_of(one); }, event);
  if (!line) return;
  json ? print_json(line->json) : print_line(line->text);
}

void print_warning(const client::Event& event) {
  const bool message = std::holds_alternative<event::MessageAdded>(event) ||
                       std::holds_alternative<event::MessageChanged>(event);
  if (message) return;  // shown by the next sync, and by history
  const auto line = std::visit([](const auto& one) { return line_of(one); }, event);
  if (line) std::fprintf(stderr, "%s\n", line->text.c_str());
}

}  // namespace magpie::cli
