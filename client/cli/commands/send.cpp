// SPDX-License-Identifier: GPL-3.0-or-later
#include <iostream>
#include <iterator>

#include "client/cli/commands/command.h"
#include "client/cli/error_text.h"
#include "client/cli/lookup.h"
#include "client/cli/output.h"

namespace magpie::cli {
namespace {

struct SendOptions {
  std::string room;
  std::string text;
  bool from_stdin = false;
  bool no_wait = false;
  double timeout = kTimeoutSeconds;
};

/// All of it but a last line's end, which `echo` adds.
std::string read_stdin() {
  std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

/// Whether this event decides how sending ended, and how.
std::optional<Result<void>> outcome_of(const Event& event, const client::RoomId& room,
                                       const client::EntryId& id) {
  if (const auto* changed = std::get_if<client::event::MessageChanged>(&event)) {
    if (changed->message.id != id) return std::nullopt;
    switch (changed->message.state) {
      case client::MessageState::kRelay:
      case client::MessageState::kDelivered:
      case client::MessageState::kRead:
        return Result<void>();
      case client::MessageState::kNotSent:
        return fail(Errc::kRefusedByPolicy, "send: refused");
      default:
        return std::nullopt;
    }
  }
  if (const auto* changed = std::get_if<client::event::RoomChanged>(&event)) {
    if (changed->room.id != room) return std::nullopt;
    if (changed->room.held_back) return tl::unexpected<Error>(*changed->room.held_back);
    const auto state = changed->room.state;
    const bool doubt = state == client::RoomState::kFork || state == client::RoomState::kChanged;
    if (doubt) return fail(Errc::kInDoubt, "send: paused meanwhile");
    if (state == client::RoomState::kClosed) return fail(Errc::kNotFound, "send: closed meanwhile");
  }
  if (const auto* stopped = std::get_if<client::event::Stopped>(&event)) {
    return tl::unexpected<Error>(stopped->error);
  }
  return std::nullopt;
}

Result<void> wait_for_relay(Session& session, const client::RoomId& room, const client::EntryId& id,
                            Session::Deadline deadline) {
  Error trouble{Errc::kTimedOut, "send: time"};
  for (;;) {
    const auto events = session.next_events(deadline);
    if (events.empty()) return tl::unexpected(trouble);
    for (const Event& event : events) {
      if (const auto outcome = outcome_of(event, room, id)) return *outcome;
      if (const auto* line = std::get_if<client::event::Connection>(&event)) {
        trouble = line->error.value_or(Error{Errc::kTimedOut, "send: time"});
      }
    }
  }
}

/// Whoever followed an introduction may have come while nobody looked.
Result<void> look_for_guest(Session& session, double timeout) {
  return session.ask<void>(
      [&](auto done) { session.client().settle(milliseconds(timeout), std::move(done)); });
}

Result<void> send(const Invocation& invocation, const SendOptions& options) {
  const std::string text = options.from_stdin ? read_stdin() : options.text;
  if (text.empty()) return fail(Errc::kUsage, site::kNoText);
  MAGPIE_TRY(const auto session, open_session(invocation));
  MAGPIE_TRY(const auto room, find_room(*session, options.room));
  if (room.kind == client::RoomKind::kIntroduction) {
    MAGPIE_TRY_VOID(look_for_guest(*session, options.timeout));
  }
  const auto deadline = deadline_in(options.timeout);
  MAGPIE_TRY(const auto id, session->ask<client::EntryId>([&](auto done) {
    session->client().send(room.id, text, std::move(done));
  }));
  if (!options.no_wait) MAGPIE_TRY_VOID(wait_for_relay(*session, room.id, id, deadline));
  const auto state =
      word(options.no_wait ? client::MessageState::kWaiting : client::MessageState::kRelay);
  if (invocation.json) {
    print_json(Json{{"id", id.hex()}, {"state", state}});
  } else {
    print_line(options.no_wait ? "Waiting: it goes with the next sync." : "On the relay.");
  }
  return {};
}

}  // namespace

void add_send(CLI::App& app, Invocation& invocation) {
  const auto options = [](CLI::App& command, SendOptions& to) {
    command.add_option("ROOM", to.room, "The room's id, or its beginning")->required();
    auto* const text = command.add_option("TEXT", to.text, "What to send");
    command.add_flag("--stdin", to.from_stdin, "Read the text from standard input")->excludes(text);
    command.add_flag("--no-wait", to.no_wait, "Do not wait until the relay has it");
    command.add_option("--timeout", to.timeout, "Seconds to wait for the relay")
        ->check(CLI::Range(0.0, kTimeoutSecondsMax))
        ->capture_default_str();
  };
  add_command<SendOptions>(app, invocation, "send", "Send a text to a room", options, send);
}

}  // namespace magpie::cli
