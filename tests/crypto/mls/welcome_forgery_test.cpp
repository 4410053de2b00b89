// SPDX-License-Identifier: GPL-3.0-or-later
// Every field of what a newcomer gets, changed by a member who then signs, confirms and encrypts
// as if it were honest: the newcomer refuses for the right reason.
#include <gtest/gtest.h>

#include "crypto/mls/group_join.h"
#include "tests/crypto/mls/forgery.h"
#include "tests/crypto/mls/room.h"

namespace magpie::mls {
namespace {

using namespace test;

class WelcomeForgery : public testing::Test {
 protected:
  Result<std::unique_ptr<GroupState>> join(const WelcomeEdits& edits, const Edits& path = {}) {
    const ForgedCommit commit =
        forger.commit({Proposal(Add{key_package})}, true, WireFormat::kPrivate, path);
    const Buffer welcome = forger.welcome(commit, *key_package, commit.added.front(), edits);
    return join_group(welcome, newcomer, {}, std::nullopt,
                      {std::shared_ptr<const Policy>(), &permissive_policy()});
  }
  void expect_refused(const char* what, const WelcomeEdits& edits, Errc code,
                      const Edits& path = {}) {
    SCOPED_TRACE(what);
    const auto joined = join(edits, path);
    ASSERT_FALSE(joined);
    EXPECT_EQ(name(joined.error().code), name(code)) << joined.error().site;
  }
  template <class Change>
  void refuse_context(const char* what, Errc code, Change change) {
    WelcomeEdits edits;
    edits.context = change;
    expect_refused(what, edits, code);
  }
  template <class Change>
  void refuse_tree(const char* what, Errc code, Change change) {
    WelcomeEdits edits;
    edits.tree = change;
    expect_refused(what, edits, code);
  }
  template <class Change>
  void refuse_info(const char* what, Errc code, Change change) {
    WelcomeEdits edits;
    edits.info = change;
    expect_refused(what, edits, code);
  }
  template <class Change>
  void refuse_secrets(const char* what, Errc code, Change change) {
    WelcomeEdits edits;
    edits.secrets = change;
    expect_refused(what, edits, code);
  }

