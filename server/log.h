// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>

namespace magpie::server {

/// A word of this program's own text, of small letters and `_`. Only a literal can become one, so
/// that no id, address or name of anybody can get into the log: it does not compile.
class Word {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): a literal stands for itself
  consteval Word(const char* literal) : text_(literal) {
    for (const char c : text_) {
      if (c != '_' && (c < 'a' || c > 'z')) not_a_word();
    }
  }
  constexpr std::string_view text() const { return text_; }

 private:
  static void not_a_word();  // no constant expression: what calls it does not compile

  std::string_view text_;
};

/// What is told of an event: a number, or one of a few words.
struct LogField {
  Word name;
  std::variant<std::uint64_t, Word> value;
};

enum class LogLevel { kInfo, kWarning, kError };

/// The log of this process goes to stderr from then on. Without it `log_event` goes nowhere.
void start_log();
/// One line `level=… event=… name=value …`, without a time: whoever keeps the log puts theirs.
/// Of counts only those that say nothing of when people write. Thread-safe.
void log_event(LogLevel level, Word event, std::initializer_list<LogField> fields = {});

/// For a field `duration_ms`.
std::uint64_t milliseconds_since(std::chrono::steady_clock::time_point start);

}  // namespace magpie::server
