// SPDX-License-Identifier: GPL-3.0-or-later
// Stored states, of either format, damaged as no authenticated store gives them: refused, or read
// into a state that is written again as it was read.
#include "crypto/base/check.h"
#include "crypto/mls/group_serialize.h"
#include "tests/crypto/mls/first_format.h"
#include "tests/crypto/mls/room.h"
#include "tests/fuzz/alter.h"

namespace magpie::fuzz {
namespace {

using namespace mls;
using namespace mls::test;

struct Stored {
  Buffer epoch;
  std::vector<StoredNode> tree;
  Buffer ratchets;
  friend bool operator==(const Stored&, const Stored&) = default;
};

Stored store(const GroupState& state) {
  return {to_buffer(serialize_epoch(state).expose()), state.tree->changes_from(nullptr),
          to_buffer(serialize_ratchets(state).expose())};
}

struct Scene {
  Room room;
  std::vector<Stored> states;
  Buffer bundle;

  Scene() {
    for (const auto& member : room.members) {
      if (member == nullptr) continue;
      states.push_back(store(*member));
      Stored first = states.back();
      first.epoch = to_buffer(first_format(first.epoch, member->tree->encode()).expose());
      first.tree.clear();
      states.push_back(std::move(first));
    }
    bundle = to_buffer(room.key_package("seven").serialize().expose());
  }
};

Scene& scene() {
  static Scene scene;
  return scene;
}

/// Overwrites, cuts out or inserts some bytes, a few times.
void damage(Alterations& alterations, Buffer& bytes) {
  for (std::size_t i = alterations.below(4); i > 0 && !bytes.empty(); --i) {
    const auto at = static_cast<std::ptrdiff_t>(alterations.below(bytes.size()));
    const Buffer other = alterations.bytes(1 + alterations.below(6));
    const auto rest = static_cast<std::size_t>(bytes.end() - (bytes.begin() + at));
    const auto cut = static_cast<std::ptrdiff_t>(std::min(alterations.below(8), rest));
    bytes.erase(bytes.begin() + at, bytes.begin() + at + cut);
    bytes.insert(bytes.begin() + at, other.begin(), other.end());
  }
}

/// Drops, doubles, renames, moves or damages a node, a few times.
void damage(Alterations& alterations, std::vector<StoredNode>& tree) {
  for (std::size_t i = alterations.below(3); i > 0 && !tree.empty(); --i) {
    StoredNode& node = tree[alterations.below(tree.size())];
    switch (alterations.below(5)) {
      case 0:
        tree.erase(tree.begin() + (&node - tree.data()));
        break;
      case 1:
        tree.push_back(node);
        break;
      case 2: {
        const auto bits = static_cast<std::uint32_t>(alterations.below(32));
        node.node = NodeIndex(static_cast<std::uint32_t>(alterations.below(1U << bits)));
        break;
      }
      case 3:
        std::swap(node, tree[alterations.below(tree.size())]);
        break;
      default:
        damage(alterations, node.encoded);
        break;
    }
  }
}

auto read(const Stored& stored) {
  return deserialize_group(stored.epoch, stored.tree, stored.ratchets,
                           {std::shared_ptr<const Policy>(), &permissive_policy()});
}

void read_state(Alterations& alterations) {
  const Stored& whole = scene().states[alterations.below(scene().states.size())];
  Stored stored = whole;
  damage(alterations, stored.epoch);
  damage(alterations, stored.tree);
  damage(alterations, stored.ratchets);
  const auto state = read(stored);
  if (!state) {
    MAGPIE_CHECK(state.error().code == Errc::kDamaged && stored != whole);
    return;
  }
  const auto again = read(store(**state));
  MAGPIE_CHECK(again && WholeState(**state).same_as(**again));
}

void read_bundle(Alterations& alterations) {
  Buffer bytes = scene().bundle;
  damage(alterations, bytes);
  const auto bundle = KeyPackageBundle::deserialize(bytes);
  if (bundle) {
    MAGPIE_CHECK(equal(bundle->serialize().expose(), bytes));
  } else {
    MAGPIE_CHECK(bundle.error().code == Errc::kDamaged && bytes != scene().bundle);
  }
}

}  // namespace
}  // namespace magpie::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  magpie::fuzz::Alterations alterations(data, size);
  if (alterations.below(8) == 1) {
    magpie::fuzz::read_bundle(alterations);
  } else {
    magpie::fuzz::read_state(alterations);
  }
  return 0;
}
