// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/stored_tree.h"

#include <map>

namespace magpie::mls {

std::vector<StoredNode> overlay(std::span<const StoredNode> base,
                                std::span<const StoredNode> changes) {
  std::map<NodeIndex, Bytes> nodes;
  for (const auto& list : {base, changes}) {
    for (const StoredNode& stored : list) nodes.insert_or_assign(stored.node, stored.encoded);
  }
  std::vector<StoredNode> whole;
  for (const auto& [node, encoded] : nodes) {
    if (!encoded.empty()) whole.push_back({node, to_buffer(encoded)});
  }
  return whole;
}

}  // namespace magpie::mls
