// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/status.h"

#include <charconv>

namespace magpie::server {
namespace {

/// Every number of a status with its name, once for all three forms. `Status` is RelayStatus,
/// const or not.
template <class Status, class Visit>
void each_number(Status& status, Visit visit) {
  visit("sessions", status.sessions);
  visit("rooms", status.counts.rooms);
  visit("entries", status.counts.entries);
  visit("payload_bytes", status.counts.payload_bytes);
  visit("disk_bytes", status.counts.disk_bytes);
  visit("disk_free_bytes", status.disk_free_bytes);
}

/// Those that count from the start of the relay.
template <class Activity, class Visit>
void each_counter(Activity& activity, Visit visit) {
  visit("frames_received", activity.frames_received);
  visit("entries_accepted", activity.entries_accepted);
  visit("entries_sent", activity.entries_sent);
  visit("refused_stale", activity.refused_stale);
  visit("refused_limit", activity.refused_limit);
  visit("refused_other", activity.refused_other);
}

template <class Limits, class Visit>
void each_limit(Limits& limits, Visit visit) {
  visit("entry_bytes_max", limits.entry_bytes_max);
  visit("control_entry_bytes_max", limits.control_entry_bytes_max);
  visit("entries_per_room_max", limits.entries_per_room_max);
  visit("bytes_per_room_max", limits.bytes_per_room_max);
  visit("slots_per_room_max", limits.slots_per_room_max);
  visit("frames_in_flight_max", limits.frames_in_flight_max);
  visit("retention_hours", limits.retention_hours);
  visit("control_entries_per_slot_hour_max", limits.control_entries_per_slot_hour_max);
  visit("rooms_per_stream_max", limits.rooms_per_stream_max);
  visit("streams_max", limits.streams_max);
}

template <class Status, class Visit>
void each_text(Status& status, Visit visit) {
  visit("health", status.health);
  visit("policy", status.policy);
  visit("address", status.address);
}

std::string quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

std::string to_json(const RelayStatus& status) {
  std::string out;
  const auto add = [&](std::string_view key, const std::string& value) {
    out += (out.empty() || out.back() == '{') ? "" : ",";
    out += quoted(key) + ":" + value;
  };
  out = "{";
  each_text(status, [&](std::string_view key, const auto& text) { add(key, quoted(text)); });
  const auto add_number = [&](std::string_view key, auto number) {
    add(key, std::to_string(number));
  };
  each_number(status, add_number);
  each_counter(status.activity, add_number);
  out += ",\"limits\":{";
  each_limit(status.limits, add_number);
  return out + "}}";
}

std::string to_text(const RelayStatus& status) {
  std::string out;
  const auto add = [&](std::string_view key, const std::string& value) {
    std::string name(key);
    for (auto& c : name) c = c == '_' ? ' ' : c;
    name.resize(std::max<std::size_t>(name.size() + 2, 36), ' ');
    out += name + value + "\n";
  };
  each_text(status, [&](std::string_view key, const auto& text) { add(key, text); });
  const auto add_number = [&](std::string_view key, auto number) {
    add(key, std::to_string(number));
  };
  each_number(status, add_number);
  each_counter(status.activity, add_number);
  each_limit(status.limits, add_number);
  return out;
}

std::string to_lines(const RelayStatus& status) {
  std::string out;
  const auto add = [&](std::string_view key, const std::string& value) {
    out += std::string(key) + " " + value + "\n";
  };
  each_text(status, [&](std::string_view key, const auto& text) { add(key, text); });
  const auto add_number = [&](std::string_view key, auto number) {
    add(key, std::to_string(number));
  };
  each_number(status, add_number);
  each_counter(status.activity, add_number);
  each_limit(status.limits, add_number);
  return out;
}

std::vector<Figure> figures_of(const RelayStatus& status) {
  std::vector<Figure> figures;
  each_number(status, [&](std::string_view name, std::uint64_t value) {
    figures.push_back({name, value, false});
  });
  each_counter(status.activity, [&](std::string_view name, std::uint64_t value) {
    figures.push_back({name, value, true});
  });
  return figures;
}

Result<RelayStatus> from_lines(std::string_view lines) {
  RelayStatus status;
  bool malformed = lines.empty();
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    const auto line = lines.substr(0, end);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    const auto space = line.find(' ');
    if (space == std::string_view::npos) return fail(Errc::kMalformed, "status: line");
    const auto value = line.substr(space + 1);
    const auto read_number = [&](std::string_view key, auto& number) {
      if (key != line.substr(0, space)) return;
      const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), number);
      malformed = malformed || error != std::errc() || stop != value.data() + value.size();
    };
    each_text(status, [&](std::string_view key, std::string& text) {
      if (key == line.substr(0, space)) text = value;
    });
    each_number(status, read_number);
    each_counter(status.activity, read_number);
    each_limit(status.limits, read_number);
  }
  if (malformed) return fail(Errc::kMalformed, "status: number");
  return status;
}

}  // namespace magpie::server
