// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/cli/commands/command.h"
#include "client/cli/lookup.h"
#include "client/cli/output.h"

namespace magpie::cli {
namespace {

struct HistoryOptions {
  std::string room;
  std::optional<std::size_t> last;
};

Json as_json(const client::MessageInfo& message) {
  Json object{{"id", message.id.hex()}, {"from", message.from_name}, {"self", message.self}};
  if (message.kind == client::MessageKind::kText) object["text"] = message.text;
  object["at"] = utc_time(message.at);
  object["state"] = word(message.state);
  object["kind"] = word(message.kind);
  if (message.kind == client::MessageKind::kGap) object["count"] = message.gap_count;
  if (message.kind == client::MessageKind::kNote) object["note"] = message.text;
  return object;
}

std::string as_text(const client::MessageInfo& message) {
  switch (message.kind) {
    case client::MessageKind::kGap:
      return "-- " + std::to_string(message.gap_count) + " messages haven't arrived --";
    case client::MessageKind::kNote:
      return "-- " + printable(message.text) + " --";
    case client::MessageKind::kUnknown:
    case client::MessageKind::kText:
      break;
  }
  const bool known = message.kind == client::MessageKind::kText;
  std::string line = local_time(message.at) + "  " + printable(message.from_name) + ": " +
                     (known ? printable(message.text) : "(of a kind that a newer Magpie reads)");
  if (message.self) line += "  [" + std::string(word(message.state)) + "]";
  return line;
}

Result<void> history(const Invocation& invocation, const HistoryOptions& options) {
  MAGPIE_TRY(const auto session, open_session(invocation));
  MAGPIE_TRY(const auto room, find_room(*session, options.room));
  MAGPIE_TRY(const auto messages,
             session->history(room.id, options.last.value_or(room.message_count)));
  for (const auto& message : messages) {
    invocation.json ? print_json(as_json(message)) : print_line(as_text(message));
  }
  return session->mark_read(room.id);
}

}  // namespace

void add_history(CLI::App& app, Invocation& invocation) {
  const auto options = [](CLI::App& command, HistoryOptions& to) {
    command.add_option("ROOM", to.room, "The room's id, or its beginning")->required();
    command.add_option("--last", to.last, "Only so many, the newest");
  };
  add_command<HistoryOptions>(app, invocation, "history", "Show a room's messages", options,
                              history);
}

}  // namespace magpie::cli
