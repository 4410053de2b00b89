// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/status.h"

#include <limits>
#include <nlohmann/json.hpp>

namespace magpie::server {
namespace {

using Json = nlohmann::ordered_json;

/// Every number of a status with its name, once for all forms. `Status` is RelayStatus,
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

/// Takes what is there under `key`; false where it is there and is no such number.
template <class Number>
bool take(const Json& json, const char* key, Number& number) {
  const auto found = json.find(key);
  if (found == json.end()) return true;
  if (!found->is_number_unsigned()) return false;
  const auto value = found->template get<std::uint64_t>();
  if (value > std::numeric_limits<Number>::max()) return false;
  number = static_cast<Number>(value);
  return true;
}

}  // namespace

std::string to_json(const RelayStatus& status) {
  Json json;
  const auto add = [&](const char* key, const auto& value) { json[key] = value; };
  each_text(status, add);
  each_number(status, add);
  each_counter(status.activity, add);
  auto& limits = json["limits"];
  each_limit(status.limits, [&](const char* key, auto value) { limits[key] = value; });
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
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

Result<RelayStatus> from_json(std::string_view text) {
  const auto json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return fail(Errc::kMalformed, "status: JSON");
  RelayStatus status;
  bool whole = true;
  each_text(status, [&](const char* key, std::string& value) {
    const auto found = json.find(key);
    whole = whole && found != json.end() && found->is_string();
    if (whole) value = found->get<std::string>();
  });
  const auto read = [&](const char* key, auto& value) { whole = whole && take(json, key, value); };
  each_number(status, read);
  each_counter(status.activity, read);
  const auto limits = json.find("limits");
  whole = whole && limits != json.end() && limits->is_object();
  if (whole) {
    each_limit(status.limits,
               [&](const char* key, auto& value) { whole = whole && take(*limits, key, value); });
  }
  if (!whole) return fail(Errc::kMalformed, "status: member");
  return status;
}

}  // namespace magpie::server
