// SPDX-License-Identifier: GPL-3.0-or-later
// mls-vectors TYPE FILE: runs one official MLS vector file. A line for each failure, with its
// index; the last line is "N passed, N failed, N skipped". Exit status 0 iff nothing failed, 77
// where the file is not there, 2 for wrong usage.
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <string_view>

#include "crypto/base/check.h"
#include "tests/crypto/mls/vectors/vectors.h"

namespace magpie::mls::vectors {
namespace {

struct Type {
  std::string_view name;
  Check check;
};

constexpr std::array kTypes = {
    Type{"tree-math", tree_math},
    Type{"deserialization", deserialization},
    Type{"crypto-basics", crypto_basics},
    Type{"secret-tree", secret_tree},
    Type{"key-schedule", key_schedule},
    Type{"psk_secret", psk_secret_vector},
    Type{"transcript-hashes", transcript_hashes},
    Type{"tree-operations", tree_operations},
    Type{"tree-validation", tree_validation},
    Type{"treekem", treekem},
    Type{"message-protection", message_protection},
    Type{"messages", messages},
    Type{"welcome", welcome},
    Type{"passive-client-welcome", passive_client},
    Type{"passive-client-handling-commit", passive_client},
    Type{"passive-client-random", passive_client},
};

/// The JSON library throws where a field is missing or of another type: a failure of the entry.
Outcome run_entry(Check check, const Json& entry) {
  try {
    return check(entry);
  } catch (const std::exception& error) {
    return failed(error.what());
  }
}

int run(const Type& type, const Json& entries) {
  std::array<std::size_t, 3> counts{};
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Outcome outcome = run_entry(type.check, entries[i]);
    ++counts[static_cast<std::size_t>(outcome.kind)];
    if (outcome.kind == Outcome::Kind::kFailed) {
      std::cout << type.name << '[' << i << "]: " << outcome.why << '\n';
    }
  }
  std::cout << counts[0] << " passed, " << counts[1] << " failed, " << counts[2] << " skipped\n";
  return counts[1] == 0 ? 0 : 1;
}

}  // namespace

Buffer hex(const Json& value) {
  const auto bytes = from_hex(value.get_ref<const std::string&>());
  MAGPIE_CHECK(bytes.has_value());
  return *bytes;
}

SuiteParts parts_of(std::uint16_t id) {
  using crypto::HashId;
  if (const Suite* suite = find_suite(id)) {
    return {suite->hash, crypto::kAeadKeySize, suite->hpke.kem, true};
  }
  switch (id) {  // RFC 9420 §17.1
    case 1:
      return {HashId::kSha256, 16, &crypto::dhkem_x25519(), true};
    case 2:
      return {HashId::kSha256, 16, nullptr, false};
    case 4:
    case 5:
    case 6:
      return {HashId::kSha512, 32, nullptr, false};
    default:
      return {};
  }
}

Random& random() {
  static SystemRandom random;
  return random;
}

}  // namespace magpie::mls::vectors

int main(int argc, char** argv) {
  namespace vectors = magpie::mls::vectors;
  const auto type = argc == 3 ? std::ranges::find(vectors::kTypes, std::string_view(argv[1]),
                                                  &vectors::Type::name)
                              : vectors::kTypes.end();
  if (type == vectors::kTypes.end()) {
    std::cerr << "usage: mls-vectors TYPE FILE\n";
    return 2;
  }
  std::ifstream file(argv[2]);
  if (!file) {
    std::cerr << "mls-vectors: no such file: " << argv[2] << '\n';
    return 77;
  }
  const auto entries = vectors::Json::parse(file, nullptr, false);
  if (!entries.is_array()) {
    std::cerr << "mls-vectors: not a JSON array: " << argv[2] << '\n';
    return 1;
  }
  return vectors::run(*type, entries);
}
