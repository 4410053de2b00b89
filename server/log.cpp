// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/log.h"

#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <string>

namespace magpie::server {
namespace {

spdlog::logger& logger() {
  static spdlog::logger log("magpie-relay", std::make_shared<spdlog::sinks::null_sink_mt>());
  return log;
}

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      break;
  }
  return spdlog::level::err;
}

std::string text_of(const std::variant<std::uint64_t, Word>& value) {
  const auto* const word = std::get_if<Word>(&value);
  return word != nullptr ? std::string(word->text()) : std::to_string(std::get<0>(value));
}

}  // namespace

void start_log() {
  logger().sinks() = {std::make_shared<spdlog::sinks::stderr_sink_mt>()};
  logger().set_pattern("level=%l %v");
}

void log_event(LogLevel level, Word event, std::initializer_list<LogField> fields) {
  auto line = "event=" + std::string(event.text());
  for (const auto& field : fields) {
    line += ' ';
    line += field.name.text();
    line += '=' + text_of(field.value);
  }
  logger().log(level_of(level), line);
}

std::uint64_t milliseconds_since(std::chrono::steady_clock::time_point start) {
  const auto passed = std::chrono::steady_clock::now() - start;
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(passed).count());
}

}  // namespace magpie::server
