// SPDX-License-Identifier: GPL-3.0-or-later
// Key packages altered before they are signed: whoever looks at one, proposes it or commits it
// either refuses and is what he was, or goes on into a whole state.
#include "crypto/base/check.h"
#include "crypto/mls/group_send.h"
#include "tests/crypto/mls/room.h"
#include "tests/fuzz/alter_mls.h"

namespace magpie::fuzz {
namespace {

using namespace mls;
using namespace mls::test;

struct Scene {
  Room room;
  KeyPackageBundle outsider = room.key_package("seven");
  KeyPackagePtr honest = KeyPackage::decode_message(outsider.key_package).value();
};

Scene& scene() {
  static Scene scene;
  return scene;
}

void expect_same_unless(bool accepted, const WholeState& before, const GroupState& state) {
  MAGPIE_CHECK(accepted || before.same_as(state));
  MAGPIE_CHECK(!broken_invariant(state));
}

/// Whether a member proposes it.
bool try_to_propose(Bytes message) {
  const auto state = scene().room.members[0]->clone();
  const WholeState before(*state);
  magpie::test::SeededRandom random(5);
  const auto sent = propose_add(*state, message, WireFormat::kPrivate, Room::kTime, random);
  expect_same_unless(sent.has_value(), before, *state);
  return sent.has_value();
}

/// Whether a member commits it.
bool try_to_commit(const Buffer& message) {
  const auto state = scene().room.members[0]->clone();
  const WholeState before(*state);
  magpie::test::SeededRandom random(5);
  CommitOptions options;
  options.add = {message};
  auto own = commit_to_group(*state, options, Room::kTime, random);
  expect_same_unless(own.has_value(), before, *state);
  if (own) MAGPIE_CHECK(!broken_invariant(*own->next));
  return own.has_value();
}

}  // namespace
}  // namespace magpie::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace magpie::fuzz;
  Alterations alterations(data, size);
  auto fields = magpie::mls::test::KeyPackageFields::of(*scene().honest);
  alter(alterations, fields);
  magpie::Buffer message = magpie::mls::test::key_package_message(
      fields.encode(scene().outsider.identity.signature_key));
  alterations.maybe(message);
  const auto info =
      magpie::mls::inspect_key_package(message, Room::kTime, magpie::mls::permissive_policy());
  const bool proposed = try_to_propose(message);
  const bool committed = try_to_commit(message);
  MAGPIE_CHECK(info || (!proposed && !committed));
  MAGPIE_CHECK(proposed == committed);
  MAGPIE_CHECK(committed || alterations.count() > 0);
  return 0;
}