  Room room;
  const KeyPackageBundle newcomer = room.key_package("seven");
  const KeyPackagePtr key_package = KeyPackage::decode_message(newcomer.key_package).value();
  magpie::test::SeededRandom random{9};
  const Forger forger{*room.members[kForger], random};
};

/// The same parent node with something changed.
template <class Change>
void change_parent(RatchetTree& tree, std::uint32_t node, Change change) {
  ParentNode parent = *tree.parent(NodeIndex(node));
  change(parent);
  tree.set_parent(NodeIndex(node), std::make_shared<const ParentNode>(std::move(parent)));
}

TEST_F(WelcomeForgery, honest_ones_pass) {
  const auto joined = join({});
  ASSERT_TRUE(joined) << joined.error().site;
  EXPECT_FALSE(broken_invariant(**joined));
}

TEST_F(WelcomeForgery, of_the_group_context) {
  refuse_context("suite", Errc::kInvalidWelcome,
                 [](GroupContext& c) { c.cipher_suite = kSuiteXWing; });
  refuse_context("group id", Errc::kBadSignature, [](GroupContext& c) { flip(c.group_id); });
  refuse_context("tree hash", Errc::kInvalidTree, [](GroupContext& c) { flip(c.tree_hash); });
  refuse_context("no tree hash", Errc::kInvalidTree, [](GroupContext& c) { c.tree_hash.clear(); });
  refuse_context("an extension that nobody supports", Errc::kInvalidLeaf, [](GroupContext& c) {
    c.extensions.push_back({0xF0F0, {}});
  });
  refuse_context("required capabilities", Errc::kInvalidProposal, [](GroupContext& c) {
    c.extensions.push_back({kRequiredCapabilities, {1}});
  });
  refuse_context("an extension type twice", Errc::kMalformed, [](GroupContext& c) {
    c.extensions.assign(2, {Room::kExtension, {}});
  });
}

TEST_F(WelcomeForgery, of_the_tree) {
  refuse_tree("a leaf blank", Errc::kInvalidTree,
              [](RatchetTree& tree) { tree.set_leaf(LeafIndex(1), nullptr); });
  refuse_tree("a leaf in two places", Errc::kInvalidTree,
              [](RatchetTree& tree) { tree.set_leaf(LeafIndex(7), tree.leaf_ptr(LeafIndex(1))); });
  refuse_tree("no newcomer", Errc::kInvalidWelcome,
              [](RatchetTree& tree) { tree.set_leaf(LeafIndex(3), nullptr); });
  refuse_tree("the newcomer elsewhere", Errc::kInvalidTree, [](RatchetTree& tree) {
    tree.set_leaf(LeafIndex(7), tree.leaf_ptr(LeafIndex(3)));
    tree.set_leaf(LeafIndex(3), nullptr);
  });
  refuse_tree("two leaves change places", Errc::kInvalidTree, [](RatchetTree& tree) {
    const LeafNodePtr first = tree.leaf_ptr(LeafIndex(1));
    tree.set_leaf(LeafIndex(1), tree.leaf_ptr(LeafIndex(2)));
    tree.set_leaf(LeafIndex(2), first);
  });
  constexpr std::uint32_t kRoot = 7;
  refuse_tree("the root blank", Errc::kInvalidWelcome,
              [](RatchetTree& tree) { tree.set_parent(NodeIndex(kRoot), nullptr); });
  refuse_tree("a key of the root", Errc::kInvalidTree, [](RatchetTree& tree) {
    change_parent(tree, kRoot, [](ParentNode& p) { flip(p.encryption_key); });
  });
  refuse_tree("a zero key", Errc::kInvalidTree, [](RatchetTree& tree) {
    change_parent(tree, kRoot, [](ParentNode& p) { p.encryption_key = Buffer(32); });
  });
  refuse_tree("a leaf's key in a parent", Errc::kInvalidTree, [](RatchetTree& tree) {
    change_parent(tree, kRoot, [&](ParentNode& p) {
      p.encryption_key = to_buffer(tree.leaf(LeafIndex(1))->encryption_key);
    });
  });
  refuse_tree("a parent hash of the root", Errc::kInvalidTree, [](RatchetTree& tree) {
    change_parent(tree, kRoot, [](ParentNode& p) { p.parent_hash = Buffer(32); });
  });
  for (const std::uint32_t leaf : {7U, 8U, 1U << 31}) {
    refuse_tree("an unmerged leaf that is not there", Errc::kInvalidTree, [=](RatchetTree& tree) {
      change_parent(tree, kRoot, [=](ParentNode& p) { p.unmerged_leaves = {LeafIndex(leaf)}; });
    });
  }
  refuse_tree("unmerged leaves out of order", Errc::kInvalidTree, [](RatchetTree& tree) {
    change_parent(tree, kRoot, [](ParentNode& p) {
      p.unmerged_leaves = {LeafIndex(6), LeafIndex(1)};
    });
  });
  refuse_tree(
      "an unmerged leaf that those between do not list", Errc::kInvalidTree, [](RatchetTree& tree) {
        change_parent(tree, kRoot, [](ParentNode& p) { p.unmerged_leaves = {LeafIndex(4)}; });
      });
}

TEST_F(WelcomeForgery, of_the_leaf_of_the_path) {
  const auto refuse = [&](const char* what, Errc code, auto change) {
    Edits edits;
    edits.leaf = change;
    expect_refused(what, {}, code, edits);
  };
  refuse("signature", Errc::kBadSignature, [](LeafFields& l) { l.signature = Buffer(64, 1); });
  refuse("parent hash", Errc::kInvalidTree, [](LeafFields& l) { flip(l.parent_hash); });
  refuse("credential", Errc::kInvalidLeaf, [](LeafFields& l) { l.credential = {0, 2, 0}; });
  refuse("no suites", Errc::kInvalidLeaf, [](LeafFields& l) { l.capabilities[1].clear(); });
  refuse("an extension that it does not list", Errc::kInvalidLeaf, [](LeafFields& l) {
    l.extensions = {0xF0, 0xF0, 0};
  });
}

TEST_F(WelcomeForgery, of_the_group_info) {
  using Info = GroupInfo;
  refuse_info("the newcomer as signer", Errc::kInvalidWelcome,
              [](Info& info) { info.signer = LeafIndex(3); });
  refuse_info("another signer", Errc::kBadSignature,
              [](Info& info) { info.signer = LeafIndex(1); });
  refuse_info("a signer who is not there", Errc::kInvalidWelcome,
              [](Info& info) { info.signer = LeafIndex(1U << 31); });
  refuse_info("no confirmation tag", Errc::kBadMac, [](Info& info) { info.confirmation_tag = {}; });
  static const Buffer zeros(32);
  refuse_info("confirmation tag", Errc::kBadMac, [](Info& info) { info.confirmation_tag = zeros; });
  refuse_info("no tree", Errc::kInvalidWelcome, [](Info& info) { info.extensions.clear(); });
  refuse_info("an empty tree", Errc::kMalformed, [](Info& info) { info.extensions[0].data = {0}; });
  refuse_info("half a tree", Errc::kTruncated, [](Info& info) {
    info.extensions[0].data.resize(info.extensions[0].data.size() / 2);
  });
  WelcomeEdits edits;
  edits.encoded_info = [](Buffer& info) { info.back() ^= 1; };
  expect_refused("signature", edits, Errc::kBadSignature);
  edits.encoded_info = [](Buffer& info) { info.push_back(0); };
  expect_refused("something behind it", edits, Errc::kTrailingBytes);
  edits.encoded_info = [](Buffer& info) { info.clear(); };
  expect_refused("nothing", edits, Errc::kTruncated);
}

TEST_F(WelcomeForgery, of_the_group_secrets) {
  using Secrets = GroupSecrets;
  refuse_secrets("no path secret of those that fit", Errc::kInvalidWelcome,
                 [](Secrets& s) { s.path_secret.fill()[0] ^= 1; });
  refuse_secrets("half a path secret", Errc::kInvalidWelcome, [](Secrets& s) {
    s.path_secret = Secret::copy_of(s.path_secret.expose().first(16));
  });
  refuse_secrets("a PSK that is not held", Errc::kUnknownPsk, [](Secrets& s) {
    s.psks.push_back({PreSharedKeyId::External{{1}}, Buffer(32)});
  });
  refuse_secrets("a resumption PSK", Errc::kUnknownPsk, [](Secrets& s) {
    s.psks.push_back({PreSharedKeyId::Resumption{}, Buffer(32)});
  });
  WelcomeEdits edits;
  edits.encoded_secrets = [](Buffer& secrets) { secrets[1] ^= 1; };
  expect_refused("another joiner secret than the GroupInfo's", edits, Errc::kDecryptFailed);
  edits.encoded_secrets = [](Buffer& secrets) { secrets.push_back(0); };
  expect_refused("something behind them", edits, Errc::kTrailingBytes);
  edits.encoded_secrets = [](Buffer& secrets) { secrets.clear(); };
  expect_refused("nothing", edits, Errc::kTruncated);
}

}  // namespace
}  // namespace magpie::mls
