// SPDX-License-Identifier: GPL-3.0-or-later
// Secrets whose time is over are nowhere in the memory of this very process: not on the heap, not
// in a dead frame of the stack, not in locked memory.
#include <gtest/gtest.h>

#include "crypto/mls/group_commit.h"
#include "crypto/mls/group_join.h"
#include "crypto/mls/group_receive.h"
#include "crypto/mls/group_send.h"
#include "crypto/mls/group_serialize.h"
#include "crypto/mls/welcome.h"
#include "crypto/primitives/hkdf.h"
#include "crypto/primitives/x25519.h"
#include "tests/crypto/mls/memory_search.h"

namespace magpie::mls {
namespace {

using magpie::test::find_in_memory;
using magpie::test::Needle;
using StatePtr = std::unique_ptr<GroupState>;

constexpr Seconds kNow{std::chrono::seconds(1'800'000'000)};

/// The system's randomness, with a needle for everything drawn that is as long as a key.
class NotedRandom final : public Random {
 public:
  explicit NotedRandom(std::vector<Needle>& needles) : needles_(needles) {}
  void fill(MutableBytes out) override {
    SystemRandom().fill(out);
    if (out.size() >= 32) needles_.emplace_back("drawn " + std::to_string(needles_.size()), out);
  }

 private:
  std::vector<Needle>& needles_;
};

std::shared_ptr<const Policy> permissive() {
  return {std::shared_ptr<const Policy>(), &permissive_policy()};
}

void note(std::vector<Needle>& needles, const std::string& name, const Secret& secret) {
  if (secret.size() >= 32) needles.emplace_back(name, secret.expose());
}

/// The secrets of one epoch that end with it. (The resumption PSK is meant to last.)
void note_epoch(std::vector<Needle>& needles, const std::string& name, const GroupState& state) {
  const EpochSecrets& s = state.secrets;
  note(needles, name + " sender data", s.sender_data_secret);
  note(needles, name + " exporter", s.exporter_secret);
  note(needles, name + " external", s.external_secret);
  note(needles, name + " confirmation", s.confirmation_key);
  note(needles, name + " membership", s.membership_key);
  note(needles, name + " authenticator", s.epoch_authenticator);
  note(needles, name + " init", s.init_secret);
}

void note_keys(std::vector<Needle>& needles, const std::string& name, const GroupState& state) {
  note(needles, name + " leaf key", state.keys.leaf_key);
  for (const auto& [node, key] : state.keys.node_keys) {
    note(needles, name + " key of node " + std::to_string(node.value()), key);
  }
}

/// Every secret of the secret tree, out of its stored form.
void note_ratchets(std::vector<Needle>& needles, const std::string& name, const GroupState& state) {
  const Secret stored = serialize_ratchets(state);
  Reader reader(stored.expose());
  static_cast<void>(reader.u8());
  static_cast<void>(reader.vector());
  static_cast<void>(reader.u64());
  const std::uint32_t nodes = reader.u32().value();
  for (std::uint32_t i = 0; i < nodes; ++i) {
    static_cast<void>(reader.u32());
    needles.emplace_back(name + " tree secret", reader.vector().value());
  }
  const std::uint32_t leaves = reader.u32().value();
  for (std::uint32_t i = 0; i < 2 * leaves; ++i) {
    if (i % 2 == 0) static_cast<void>(reader.u32());
    static_cast<void>(reader.u32());
    needles.emplace_back(name + " ratchet", reader.vector().value());
  }
}

/// What a Welcome hides, and what follows from it.
void note_welcome(std::vector<Needle>& needles, Bytes message, const KeyPackageBundle& bundle,
                  const GroupState& joined) {
  const crypto::HashId hash = bundle.suite->hash;
  Reader reader(message);
  ASSERT_TRUE(expect_message(reader, MessageFormat::kWelcome));
  const auto welcome = Welcome::decode(reader);
  const auto key_package = KeyPackage::decode_message(bundle.key_package);
  ASSERT_TRUE(welcome && key_package);
  const auto secrets =
      welcome->open_secrets(*bundle.suite, welcome->secrets[0], bundle.init_private_key.expose(),
                            (*key_package)->init_key);
  ASSERT_TRUE(secrets);
  const Secret member = derive_member_secret(hash, secrets->joiner_secret.expose(),
                                             Secret(crypto::hash_size(hash)).expose());
  note(needles, "joiner secret", secrets->joiner_secret);
  note(needles, "path secret", secrets->path_secret);
  note(needles, "member secret", member);
  note(needles, "welcome secret", derive_welcome_secret(hash, member.expose()));
  note(needles, "epoch secret", derive_epoch_secret(hash, member.expose(), joined.encoded_context));
}

void expect_gone(const std::vector<Needle>& needles) {
  ASSERT_FALSE(needles.empty());
  for (const std::string& place : find_in_memory(needles)) ADD_FAILURE() << place;
}

class Memory : public testing::TestWithParam<std::uint16_t> {
 protected:
  StatePtr create() {
    return create_group(suite, as_bytes("group"), identity("alice"), {}, {}, kNow, permissive(),
                        random)
        .value();
  }
  Identity identity(std::string_view name) {
    return {to_buffer(as_bytes(name)), crypto::SignKeyPair::generate(random)};
  }

  /// Bob joins Alice; she moves on.
  StatePtr add_bob(StatePtr& alice, std::vector<Needle>& ended) {
    const KeyPackageBundle bundle =
        make_key_package(suite, identity("bob"), {}, kNow, std::chrono::hours(24), random);
    note(ended, "init key", bundle.init_private_key);
    CommitOptions options;
    options.add = {bundle.key_package};
    options.force_path = true;
    OwnCommit own = commit_to_group(*alice, options, kNow, random).value();
    alice = std::move(own.next);
    StatePtr bob = join_group(*own.welcome, bundle, {}, std::nullopt, permissive()).value();
    note_welcome(ended, *own.welcome, bundle, *bob);
    return bob;
  }

  const Suite& suite = *find_suite(GetParam());
  std::vector<Needle> drawn;
  NotedRandom random{drawn};
};

INSTANTIATE_TEST_SUITE_P(Suites, Memory, testing::Values(kSuiteX25519, kSuiteXWing),
                         [](const auto& parameter) {
                           return parameter.param == kSuiteX25519 ? "x25519" : "xwing";
                         });

/// The optimiser must believe that somebody looks at it.
void keep(const void* memory) { asm volatile("" : : "r"(memory) : "memory"); }

void copy_carelessly(Bytes secret) {
  const Buffer copy = to_buffer(secret);
  keep(copy.data());
}

[[gnu::noinline]] void leave_in_dead_frame(Bytes secret) {
  std::array<std::uint8_t, 8192> frame;
  std::ranges::copy(secret, frame.begin());
  keep(frame.data());
}

std::size_t places(const Secret& secret) {
  std::vector<Needle> needles;
  note(needles, "secret", secret);
  return find_in_memory(needles).size();
}

TEST(MemorySearch, finds_what_is_alive_and_what_was_dropped_without_wiping) {
  Secret secret = SystemRandom().secret(32);
  EXPECT_EQ(places(secret), 1U);
  copy_carelessly(secret.expose());
  EXPECT_EQ(places(secret), 2U) << "freed on the heap";
  secret = SystemRandom().secret(32);
  EXPECT_EQ(places(secret), 1U);
  leave_in_dead_frame(secret.expose());
  EXPECT_EQ(places(secret), 2U) << "in a dead frame of the stack";
  secret = SystemRandom().secret(4096);
  const Secret clone = secret.clone();
  EXPECT_EQ(places(secret), 2U) << "both are alive";
}

/// Single steps, so that no later one overwrites what an earlier one left.
class MemoryOfPrimitives : public testing::Test {
 protected:
  Secret key(std::size_t size = 32, const char* name = "input") {
    Secret secret = SystemRandom().secret(size);
    note(ended, name, secret);
    return secret;
  }
  void TearDown() override {
    for (const std::string& place : find_in_memory(ended)) ADD_FAILURE() << place;
  }

  std::vector<Needle> ended;
  SystemRandom random;
};

TEST_F(MemoryOfPrimitives, x25519) {
  const Buffer other = crypto::x25519_public_key(key().expose());
  const Secret shared = crypto::x25519(key().expose(), other).value();
}

TEST_F(MemoryOfPrimitives, a_secret_that_moves) {
  Secret first = key();
  Secret second = std::move(first);
  first = key(100);
  second = std::move(first);
  second = second.clone();
}

TEST_F(MemoryOfPrimitives, a_writer_that_grows) {
  Writer writer;
  for (int i = 0; i < 50; ++i) writer.vector(key().expose());
  const Secret all = writer.take_secret();
  Writer dropped;
  dropped.vector_of([&](Writer& inner) { inner.fixed(key().expose()); });
}

TEST_F(MemoryOfPrimitives, ed25519) {
  const Secret seed = key();
  const auto pair = crypto::SignKeyPair::from_seed(seed.expose()).value();
  static_cast<void>(pair.sign(as_bytes("message")));
  const auto other = crypto::SignKeyPair::generate(random);
  ended.emplace_back("seed", other.seed());
}

TEST_F(MemoryOfPrimitives, hashes_and_keys_derived_by_them) {
  for (const crypto::HashId hash : {crypto::HashId::kSha256, crypto::HashId::kSha512}) {
    const Secret prk = crypto::hkdf_extract(hash, key().expose(), {key().expose()});
    const Secret out = crypto::hkdf_expand(hash, prk.expose(), {key().expose()}, 200);
    note(ended, "prk", prk);
    note(ended, "out", out);
  }
}

TEST_F(MemoryOfPrimitives, aead) {
  Buffer sealed(48);
  const Secret secret_key = key(32, "key");
  const Secret nonce = key(32, "nonce");
  const Bytes nonce_bytes = nonce.expose().first(12);
  crypto::aead_seal_into(crypto::AeadId::kChaCha20Poly1305, secret_key.expose(), nonce_bytes, {},
                         key(32, "text").expose(), sealed);
  Secret opened(32);
  ASSERT_TRUE(crypto::aead_open_into(crypto::AeadId::kChaCha20Poly1305, secret_key.expose(),
                                     nonce_bytes, {}, sealed, opened.fill()));
}

TEST_F(MemoryOfPrimitives, hpke) {
  for (const crypto::Kem* kem : {&crypto::dhkem_x25519(), &crypto::xwing()}) {
    const crypto::HpkeSuite suite{kem, crypto::HashId::kSha256, crypto::AeadId::kChaCha20Poly1305};
    const crypto::Kem::KeyPair pair = kem->derive_key_pair(key().expose());
    note(ended, "private key", pair.private_key);
    const auto sealed =
        crypto::hpke_seal(suite, pair.public_key, {}, {}, key().expose(), random).value();
    const Secret opened = crypto::hpke_open(suite, pair.private_key.expose(), pair.public_key,
                                            sealed.enc, {}, {}, sealed.ciphertext)
                              .value();
    const auto shared = kem->encap(pair.public_key, random).value();
    note(ended, "shared secret", shared.shared_secret);
    const Secret received =
        kem->decap(shared.enc, pair.private_key.expose(), pair.public_key).value();
  }
}

TEST_P(Memory, keeps_nothing_of_an_ended_epoch) {
  StatePtr alice = create();
  std::vector<Needle> ended;
  note_epoch(ended, "epoch 0", *alice);
  note_keys(ended, "epoch 0", *alice);
  note_ratchets(ended, "epoch 0", *alice);
  StatePtr bob = add_bob(alice, ended);
  expect_gone(ended);

  note_epoch(ended, "epoch 1", *alice);
  note_ratchets(ended, "epoch 1", *alice);
  note_keys(ended, "bob, epoch 1", *bob);
  std::vector<Needle> kept;
  note(kept, "alice's leaf key", alice->keys.leaf_key);
  OwnCommit own = commit_to_group(*bob, {}, kNow, random).value();
  bob = std::move(own.next);
  auto received = receive_message(*alice, own.commit, kNow).value();
  alice = std::move(std::get<ReceivedCommit>(received).next);
  expect_gone(ended);
  EXPECT_EQ(find_in_memory(kept).size(), 1U);
}

TEST_P(Memory, keeps_nothing_of_a_message_that_was_read) {
  StatePtr alice = create();
  std::vector<Needle> ended;
  StatePtr bob = add_bob(alice, ended);
  Secret text = random.secret(40);
  for (std::uint8_t& letter : text.fill()) letter = static_cast<std::uint8_t>('a' + letter % 26);
  note(ended, "text", text);

  note_ratchets(ended, "before", *bob);
  note(ended, "message key",
       Secret::copy_of(
           bob->messages.find(LeafIndex(0), RatchetType::kApplication, Generation(0))->key()));
  const Buffer message = protect_application(*alice, text.expose(), {}, nullptr, random).value();
  text = Secret();
  {
    const auto received = receive_message(*bob, message, kNow).value();
    std::vector<Needle> read;
    note(read, "text", std::get<ApplicationMessage>(received).plaintext);
    EXPECT_EQ(find_in_memory(read).size(), 1U);
  }
  expect_gone(ended);
}

TEST_P(Memory, keeps_nothing_once_the_group_is_dropped) {
  std::vector<Needle> ended;
  {
    StatePtr alice = create();
    StatePtr bob = add_bob(alice, ended);
    for (StatePtr* each : {&alice, &bob}) {
      const Secret epoch = serialize_epoch(**each);
      const Secret ratchets = serialize_ratchets(**each);
      const auto tree = (*each)->tree->changes_from(nullptr);
      *each = deserialize_group(epoch.expose(), tree, ratchets.expose(), permissive()).value();
    }
    const Buffer update = propose_update(*bob, WireFormat::kPrivate, random).value();
    ASSERT_TRUE(receive_message(*alice, update, kNow));
    const Buffer message = protect_application(*alice, as_bytes("x"), {}, nullptr, random).value();
    ASSERT_TRUE(receive_message(*bob, message, kNow));
    OwnCommit own = commit_to_group(*alice, {}, kNow, random).value();
    auto received = receive_message(*bob, own.commit, kNow).value();
    for (const GroupState* state : {alice.get(), bob.get(), own.next.get()}) {
      note_epoch(ended, "group", *state);
      note_keys(ended, "group", *state);
      note_ratchets(ended, "group", *state);
      note(ended, "resumption", state->secrets.resumption_psk);
      ended.emplace_back("signature seed", state->identity.signature_key.seed());
    }
    EXPECT_GE(find_in_memory(ended).size(), ended.size() / 2) << "they are there while it lives";
  }
  expect_gone(ended);
  expect_gone(drawn);
}

}  // namespace
}  // namespace magpie::mls
