// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/text.h"

#include <cstdint>
#include <optional>

namespace magpie::client {
namespace {

struct Decoded {
  char32_t point;
  std::size_t size;
};

// One character by the table of RFC 3629 §4; empty where there is none.
std::optional<Decoded> decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return Decoded{lead, 1};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return std::nullopt;
  char32_t point = lead & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return std::nullopt;
    point = point << 6 | (byte(i) & 0x3FU);
  }
  const bool shortest =
      size == 2 || (size == 3 && point >= 0x800) || (size == 4 && point >= 0x10000);
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (!shortest || surrogate || point > 0x10FFFF) return std::nullopt;
  return Decoded{point, size};
}

bool within(char32_t point, char32_t first, char32_t last) {
  return point >= first && point <= last;
}

// Unicode's Default_Ignorable_Code_Point, which nobody sees, so that two names could look alike or
// one look empty; but not the joiners and variation selectors, without which some names are wrong.
bool invisible(char32_t point) {
  return point == 0xAD || point == 0x34F || within(point, 0x115F, 0x1160) ||
         within(point, 0x17B4, 0x17B5) || within(point, 0x180B, 0x180F) || point == 0x200B ||
         within(point, 0x2060, 0x206F) || point == 0x3164 || point == 0xFFA0 ||
         within(point, 0xFFF0, 0xFFFB) || within(point, 0x1BCA0, 0x1BCA3) ||
         within(point, 0x1D173, 0x1D17A) || within(point, 0xE0000, 0xE0FFF);
}

// What a name may not begin or end with: spaces, and what shows only together with a neighbour.
bool blank(char32_t point) {
  return point == ' ' || point == 0xA0 || point == 0x1680 || within(point, 0x2000, 0x200D) ||
         point == 0x202F || point == 0x205F || point == 0x3000;
}

bool shown_in_names(char32_t point) {
  const bool control = point < 0x20 || (point >= 0x7F && point < 0xA0);
  const bool line = point == 0x2028 || point == 0x2029;
  // Marks, embeddings, overrides and isolates of the bidirectional algorithm (UAX #9 §2).
  const bool direction = point == 0x61C || point == 0x200E || point == 0x200F ||
                         (point >= 0x202A && point <= 0x202E) ||
                         (point >= 0x2066 && point <= 0x2069);
  const bool noncharacter = point == 0xFEFF || (point & 0xFFFE) == 0xFFFE;
  return !control && !line && !direction && !noncharacter && !invisible(point);
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto next = decode(text);
    if (!next) return false;
    text.remove_prefix(next->size);
  }
  return true;
}

std::string clean_name(std::string_view text) {
  if (!is_utf8(text)) return {};  // also where only what does not fit is none
  std::string name;
  std::size_t shown = 0;  // up to the last character that is no blank
  while (!text.empty()) {
    const auto next = decode(text);
    if (name.size() + next->size > kNameSizeMax) break;
    const bool variation = within(next->point, 0xFE00, 0xFE0F);
    const bool skipped = name.empty() && (blank(next->point) || variation);
    if (shown_in_names(next->point) && !skipped) name += text.substr(0, next->size);
    if (shown_in_names(next->point) && !blank(next->point)) shown = name.size();
    text.remove_prefix(next->size);
  }
  name.resize(shown);
  return name;
}

}  // namespace magpie::client
