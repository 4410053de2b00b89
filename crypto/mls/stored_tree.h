// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/mls/ids.h"

/// A ratchet tree in a store: one record a node, so that an epoch writes those that it changed.
namespace magpie::mls {

struct StoredNode {
  NodeIndex node;
  Buffer encoded;  ///< `Node` (RFC 9420 §12.4.3.3); empty where it is blank, among changes alone
  friend bool operator==(const StoredNode&, const StoredNode&) = default;
};

/// The nodes of `base` after `changes`, in increasing order and without blank ones. Never fails;
/// whether the result is a tree is for whoever reads it.
std::vector<StoredNode> overlay(std::span<const StoredNode> base,
                                std::span<const StoredNode> changes);

}  // namespace magpie::mls
