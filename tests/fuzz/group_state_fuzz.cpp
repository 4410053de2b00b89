// SPDX-License-Identifier: GPL-3.0-or-later
// Stored states, damaged as no authenticated store gives them: refused, or read into a state that
// is written again as it was read.
#include "crypto/base/check.h"
#include "crypto/mls/group_serialize.h"
#include "tests/crypto/mls/room.h"
#include "tests/fuzz/alter.h"

namespace magpie::fuzz {
namespace {

using namespace mls;
using namespace mls::test;

struct Scene {
  Room room;
  std::vector<Buffer> epochs;
  std::vector<Buffer> ratchets;
  Buffer bundle;

  Scene() {
    for (const auto& member : room.members) {
      if (member == nullptr) continue;
      epochs.push_back(to_buffer(serialize_epoch(*member).expose()));
      ratchets.push_back(to_buffer(serialize_ratchets(*member).expose()));
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

auto read(Bytes epoch, Bytes ratchets) {
  return deserialize_group(epoch, ratchets,
                           {std::shared_ptr<const Policy>(), &permissive_policy()});
}

void read_state(Alterations& alterations) {
  const std::size_t member = alterations.below(scene().epochs.size());
  Buffer epoch = scene().epochs[member];
  Buffer ratchets = scene().ratchets[member];
  damage(alterations, epoch);
  damage(alterations, ratchets);
  const auto state = read(epoch, ratchets);
  if (!state) {
    MAGPIE_CHECK(state.error().code == Errc::kDamaged);
    MAGPIE_CHECK(epoch != scene().epochs[member] || ratchets != scene().ratchets[member]);
    return;
  }
  const WholeState written(**state);
  const auto again = read(serialize_epoch(**state).expose(), serialize_ratchets(**state).expose());
  MAGPIE_CHECK(again && written.same_as(**again));
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
