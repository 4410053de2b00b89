// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/vectors.h"

namespace magpie::test {

/// Calls `check(group, test, count)` for every case of a Wycheproof file; the check says whether it
/// ran the case or skipped it. Each failure names the case. No case run at all is a failure.
template <class Check>
void for_each_case(const std::string& name, const nlohmann::json& file, Check&& check) {
  VectorCount count(name);
  for (const auto& group : file.at("testGroups")) {
    for (const auto& test : group.at("tests")) {
      SCOPED_TRACE(name + " tcId " + std::to_string(test.at("tcId").get<int>()) + " " +
                   test.value("comment", ""));
      check(group, test, count);
    }
  }
  EXPECT_GT(count.ran_count(), 0);
}

inline bool is_valid(const nlohmann::json& test) { return test.at("result") == "valid"; }

inline bool has_flag(const nlohmann::json& test, std::string_view flag) {
  const auto& flags = test.at("flags");
  return std::find(flags.begin(), flags.end(), flag) != flags.end();
}

}  // namespace magpie::test
