// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "crypto/mls/group.h"

namespace magpie::bench {

/// What a tree is like, on which the cost of a path depends.
enum class TreeShape {
  kFresh,    ///< the first member has added all others and nobody has spoken: parents are blank
  kSettled,  ///< every member has had a path of its own: no parent is blank, no leaf unmerged
};

/// A group of `n` members, a power of two, as its first and its last member have it.
struct GroupFixture {
  GroupFixture(const mls::Suite& suite, std::size_t n, TreeShape shape);

  mls::Group join() const;
  Buffer protect();
  mls::PendingCommit commit();

  const mls::Suite& suite;
  std::size_t size;
  TreeShape shape;
  SystemRandom random;
  mls::KeyPackageBundle bundle;  ///< of the last
  Buffer welcome;                ///< for the last
  std::unique_ptr<mls::Group> first;
  std::unique_ptr<mls::Group> last;
  Buffer text = Buffer(1024, 1);
  Buffer sent_message;  ///< by the first; the last has not read it
  Buffer sent_commit;   ///< likewise

  // Sizes of what RFC 9420 has signed, hashed and sealed.
  std::size_t leaf_size = 0;
  std::size_t parent_size = 0;  ///< as it goes into the tree hash
  std::size_t path_nodes = 0;   ///< of a path of the first
  std::size_t path_seals = 0;   ///< its ciphertexts

 private:
  void add_last();
  void measure();
};

}  // namespace magpie::bench
