// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "crypto/base/random.h"
#include "crypto/mls/suite.h"

/// The official test vectors of RFC 9420 (mlswg/mls-implementations, test-vectors.md): one
/// function for each type of file, applied to each entry.
namespace magpie::mls::vectors {

struct Outcome {
  enum class Kind { kPassed, kFailed, kSkipped } kind = Kind::kPassed;
  std::string why{};
};
inline Outcome passed() { return {}; }
inline Outcome failed(std::string why) { return {Outcome::Kind::kFailed, std::move(why)}; }
inline Outcome skipped(std::string why) { return {Outcome::Kind::kSkipped, std::move(why)}; }

/// Leaves the entry as failed, with the condition as the reason.
#define VECTOR_CHECK(condition)                  \
  do {                                           \
    if (!(condition)) return failed(#condition); \
  } while (false)
/// The value of a Result; leaves the entry as failed with the error's place.
#define VECTOR_TRY_IMPL(result, lhs, expr)                      \
  auto result = (expr);                                         \
  if (!result) return failed(std::string(result.error().site)); \
  lhs = *std::move(result)
#define VECTOR_TRY(lhs, expr) VECTOR_TRY_IMPL(MAGPIE_TRY_CAT(vector_, __LINE__), lhs, expr)

using Json = nlohmann::json;
using Check = Outcome (*)(const Json& entry);

/// The bytes of a hex field; ends the program where it is none, since then the file is at fault.
Buffer hex(const Json& value);

/// What a registered suite needs, even one that this program does not speak: many vectors touch
/// no more of it than its hash.
struct SuiteParts {
  std::optional<crypto::HashId> hash;
  std::size_t aead_key_size = 0;
  const crypto::Kem* kem = nullptr;  ///< null: not ours
  bool ed25519 = false;
};
SuiteParts parts_of(std::uint16_t suite);

Random& random();

Outcome tree_math(const Json& entry);
Outcome deserialization(const Json& entry);
Outcome crypto_basics(const Json& entry);
Outcome secret_tree(const Json& entry);
Outcome key_schedule(const Json& entry);
Outcome psk_secret_vector(const Json& entry);
Outcome transcript_hashes(const Json& entry);
Outcome tree_operations(const Json& entry);
Outcome tree_validation(const Json& entry);
Outcome treekem(const Json& entry);
Outcome message_protection(const Json& entry);
Outcome messages(const Json& entry);
Outcome welcome(const Json& entry);
Outcome passive_client(const Json& entry);

}  // namespace magpie::mls::vectors
