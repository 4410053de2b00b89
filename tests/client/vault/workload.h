// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "client/core/vault/memory_storage.h"
#include "tests/client/vault/record_text.h"
#include "tests/client/vault/sample_records.h"

namespace magpie::client::test {

/// A history of acts, each made from its number alone, and what a storage holds after each of
/// them: so a storage found after a crash can be told how far it is, and go on from there.
class Workload {
 public:
  explicit Workload(std::uint64_t seed) : seed_(seed) { texts_.push_back(text_of(oracle_)); }

  /// The act of this number, from 1.
  Changes act(std::size_t number) const;
  /// What a storage holds after that many acts.
  const std::string& text(std::size_t acts);
  /// How many acts, from `least` to `most`, make this text; empty where none does.
  std::optional<std::size_t> find(const std::string& text, std::size_t least, std::size_t most);

 private:
  std::uint64_t seed_;
  MemoryStorage oracle_;
  std::vector<std::string> texts_;
};

}  // namespace magpie::client::test
