// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/cli/output.h"

#include <cstdio>
#include <ctime>

namespace magpie::cli {
namespace {

std::string formatted(const char* format, const std::tm& parts) {
  char text[32];
  return {text, std::strftime(text, sizeof text, format, &parts)};
}

}  // namespace

void print_line(const std::string& line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
  std::fflush(stdout);
}

void print_json(const Json& object) {
  print_line(object.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool control = (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F;
    const bool late_control =  // U+0080 to U+009F
        byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (late_control) ++i;
    if (!control && !late_control) out += text[i];
  }
  return out;
}

std::string utc_time(client::Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t whole = seconds.time_since_epoch().count();
  std::tm parts{};
  ::gmtime_r(&whole, &parts);
  char fraction[8];
  std::snprintf(fraction, sizeof fraction, ".%03dZ", static_cast<int>((time - seconds).count()));
  return formatted("%Y-%m-%dT%H:%M:%S", parts) + fraction;
}

std::string local_time(client::Time time) {
  const std::time_t whole =
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm parts{};
  ::localtime_r(&whole, &parts);
  return formatted("%Y-%m-%d %H:%M", parts);
}

std::string_view word(client::RoomKind kind) {
  switch (kind) {
    case client::RoomKind::kIntroduction:
      return "introduction";
    case client::RoomKind::kPair:
      return "pair";
    case client::RoomKind::kGroup:
      return "group";
  }
  return "";
}

std::string_view word(client::RoomState state) {
  switch (state) {
    case client::RoomState::kOk:
      return "ok";
    case client::RoomState::kWaiting:
      return "waiting";
    case client::RoomState::kGap:
      return "gap";
    case client::RoomState::kFork:
      return "fork";
    case client::RoomState::kChanged:
      return "changed";
    case client::RoomState::kClosed:
      return "closed";
  }
  return "";
}

std::string_view word(client::Role role) {
  switch (role) {
    case client::Role::kManager:
      return "manager";
    case client::Role::kMember:
      return "member";
    case client::Role::kGuest:
      return "guest";
  }
  return "";
}

std::string_view word(client::MessageState state) {
  switch (state) {
    case client::MessageState::kWaiting:
      return "waiting";
    case client::MessageState::kRelay:
      return "relay";
    case client::MessageState::kDelivered:
      return "delivered";
    case client::MessageState::kRead:
      return "read";
    case client::MessageState::kReceived:
      return "received";
    case client::MessageState::kNotSent:
      return "not-sent";
  }
  return "";
}

std::string_view word(client::MessageKind kind) {
  switch (kind) {
    case client::MessageKind::kText:
      return "text";
    case client::MessageKind::kUnknown:
      return "unknown";
    case client::MessageKind::kGap:
      return "gap";
    case client::MessageKind::kNote:
      return "note";
  }
  return "";
}

}  // namespace magpie::cli
