// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "crypto/mls/group_commit.h"
#include "tests/support/seeded_random.h"

namespace magpie::mls::test {

/// A group as adversaries like it, below `Group`: six members in a tree of eight leaves with a
/// blank leaf, blank parents and an unmerged leaf, an external PSK that all hold, and proposals
/// that wait for a commit.
struct Room {
  static constexpr Seconds kTime{std::chrono::seconds(1'800'000'000)};
  static constexpr std::uint16_t kExtension = 0xF0A1;
  static constexpr std::string_view kPsk = "known to all";

  Room();

  KeyPackageBundle key_package(std::string_view name);
  /// Everyone follows; gives the Welcome, if there is one.
  Buffer commit(std::size_t committer, const CommitOptions& options);

  magpie::test::SeededRandom random{1};
  /// By leaf; null where blank.
  std::vector<std::unique_ptr<GroupState>> members;
  /// Of members 0, 2 and 1 in turn; everyone holds them.
  std::vector<ProposalRef> pending;

 private:
  void add(std::size_t committer, std::string_view name, bool with_path);
  void remove(std::size_t committer, std::size_t leaf);
  void deliver_proposal(std::size_t sender, Bytes message);
};

/// What every state must be, whatever came in: its tree as a joiner would accept it, its private
/// keys those of the tree, and no other after a restart. Gives what is not so, or nothing.
std::optional<std::string_view> broken_invariant(const GroupState& state);

/// Everything of a state, to be compared bit for bit.
class WholeState {
 public:
  explicit WholeState(const GroupState& state);
  bool same_as(const GroupState& state) const;

 private:
  Secret epoch_;
  std::vector<StoredNode> tree_;
  Secret ratchets_;
};

}  // namespace magpie::mls::test
