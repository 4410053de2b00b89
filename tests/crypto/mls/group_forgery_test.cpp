// SPDX-License-Identifier: GPL-3.0-or-later
// Every field of every message, changed by a member who then signs, confirms and encrypts as if it
// were honest: refused for the right reason, and the receiver is what it was, bit for bit.
#include <gtest/gtest.h>

#include "crypto/mls/group_receive.h"
#include "tests/crypto/mls/forgery.h"
#include "tests/crypto/mls/room.h"

namespace magpie::mls {
namespace {

using namespace test;

constexpr std::size_t kReceivers[] = {0, 6};  // the latter unmerged

/// Room and forger, and what both tests of fields and of lists need.
class Forgery : public testing::TestWithParam<WireFormat> {
 protected:
  Buffer commit(const std::vector<ProposalOrRef>& list, const Edits& edits, bool with_path = true) {
    return forger.commit(list, with_path, GetParam(), edits).message;
  }
  Buffer empty_commit(const Edits& edits) { return commit({}, edits); }
  Buffer proposal(const Proposal& value, const Edits& edits = {}) {
    return forger.proposal(value, GetParam(), edits);
  }

  void expect_refused(const char* what, Bytes message, Errc code) {
    SCOPED_TRACE(what);
    for (const std::size_t index : kReceivers) {
      const auto state = room.members[index]->clone();
      const WholeState before(*state);
      const auto received = receive_message(*state, message, Room::kTime);
      ASSERT_FALSE(received) << "by " << index;
      EXPECT_EQ(name(received.error().code), name(code)) << received.error().site;
      EXPECT_TRUE(before.same_as(*state));
    }
  }
  void expect_taken(Bytes message) {
    for (const std::size_t index : kReceivers) {
      const auto state = room.members[index]->clone();
      const auto received = receive_message(*state, message, Room::kTime);
      ASSERT_TRUE(received) << (received ? "" : received.error().site);
    }
  }

