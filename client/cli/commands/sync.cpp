// SPDX-License-Identifier: GPL-3.0-or-later
#include <set>

#include "client/cli/commands/command.h"
#include "client/cli/end_signals.h"
#include "client/cli/event_output.h"

namespace magpie::cli {
namespace {

struct SyncOptions {
  bool follow = false;
  std::optional<double> timeout;
};

/// Prints each message once, whichever command fetched it: what was printed counts as read.
class Printer {
 public:
  Printer(Session& session, bool json) : session_(session), json_(json) {}

  /// What came before this run and was never shown.
  Result<void> unread() {
    MAGPIE_TRY(const auto rooms, session_.rooms());
    for (const auto& room : rooms) {
      if (room.unread == 0) continue;
      MAGPIE_TRY(const auto messages, session_.history(room.id, room.message_count));
      std::uint32_t received = 0;
      auto first = messages.end();
      while (first != messages.begin() && received < room.unread) {
        if ((--first)->state == client::MessageState::kReceived) ++received;
      }
      for (; first != messages.end(); ++first) {
        print(client::event::MessageAdded{*first});
        printed_.insert(first->id);
      }
      MAGPIE_TRY_VOID(session_.mark_read(room.id));
    }
    return {};
  }

  /// Errors: that of the vault, where it has stopped.
  Result<void> print_all(const std::vector<Event>& events) {
    std::set<client::RoomId> shown;
    for (const Event& event : events) {
      if (const auto* stopped = std::get_if<client::event::Stopped>(&event)) {
        return tl::unexpected<Error>(stopped->error);
      }
      const auto* added = std::get_if<client::event::MessageAdded>(&event);
      if (added != nullptr && printed_.contains(added->message.id)) continue;
      if (added != nullptr && !added->message.self) shown.insert(added->message.room);
      print(event);
    }
    for (const auto& room : shown) MAGPIE_TRY_VOID(session_.mark_read(room));
    return {};
  }

 private:
  void print(const Event& event) { print_event(event, json_); }

  Session& session_;
  const bool json_;
  std::set<client::EntryId> printed_;
};

/// Until everything is caught up.
Result<void> catch_up(Session& session, Printer& printer, double timeout) {
  const auto outcome = std::make_shared<Result<void>>();
  session.client().settle(milliseconds(timeout), [&session, outcome](const Result<void>& settled) {
    *outcome = settled;
    session.end();
  });
  for (;;) {
    const auto events = session.next_events(Session::Deadline::max());
    if (events.empty()) return *outcome;
    MAGPIE_TRY_VOID(printer.print_all(events));
  }
}

/// Until a signal, or the deadline.
Result<void> follow(Session& session, Printer& printer, Session::Deadline deadline) {
  for (;;) {
    const auto events = session.next_events(deadline);
    if (events.empty()) return {};
    MAGPIE_TRY_VOID(printer.print_all(events));
  }
}

Result<void> sync(const Invocation& invocation, const SyncOptions& options) {
  std::optional<EndSignals> signals;
  if (options.follow) signals.emplace();
  MAGPIE_TRY(const auto session, open_session(invocation, Session::Warnings::kLeaveToCommand));
  Printer printer(*session, invocation.json);
  MAGPIE_TRY_VOID(printer.unread());
  if (!options.follow) {
    return catch_up(*session, printer, options.timeout.value_or(kTimeoutSeconds));
  }
  signals->on_signal([&session] { session->end(); });
  const auto outcome =
      follow(*session, printer,
             options.timeout ? deadline_in(*options.timeout) : Session::Deadline::max());
  signals.reset();  // it may call the session
  return outcome;
}

}  // namespace

void add_sync(CLI::App& app, Invocation& invocation) {
  const auto options = [](CLI::App& command, SyncOptions& to) {
    command.add_flag("--follow", to.follow, "Go on until SIGINT or SIGTERM");
    command.add_option("--timeout", to.timeout, "Seconds; 30, or without end with --follow")
        ->check(CLI::Range(0.0, kTimeoutSecondsMax));
  };
  add_command<SyncOptions>(app, invocation, "sync",
                           "Fetch and send what waits, and show what comes", options, sync);
}

}  // namespace magpie::cli
