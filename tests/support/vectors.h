// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "crypto/base/bytes.h"
#include "crypto/base/check.h"

namespace magpie::test {

/// The folder of the public test vectors: MAGPIE_VECTORS, or ../shared/vectors beside the source.
inline std::string vectors_folder() {
  if (const char* folder = std::getenv("MAGPIE_VECTORS")) return folder;
  return MAGPIE_SOURCE_DIR "/../shared/vectors";
}

/// The parsed file, such as "xwing/test-vectors.json"; empty where it is absent, and then the
/// test says so by GTEST_SKIP. A file that is there and does not parse throws, so the test fails.
inline std::optional<nlohmann::json> load_vectors(const std::string& path) {
  std::ifstream file(vectors_folder() + "/" + path);
  if (!file) return std::nullopt;
  return nlohmann::json::parse(file);
}

/// Hex of a vector as bytes. Vectors are hex by their schema, so another text is a bug.
inline Buffer hex_bytes(const nlohmann::json& text) {
  const auto bytes = from_hex(text.get_ref<const std::string&>());
  MAGPIE_CHECK(bytes.has_value());
  return *bytes;
}

/// Counts what a vector file's cases came to, and prints it when the test ends.
class VectorCount {
 public:
  explicit VectorCount(std::string name) : name_(std::move(name)) {}
  ~VectorCount() {
    std::printf("[ VECTORS  ] %s: %d ran", name_.c_str(), ran_);
    for (const auto& [reason, count] : skipped_) {
      std::printf(", %d skipped (%s)", count, reason.c_str());
    }
    std::printf("\n");
  }
  VectorCount(const VectorCount&) = delete;
  VectorCount& operator=(const VectorCount&) = delete;

  void ran() { ++ran_; }
  void skipped(const std::string& reason) { ++skipped_[reason]; }
  int ran_count() const { return ran_; }

 private:
  std::string name_;
  int ran_ = 0;
  std::map<std::string, int> skipped_;
};

}  // namespace magpie::test

/// Declares `name` as the parsed file, or skips the test visibly where the file is absent.
#define MAGPIE_LOAD_VECTORS(name, path)                                     \
  const auto name##_loaded = ::magpie::test::load_vectors(path);            \
  if (!name##_loaded) GTEST_SKIP() << "no vectors (MAGPIE_VECTORS): " path; \
  const auto& name = *name##_loaded
