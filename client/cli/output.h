// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>

#include "client/core/event.h"

namespace magpie::cli {

/// Keeps the order of the fields.
using Json = nlohmann::ordered_json;

/// One line on stdout, at once; for people, or as one JSON object.
void print_line(const std::string& line);
void print_json(const Json& object);

/// What people wrote, without the characters that could command a terminal.
std::string printable(std::string_view text);

/// As JSON has it: RFC 3339 in UTC, with milliseconds.
std::string utc_time(client::Time time);
/// As people read it: local, to the minute.
std::string local_time(client::Time time);

/// The beginning of an id that is shown to people; accepted as ROOM or PERSON.
template <class Id>
std::string short_id(const Id& id) {
  return id.hex().substr(0, 8);
}

std::string_view word(client::RoomKind kind);
std::string_view word(client::RoomState state);
std::string_view word(client::Role role);
std::string_view word(client::MessageState state);
std::string_view word(client::MessageKind kind);

}  // namespace magpie::cli