  Room room;
  const KeyPackageBundle newcomer = room.key_package("seven");
  magpie::test::SeededRandom random{9};
  const Forger forger{*room.members[kForger], random};
};

INSTANTIATE_TEST_SUITE_P(Formats, Forgery,
                         testing::Values(WireFormat::kPrivate, WireFormat::kPublic),
                         [](const auto& parameter) {
                           return parameter.param == WireFormat::kPublic ? "public" : "private";
                         });

template <class Change>
Edits unsigned_frame(Change change) {
  Edits edits;
  edits.unsigned_frame = change;
  return edits;
}
template <class Change>
Edits tagged_frame(Change change) {
  Edits edits;
  edits.tagged_frame = change;
  return edits;
}
template <class Change>
Edits path_leaf(Change change) {
  Edits edits;
  edits.leaf = change;
  return edits;
}
template <class Change>
Edits path_nodes(Change change) {
  Edits edits;
  edits.path = change;
  return edits;
}

TEST_P(Forgery, of_the_frame_of_a_handshake_message) {
  for (const bool is_commit : {true, false}) {
    const auto send = [&](const Edits& edits) {
      return is_commit ? empty_commit(edits) : proposal(Remove{LeafIndex(1)}, edits);
    };
    expect_taken(send({}));
    expect_refused("group id", send(unsigned_frame([](Frame& f) { flip(f.group_id); })),
                   Errc::kWrongGroup);
    expect_refused("no group id", send(unsigned_frame([](Frame& f) { f.group_id.clear(); })),
                   Errc::kWrongGroup);
    expect_refused("later epoch",
                   send(unsigned_frame([](Frame& f) { f.epoch = Epoch(f.epoch.value() + 1); })),
                   Errc::kWrongEpoch);
    expect_refused("earlier epoch", send(unsigned_frame([](Frame& f) { f.epoch = Epoch(0); })),
                   Errc::kWrongEpoch);
    expect_refused("data not signed",
                   send(tagged_frame([](Frame& f) { f.authenticated_data.push_back(1); })),
                   Errc::kBadSignature);
    expect_refused("signature", send(tagged_frame([](Frame& f) { flip(f.signature); })),
                   Errc::kBadSignature);
    expect_refused("no signature", send(tagged_frame([](Frame& f) { f.signature.clear(); })),
                   Errc::kBadSignature);
    // In the clear, what a commit's body is then read as depends on its keys.
    if (!is_commit || GetParam() == WireFormat::kPrivate) {
      const bool clear = GetParam() == WireFormat::kPublic;
      expect_refused("an application's content type",
                     send(unsigned_frame([](Frame& f) { f.type = ContentType::kApplication; })),
                     clear ? Errc::kTrailingBytes : Errc::kMalformed);
    }
  }
  expect_refused("confirmation tag",
                 empty_commit(tagged_frame([](Frame& f) { flip(f.confirmation_tag); })),
                 Errc::kBadMac);
  expect_refused("no confirmation tag",
                 empty_commit(tagged_frame([](Frame& f) { f.confirmation_tag.clear(); })),
                 Errc::kBadMac);
}

TEST_P(Forgery, of_the_sender) {
  if (GetParam() == WireFormat::kPublic) {
    const auto send = [&](Sender sender) {
      return proposal(Remove{LeafIndex(1)},
                      unsigned_frame([=](Frame& frame) { frame.sender = sender; }));
    };
    expect_refused("another member", send({SenderType::kMember, 1}), Errc::kBadSignature);
    expect_refused("a blank leaf", send({SenderType::kMember, 3}), Errc::kUnknownSender);
    expect_refused("outside the tree", send({SenderType::kMember, 1U << 31}), Errc::kUnknownSender);
    expect_refused("external", send({SenderType::kExternal, 0}), Errc::kUnknownSender);
    expect_refused("new", send({SenderType::kNewMemberProposal, 0}), Errc::kMalformed);
    expect_refused("joining", send({SenderType::kNewMemberCommit, 0}), Errc::kMalformed);
    return;
  }
  const auto send = [&](std::uint32_t leaf, std::uint32_t generation) {
    return proposal(Remove{LeafIndex(1)}, tagged_frame([=](Frame& frame) {
                      frame.sender_data.leaf = LeafIndex(leaf);
                      frame.sender_data.generation = Generation(generation);
                    }));
  };
  expect_refused("another member", send(4, 0), Errc::kBadSignature);
  expect_refused("a blank leaf", send(3, 0), Errc::kUnknownSender);
  expect_refused("outside the tree", send(1U << 31, 0), Errc::kUnknownSender);
  expect_refused("a generation far ahead", send(kForger, 2000), Errc::kGenerationTooFar);
  expect_refused("the last generation", send(kForger, 0xffffffff), Errc::kGenerationTooFar);
  expect_refused("padding", proposal(Remove{LeafIndex(1)}, tagged_frame([](Frame& frame) {
                                       frame.padding = {0, 0, 1};
                                     })),
                 Errc::kMalformed);
}

TEST_P(Forgery, of_the_leaf_of_a_path) {
  const auto send = [&](auto change) { return empty_commit(path_leaf(change)); };
  const LeafNode& other = *room.members[0]->tree->leaf(LeafIndex(1));
  const LeafNode& own = room.members[kForger]->own_leaf();
  expect_refused("no encryption key", send([](LeafFields& l) { l.encryption_key.clear(); }),
                 Errc::kInvalidLeaf);
  expect_refused("zero encryption key", send([](LeafFields& l) { l.encryption_key = Buffer(32); }),
                 Errc::kInvalidLeaf);
  expect_refused("its old encryption key",
                 send([&](LeafFields& l) { l.encryption_key = to_buffer(own.encryption_key); }),
                 Errc::kInvalidLeaf);
  expect_refused("another's encryption key",
                 send([&](LeafFields& l) { l.encryption_key = to_buffer(other.encryption_key); }),
                 Errc::kInvalidCommit);
  expect_refused("another's signature key",
                 send([&](LeafFields& l) { l.signature_key = to_buffer(other.signature_key); }),
                 Errc::kBadSignature);
  expect_refused("no signature key", send([](LeafFields& l) { l.signature_key.clear(); }),
                 Errc::kInvalidLeaf);
  expect_refused("an X.509 credential", send([](LeafFields& l) {
                   l.credential = {0, 2, 0};
                 }),
                 Errc::kInvalidLeaf);
  expect_refused("no versions", send([](LeafFields& l) { l.capabilities[0].clear(); }),
                 Errc::kInvalidLeaf);
  expect_refused("no suites", send([](LeafFields& l) { l.capabilities[1].clear(); }),
                 Errc::kInvalidLeaf);
  expect_refused("no extensions", send([](LeafFields& l) { l.capabilities[2].clear(); }),
                 Errc::kInvalidLeaf);
  expect_refused("no credentials", send([](LeafFields& l) { l.capabilities[4].clear(); }),
                 Errc::kInvalidLeaf);
  expect_refused("half a capability", send([](LeafFields& l) { l.capabilities[3] = {1}; }),
                 Errc::kMalformed);
  for (const std::uint8_t source : std::array<std::uint8_t, 2>{1, 2}) {
    expect_refused("source", send([=](LeafFields& l) { l.source = source; }), Errc::kInvalidLeaf);
  }
  expect_refused("no source", send([](LeafFields& l) { l.source = 0; }), Errc::kMalformed);
  expect_refused("parent hash", send([](LeafFields& l) { flip(l.parent_hash); }),
                 Errc::kInvalidCommit);
  expect_refused("no parent hash", send([](LeafFields& l) { l.parent_hash.clear(); }),
                 Errc::kInvalidCommit);
  expect_refused("an extension that it does not list", send([](LeafFields& l) {
                   l.extensions = {0xF0, 0xF0, 0};
                 }),
                 Errc::kInvalidLeaf);
  expect_refused("an extension twice",
                 send([](LeafFields& l) { l.extensions = {0xF0, 0xA1, 0, 0xF0, 0xA1, 0}; }),
                 Errc::kMalformed);
  expect_refused("signature", send([](LeafFields& l) { l.signature = Buffer(64, 1); }),
                 Errc::kBadSignature);
}

TEST_P(Forgery, of_a_path) {
  const auto send = [&](auto change) { return empty_commit(path_nodes(change)); };
  expect_refused("a public key", send([](PathFields& p) { flip(p.nodes[0].encryption_key); }),
                 Errc::kInvalidCommit);
  expect_refused("a public key twice",
                 send([](PathFields& p) { p.nodes[1].encryption_key = p.nodes[0].encryption_key; }),
                 Errc::kInvalidCommit);
  expect_refused("a zero public key",
                 send([](PathFields& p) { p.nodes[1].encryption_key = Buffer(32); }),
                 Errc::kInvalidCommit);
  expect_refused("a node less", send([](PathFields& p) { p.nodes.pop_back(); }),
                 Errc::kInvalidCommit);
  expect_refused("a node more", send([](PathFields& p) {
                   p.nodes.push_back({Buffer(32, 9), {}});
                 }),
                 Errc::kInvalidCommit);
  expect_refused("no nodes", send([](PathFields& p) { p.nodes.clear(); }), Errc::kInvalidCommit);
  const auto each_ciphertext = [&](auto change) {
    return send([=](PathFields& p) {
      for (PathFields::Node& node : p.nodes) {
        for (PathFields::Ciphertext& sealed : node.ciphertexts) change(sealed);
      }
    });
  };
  expect_refused("KEM outputs", each_ciphertext([](auto& c) { flip(c.kem_output); }),
                 Errc::kDecryptFailed);
  expect_refused("no KEM outputs", each_ciphertext([](auto& c) { c.kem_output.clear(); }),
                 Errc::kDecryptFailed);
  expect_refused("ciphertexts", each_ciphertext([](auto& c) { flip(c.ciphertext); }),
                 Errc::kDecryptFailed);
  expect_refused("no ciphertexts", each_ciphertext([](auto& c) { c.ciphertext.clear(); }),
                 Errc::kDecryptFailed);
  expect_refused("a ciphertext less",
                 send([](PathFields& p) { p.nodes.back().ciphertexts.pop_back(); }),
                 Errc::kInvalidCommit);
  expect_refused("a ciphertext more", send([](PathFields& p) {
                   p.nodes[0].ciphertexts.push_back(p.nodes[0].ciphertexts[0]);
                 }),
                 Errc::kInvalidCommit);

  Edits edits;
  edits.step = [](std::size_t, Buffer&, Secret& secret) { secret.fill()[0] ^= 1; };
  expect_refused("path secrets that do not fit", empty_commit(edits), Errc::kInvalidCommit);
  edits.step = [](std::size_t, Buffer&, Secret& secret) { secret = Secret(0); };
  expect_refused("no path secrets", empty_commit(edits), Errc::kInvalidCommit);
  edits.step = [](std::size_t step, Buffer& key, Secret&) {
    const Buffer seed(32, static_cast<std::uint8_t>(step + 1));
    key = crypto::dhkem_x25519().derive_key_pair(seed).public_key;
  };
  expect_refused("public keys of somebody else", empty_commit(edits), Errc::kInvalidCommit);
}

TEST_P(Forgery, of_a_key_package_that_it_adds) {
  const auto honest = KeyPackage::decode_message(newcomer.key_package).value();
  const auto refuse = [&](const char* what, Errc code, auto change) {
    KeyPackageFields fields = KeyPackageFields::of(*honest);
    change(fields);
    const Buffer encoded = fields.encode(newcomer.identity.signature_key);
    Reader reader(encoded);
    const auto key_package = KeyPackage::decode(reader);
    ASSERT_TRUE(key_package) << what;
    expect_refused(what, proposal(Add{*key_package}), code);
    expect_refused(what, commit({Proposal(Add{*key_package})}, {}), code);
  };
  const auto time = static_cast<std::uint64_t>(Room::kTime.time_since_epoch().count());
  using Fields = KeyPackageFields;
  expect_taken(proposal(Add{honest}));
  refuse("version", Errc::kUnsupported, [](Fields& f) { f.version = 2; });
  refuse("suite", Errc::kWrongSuite, [](Fields& f) { f.cipher_suite = kSuiteXWing; });
  refuse("no init key", Errc::kInvalidKeyPackage, [](Fields& f) { f.init_key.clear(); });
  refuse("zero init key", Errc::kInvalidKeyPackage, [](Fields& f) { f.init_key = Buffer(32); });
  refuse("init key for the leaf", Errc::kInvalidKeyPackage,
         [](Fields& f) { f.init_key = f.leaf.encryption_key; });
  refuse("signature", Errc::kBadSignature, [](Fields& f) { f.signature = Buffer(64, 1); });
  refuse("signature of the leaf", Errc::kBadSignature,
         [](Fields& f) { f.leaf.signature = Buffer(64, 1); });
  refuse("source", Errc::kInvalidKeyPackage, [](Fields& f) { f.leaf.source = 2; });
  refuse("encryption key", Errc::kInvalidLeaf, [](Fields& f) { f.leaf.encryption_key.clear(); });
  refuse("credential", Errc::kInvalidLeaf, [](Fields& f) { f.leaf.credential = {0, 2, 0}; });
  refuse("credentials", Errc::kInvalidLeaf, [](Fields& f) { f.leaf.capabilities[4].clear(); });
  refuse("not yet", Errc::kInvalidKeyPackage, [=](Fields& f) { f.leaf.not_before = time + 7200; });
  refuse("over", Errc::kInvalidKeyPackage, [](Fields& f) { f.leaf.not_after = 1; });
}

TEST_P(Forgery, of_a_list_of_proposals) {
  const auto honest = KeyPackage::decode_message(newcomer.key_package).value();
  const auto refuse = [&](const char* what, Errc code, const std::vector<ProposalOrRef>& list,
                          bool with_path = true) {
    expect_refused(what, commit(list, {}, with_path), code);
  };
  const auto extensions = [](std::vector<Extension> list) {
    return Proposal(GroupContextExtensions{std::move(list)});
  };
  const auto psk = [](std::string_view id, std::size_t nonce) {
    return Proposal(
        PreSharedKey{{PreSharedKeyId::External{to_buffer(as_bytes(id))}, Buffer(nonce)}});
  };
  const auto resumption = [&](ResumptionUsage usage) {
    return Proposal(PreSharedKey{{PreSharedKeyId::Resumption{usage, forger.state().context.group_id,
                                                             forger.state().context.epoch},
                                  Buffer(32)}});
  };
  const auto remove = [](std::uint32_t leaf) { return Proposal(Remove{LeafIndex(leaf)}); };
  const Proposal add = Add{honest};
  const Proposal reinit = ReInit{{1}, 1, kSuiteX25519, {}};

  expect_taken(commit({add, remove(1), psk(Room::kPsk, 32), extensions({}),
                       resumption(ResumptionUsage::kApplication), room.pending[0]},
                      {}));
  refuse("nothing and no path", Errc::kInvalidCommit, {}, false);
  refuse("a removal without a path", Errc::kInvalidCommit, {remove(1)}, false);
  refuse("removes a blank leaf", Errc::kInvalidProposal, {remove(3)});
  refuse("removes outside the tree", Errc::kInvalidProposal, {remove(1U << 31)});
  refuse("removes twice", Errc::kInvalidCommit, {remove(1), remove(1)});
  refuse("removes itself", Errc::kInvalidCommit, {remove(kForger)});
  refuse("removes whom it updates", Errc::kInvalidCommit, {room.pending[0], remove(0)});
  refuse("updates itself", Errc::kInvalidCommit,
         {Proposal(Update{room.members[kForger]->tree->leaf_ptr(LeafIndex(kForger))})});
  refuse("adds twice", Errc::kInvalidCommit, {add, add});
  refuse("a reference to nothing", Errc::kUnknownProposal, {Buffer(32, 7)});
  refuse("an empty reference", Errc::kUnknownProposal, {Buffer()});
  refuse("a reference twice", Errc::kInvalidCommit, {room.pending[2], room.pending[2]});
  refuse("extensions twice", Errc::kInvalidCommit, {room.pending[1], extensions({})});
  refuse("an extension that nobody supports", Errc::kInvalidLeaf, {extensions({{0xF0F0, {}}})});
  refuse("malformed required capabilities", Errc::kInvalidProposal,
         {extensions({{kRequiredCapabilities, {1}}})});
  refuse("malformed external senders", Errc::kInvalidProposal,
         {extensions({{kExternalSenders, {1}}})});
  refuse("an extension type twice", Errc::kMalformed,
         {extensions({{Room::kExtension, {}}, {Room::kExtension, {}}})});
  refuse("a PSK that nobody holds", Errc::kUnknownPsk, {psk("unknown", 32)});
  refuse("a PSK with a short nonce", Errc::kInvalidProposal, {psk(Room::kPsk, 31)});
  refuse("a PSK twice", Errc::kInvalidCommit, {psk(Room::kPsk, 32), psk(Room::kPsk, 32)});
  refuse("a PSK for a branch", Errc::kInvalidProposal, {resumption(ResumptionUsage::kBranch)});
  refuse("a ReInit beside others", Errc::kInvalidCommit, {reinit, remove(1)});
  refuse("a ReInit to no version", Errc::kInvalidProposal,
         {Proposal(ReInit{{1}, 0, kSuiteX25519, {}})}, false);
  refuse("an external init", Errc::kInvalidCommit, {Proposal(ExternalInit{Buffer(32)})});
}

TEST(ApplicationForgery, of_any_field) {
  Room room;
  magpie::test::SeededRandom random(9);
  const Forger forger(*room.members[kForger], random);
  const auto refuse = [&](const char* what, Errc code, const Edits& edits) {
    SCOPED_TRACE(what);
    const Buffer message = forger.application(as_bytes("text"), edits);
    const auto state = room.members[0]->clone();
    const WholeState before(*state);
    const auto received = receive_message(*state, message, Room::kTime);
    ASSERT_FALSE(received);
    EXPECT_EQ(name(received.error().code), name(code)) << received.error().site;
    EXPECT_TRUE(before.same_as(*state));
  };
  refuse("group id", Errc::kWrongGroup, unsigned_frame([](Frame& f) { flip(f.group_id); }));
  refuse("epoch", Errc::kWrongEpoch, unsigned_frame([](Frame& f) { f.epoch = Epoch(1); }));
  refuse("data", Errc::kBadSignature, tagged_frame([](Frame& f) { f.authenticated_data = {1}; }));
  refuse("text", Errc::kBadSignature, tagged_frame([](Frame& f) { flip(f.body); }));
  refuse("text cut off", Errc::kTruncated, unsigned_frame([](Frame& f) { f.body = {0x40, 0x50}; }));
  refuse("signature", Errc::kBadSignature, tagged_frame([](Frame& f) { flip(f.signature); }));
  refuse("padding", Errc::kMalformed, tagged_frame([](Frame& f) { f.padding = {0, 1}; }));
  refuse("type", Errc::kUnsupported,
         unsigned_frame([](Frame& f) { f.type = ContentType::kProposal; }));
  refuse("another member", Errc::kBadSignature,
         tagged_frame([](Frame& f) { f.sender_data.leaf = LeafIndex(1); }));
  refuse("the receiver", Errc::kOwnMessage,
         tagged_frame([](Frame& f) { f.sender_data.leaf = LeafIndex(0); }));
  refuse("generation", Errc::kGenerationTooFar,
         tagged_frame([](Frame& f) { f.sender_data.generation = Generation(5000); }));

  const auto state = room.members[0]->clone();
  EXPECT_TRUE(receive_message(*state, forger.application(as_bytes("text"), {}), Room::kTime));
}

}  // namespace
}  // namespace magpie::mls
