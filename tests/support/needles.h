// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bitset>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/check.h"

namespace magpie::test {

/// Bytes as they are, and in the texts that programs make of bytes: hex, both cases, and base64,
/// both alphabets.
inline std::vector<std::string> forms(Bytes bytes) {
  std::string upper = to_hex(bytes);
  for (char& c : upper) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c;
  std::string base64 = to_base64url(bytes);
  for (char& c : base64) c = c == '-' ? '+' : c == '_' ? '/' : c;
  return {std::string(as_text(bytes)), to_hex(bytes), upper, to_base64url(bytes), base64};
}

/// Looks for many short strings at once, in one pass over what is searched.
class Needles {
 public:
  /// In every form. At least 8 bytes. `label` is what a find is called; several may share one.
  void add(const std::string& label, Bytes bytes) {
    MAGPIE_CHECK(bytes.size() >= kPrefix);
    for (auto& form : forms(bytes)) {
      begins_.set(first_two(form.data()));
      by_prefix_[prefix(form.data())].push_back({label, std::move(form)});
    }
  }
  void add(const std::string& label, std::string_view text) { add(label, as_bytes(text)); }

  /// The labels of what is in there.
  std::set<std::string> in(std::string_view haystack) const {
    std::set<std::string> found;
    for (std::size_t at = 0; at + kPrefix <= haystack.size(); ++at) {
      if (!begins_.test(first_two(haystack.data() + at))) continue;
      const auto candidates = by_prefix_.find(prefix(haystack.data() + at));
      if (candidates == by_prefix_.end()) continue;
      for (const auto& [label, form] : candidates->second) {
        if (haystack.substr(at, form.size()) == form) found.insert(label);
      }
    }
    return found;
  }

  /// The same in a file, or in every file of a folder and in their names.
  std::set<std::string> in_files(const std::filesystem::path& folder) const {
    std::set<std::string> found;
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
      found.merge(in(file.path().filename().string()));
      if (!file.is_regular_file()) continue;
      std::ifstream in_file(file.path(), std::ios::binary);
      found.merge(in(std::string{std::istreambuf_iterator<char>(in_file), {}}));
    }
    return found;
  }

 private:
  static constexpr std::size_t kPrefix = 8;
  struct Needle {
    std::string label;
    std::string form;
  };

  static std::uint64_t prefix(const char* at) {
    std::uint64_t value = 0;
    std::memcpy(&value, at, kPrefix);
    return value;
  }
  static std::uint16_t first_two(const char* at) {
    std::uint16_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return value;
  }

  std::bitset<65536> begins_;
  std::unordered_map<std::uint64_t, std::vector<Needle>> by_prefix_;
};

}  // namespace magpie::test
