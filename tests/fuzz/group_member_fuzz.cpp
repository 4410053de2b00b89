// SPDX-License-Identifier: GPL-3.0-or-later
// A member who holds genuine keys sends a message of any kind, altered anywhere before it is
// signed, confirmed and encrypted. Two others, one of them with an unmerged leaf, get it: each
// refuses it and is what it was, bit for bit, or follows it into a state that is whole; and those
// who follow agree.
#include "crypto/base/check.h"
#include "crypto/mls/group_commit.h"
#include "crypto/mls/group_receive.h"
#include "tests/crypto/mls/room.h"
#include "tests/fuzz/alter_mls.h"

namespace magpie::fuzz {
namespace {

using namespace mls;
using namespace mls::test;
using magpie::test::SeededRandom;

constexpr std::size_t kSender = 5;
constexpr std::size_t kFirst = 0;
constexpr std::size_t kSecond = 6;

struct Scene {
  Room room;
  std::vector<KeyPackageBundle> outsiders;

  Scene() {
    outsiders.push_back(room.key_package("seven"));
    outsiders.push_back(room.key_package("eight"));
  }
};

Scene& scene() {
  static Scene scene;
  return scene;
}

/// Each place where a message can be altered, from the inside out.
Edits edits_of(Alterations& alterations) {
  Edits edits;
  edits.step = [&](std::size_t, Buffer& public_key, Secret& path_secret) {
    alterations.maybe(public_key);
    Buffer secret = to_buffer(path_secret.expose());
    alterations.maybe(secret);
    path_secret = Secret::copy_of(secret);
  };
  edits.leaf = [&](LeafFields& leaf) { alter(alterations, leaf); };
  edits.path = [&](PathFields& path) { alter(alterations, path); };
  edits.body = [&](Buffer& body) { alterations.maybe(body); };
  edits.unsigned_frame = [&](Frame& frame) {
    alterations.maybe(frame.group_id);
    std::uint64_t epoch = frame.epoch.value();
    alterations.maybe_number(epoch);
    frame.epoch = Epoch(epoch);
    alterations.maybe_number(frame.sender.index);
    if (frame.wire_format == WireFormat::kPublic && alterations.here()) {
      frame.sender.type = SenderType(1 + alterations.below(4));
    }
    if (alterations.here()) frame.type = ContentType(1 + alterations.below(3));
    if (alterations.here()) frame.wire_format = WireFormat(1 + alterations.below(2));
  };
  edits.signed_frame = [&](Frame& frame) { alterations.maybe(frame.signature); };
  edits.tagged_frame = [&](Frame& frame) {
    if (frame.type == ContentType::kCommit) alterations.maybe(frame.confirmation_tag);
    std::uint32_t leaf = frame.sender_data.leaf.value();
    std::uint32_t generation = frame.sender_data.generation.value();
    alterations.maybe_number(leaf);
    alterations.maybe_number(generation);
    frame.sender_data.leaf = LeafIndex(leaf);
    frame.sender_data.generation = Generation(generation);
    alterations.maybe(frame.padding);
  };
  return edits;
}

struct Attempt {
  Buffer message;
  bool must_pass = false;
};

Attempt commit(Alterations& alterations, const Forger& forger, WireFormat format) {
  std::vector<ProposalOrRef> list;
  const std::size_t size = alterations.below(4);
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t kind = alterations.below(8);
    if (kind < scene().room.pending.size()) {
      list.push_back(scene().room.pending[kind]);
    } else if (kind == 7) {
      list.push_back(alterations.bytes(32));
    } else {
      list.push_back(make_proposal(alterations, forger.state(), scene().outsiders));
    }
  }
  const bool with_path = alterations.below(4) != 1;
  const ForgedCommit made = forger.commit(list, with_path, format, edits_of(alterations));
  return {made.message, list.empty() && with_path && alterations.count() == 0};
}

Attempt make_message(Alterations& alterations, const Forger& forger) {
  const WireFormat format = WireFormat(1 + alterations.below(2));
  switch (alterations.below(4)) {
    case 0: {
      Buffer message = forger.application(as_bytes("hello"), edits_of(alterations));
      return {std::move(message), alterations.count() == 0};
    }
    case 1: {
      const Proposal proposal = make_proposal(alterations, forger.state(), scene().outsiders);
      return {forger.proposal(proposal, format, edits_of(alterations)), false};
    }
    default:
      return commit(alterations, forger, format);
  }
}

void expect_whole(const GroupState& state) { MAGPIE_CHECK(!broken_invariant(state)); }

/// What one receiver makes of it: its state, the next one, or nothing where it refused.
struct Reaction {
  std::unique_ptr<GroupState> state;
  std::optional<Received> received;
};

Reaction deliver(const GroupState& receiver, const Attempt& attempt) {
  Reaction reaction{receiver.clone(), std::nullopt};
  const WholeState before(receiver);
  auto received = receive_message(*reaction.state, attempt.message, Room::kTime);
  if (!received) {
    MAGPIE_CHECK(!attempt.must_pass);
    MAGPIE_CHECK(before.same_as(*reaction.state));
    return reaction;
  }
  const LeafIndex sender(static_cast<std::uint32_t>(kSender));
  if (const auto* message = std::get_if<ApplicationMessage>(&*received)) {
    MAGPIE_CHECK(message->sender == sender);
  } else if (const auto* proposal = std::get_if<ProposalReceived>(&*received)) {
    MAGPIE_CHECK(proposal->sender == sender);
  } else {
    const auto& commit = std::get<ReceivedCommit>(*received);
    MAGPIE_CHECK(commit.sender == sender);
    if (commit.active) expect_whole(*commit.next);
  }
  expect_whole(*reaction.state);
  reaction.received = *std::move(received);
  return reaction;
}

const GroupState* next_of(const Reaction& reaction) {
  const auto* commit =
      reaction.received ? std::get_if<ReceivedCommit>(&*reaction.received) : nullptr;
  return commit == nullptr ? nullptr : commit->next.get();
}

void expect_agreement(const GroupState& a, const GroupState& b) {
  MAGPIE_CHECK(a.encoded_context == b.encoded_context);
  MAGPIE_CHECK(
      equal(a.secrets.epoch_authenticator.expose(), b.secrets.epoch_authenticator.expose()));
}

/// Whatever proposal both have taken, an honest commit of theirs is still possible and followed;
/// where the proposals cannot be committed together, without them.
void expect_room_goes_on(Reaction& first, Reaction& second) {
  const auto proposed = [](const Reaction& reaction) {
    return reaction.received && std::holds_alternative<ProposalReceived>(*reaction.received);
  };
  if (!proposed(first) || !proposed(second)) return;
  SeededRandom random(8);
  const WholeState before(*first.state);
  auto own = commit_to_group(*first.state, {}, Room::kTime, random);
  if (!own) {
    MAGPIE_CHECK(before.same_as(*first.state));
    first.state->proposals.clear();
    first.state->own_updates.clear();
    own = commit_to_group(*first.state, {}, Room::kTime, random);
  }
  MAGPIE_CHECK(own.has_value());
  expect_whole(*own->next);
  auto received = receive_message(*second.state, own->commit, Room::kTime);
  MAGPIE_CHECK(received.has_value());
  const auto& commit = std::get<ReceivedCommit>(*received);
  if (commit.active) expect_agreement(*own->next, *commit.next);
}

}  // namespace
}  // namespace magpie::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace magpie::fuzz;
  const auto& members = scene().room.members;
  Alterations alterations(data, size);
  magpie::test::SeededRandom random(9);
  const magpie::mls::test::Forger forger(*members[kSender], random);
  const Attempt attempt = make_message(alterations, forger);
  Reaction first = deliver(*members[kFirst], attempt);
  Reaction second = deliver(*members[kSecond], attempt);
  const auto* a = next_of(first);
  const auto* b = next_of(second);
  if (a != nullptr && b != nullptr) expect_agreement(*a, *b);
  expect_room_goes_on(first, second);
  return 0;
}
