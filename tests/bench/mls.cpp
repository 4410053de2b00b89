// SPDX-License-Identifier: GPL-3.0-or-later
// Groups, against the bare signatures, KEM operations and hashes that RFC 9420 cannot do without.
#include <sodium.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "crypto/base/check.h"
#include "crypto/mls/group.h"
#include "tests/bench/bench_crypto.h"

namespace magpie::bench {
namespace {

using namespace mls;

constexpr Seconds kNow{std::chrono::seconds(1'800'000'000)};
constexpr std::size_t kMessageSize = 1024;
constexpr std::size_t kPathSecretSize = 82;  // of one HPKECiphertext in suite 3
constexpr std::array kGroupSizes = {2, 8, 32, 128, 512};

std::shared_ptr<const Policy> permissive() {
  return {std::shared_ptr<const Policy>(), &permissive_policy()};
}

template <class T>
T sure(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", std::string(result.error().site).c_str());
    std::abort();
  }
  return *std::move(result);
}

/// The bare calls that references are made of, for suite 3.
class Bare {
 public:
  Bare() {
    crypto_sign_keypair(sign_public_.data(), sign_secret_.data());
    crypto_scalarmult_base(point_.data(), scalar_.data());
    sign(1);
  }
  void sign(std::size_t size) {
    text_.resize(size);
    crypto_sign_detached(signature_.data(), nullptr, text_.data(), size, sign_secret_.data());
  }
  // A wrong signature costs what a right one does: libsodium compares at the very end.
  void verify(std::size_t size, std::size_t times = 1) {
    text_.resize(size);
    for (std::size_t i = 0; i < times; ++i) {
      benchmark::DoNotOptimize(
          crypto_sign_verify_detached(signature_.data(), text_.data(), size, sign_public_.data()));
    }
  }
  void aead(std::size_t size) {
    sealed_.resize(size + 16);
    crypto_aead_chacha20poly1305_ietf_encrypt(sealed_.data(), nullptr, sealed_.data(), size,
                                              nullptr, 0, nullptr, nonce_.data(), scalar_.data());
  }
  void key_pair(std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) crypto_scalarmult_base(point_.data(), scalar_.data());
  }
  void encap_and_seal(std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
      crypto_scalarmult_base(point_.data(), scalar_.data());
      decap_and_open(1);
    }
  }
  void decap_and_open(std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
      MAGPIE_CHECK(crypto_scalarmult(shared_.data(), scalar_.data(), point_.data()) == 0);
      aead(32);
    }
  }
  void hash(std::size_t size, std::size_t times) {
    hashed_.resize(size);
    for (std::size_t i = 0; i < times; ++i) {
      crypto_hash_sha256(shared_.data(), hashed_.data(), size);
    }
  }

 private:
  std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> sign_public_{};
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> sign_secret_{};
  std::array<std::uint8_t, crypto_sign_BYTES> signature_{};
  std::array<std::uint8_t, 32> scalar_{77};
  std::array<std::uint8_t, 32> point_{};
  std::array<std::uint8_t, 32> shared_{};
  std::array<std::uint8_t, 12> nonce_{};
  Buffer text_;
  Buffer sealed_;
  Buffer hashed_;
};

/// A group of `n` that its first member made by adding all others: nobody has updated yet, so a
/// path is encrypted to n - 1 leaves. `last` joined by a Welcome of its own.
struct GroupFixture {
  GroupFixture(std::uint16_t suite_id, std::size_t n)
      : size(n), suite(*find_suite(suite_id)), bundle(key_package()) {
    auto made = sure(
        Group::create(suite, as_bytes("group"), identity(), {}, {}, kNow, permissive(), random));
    first = std::make_unique<Group>(std::move(made));
    CommitOptions all;
    for (std::size_t i = 0; i + 2 < n; ++i) all.add.push_back(key_package().key_package);
    if (!all.add.empty()) *first = std::move(*sure(first->commit(all, kNow, random)).next);
    CommitOptions one;
    one.add = {bundle.key_package};
    PendingCommit pending = sure(first->commit(one, kNow, random));
    *first = std::move(*pending.next);
    welcome = *std::move(pending.welcome);
    last = std::make_unique<Group>(join());
    leaf_size = first->ratchet_tree().size() / n;
    for (std::size_t nodes = n - 1; nodes > 0; nodes /= 2) ++depth;
  }

  Identity identity() { return {Buffer(96, 1), crypto::SignKeyPair::generate(random)}; }
  KeyPackageBundle key_package() {
    return make_key_package(suite, identity(), {}, kNow, std::chrono::hours(24), random);
  }
  Group join() const {
    return sure(Group::join(welcome, bundle, {}, std::nullopt, kNow, permissive()));
  }
  Buffer protect() { return sure(first->protect(text, {}, nullptr, random)); }
  PendingCommit commit() {
    CommitOptions options;
    options.force_path = true;
    return sure(first->commit(options, kNow, random));
  }

  std::size_t size;
  const Suite& suite;
  SystemRandom random;
  KeyPackageBundle bundle;
  Buffer welcome;
  std::unique_ptr<Group> first;
  std::unique_ptr<Group> last;
  std::size_t leaf_size = 0;
  std::size_t depth = 0;
  Buffer text = Buffer(kMessageSize, 1);
};
using Fixture = std::shared_ptr<GroupFixture>;

/// Apart, because who sends what is never read runs away from the reader's ratchet.
struct Sides {
  Sides(std::uint16_t suite, std::size_t n)
      : sending(std::make_shared<GroupFixture>(suite, n)),
        both(std::make_shared<GroupFixture>(suite, n)) {}
  Fixture sending;  ///< sends, and nobody reads
  Fixture both;     ///< whatever is sent is read
};

Timed protect(const Fixture& group) {
  return each([group] { benchmark::DoNotOptimize(group->protect()); });
}

Timed unprotect(const Fixture& group) {
  return [group](benchmark::State& state) {
    for (auto step : state) {
      (void)step;
      state.PauseTiming();
      const Buffer message = group->protect();
      state.ResumeTiming();
      benchmark::DoNotOptimize(sure(group->last->handle(message, kNow)));
    }
  };
}

Timed join(const Fixture& group) {
  return each([group] { benchmark::DoNotOptimize(group->join()); });
}

Timed commit(const Fixture& group) {
  return each([group] { benchmark::DoNotOptimize(group->commit()); });
}

Timed handle_commit(const Fixture& group) {
  return [group](benchmark::State& state) {
    for (auto step : state) {
      (void)step;
      state.PauseTiming();
      const Buffer message = group->commit().commit;
      state.ResumeTiming();
      benchmark::DoNotOptimize(sure(group->last->handle(message, kNow)));
    }
  };
}

void add_messages(std::vector<Comparison>& out, const Sides& groups,
                  const std::shared_ptr<Bare>& bare) {
  const auto size = static_cast<long>(kMessageSize);
  out.push_back({"mls_protect", size, protect(groups.sending), each([bare] {
                   bare->sign(kMessageSize + 200);
                   bare->aead(kMessageSize + 80);
                   bare->aead(12);
                 })});
  out.push_back({"mls_unprotect", size, unprotect(groups.both), each([bare] {
                   bare->verify(kMessageSize + 200);
                   bare->aead(kMessageSize + 80);
                   bare->aead(12);
                 })});
}

// What RFC 9420 leaves no way around, for this shape of tree: §7.8 the tree's hashes, §12.4.3.1 a
// signature for each leaf and one of the GroupInfo, §7.6 one seal for each leaf under the path,
// §8.2 a commit's own hash.
void add_epochs(std::vector<Comparison>& out, const Sides& groups,
                const std::shared_ptr<Bare>& bare) {
  const Fixture& group = groups.sending;
  const auto n = static_cast<long>(group->size);
  out.push_back({"mls_join", n, join(group), each([bare, group] {
                   bare->decap_and_open(1);
                   bare->verify(group->leaf_size, group->size + 1);
                   bare->hash(group->leaf_size, group->size);
                   bare->hash(80, group->size - 1);
                 })});
  out.push_back({"mls_commit", n, commit(group), each([bare, group] {
                   bare->key_pair(group->depth + 1);
                   bare->encap_and_seal(group->size - 1);
                   bare->sign(group->leaf_size);
                   bare->sign(group->size * kPathSecretSize);
                   bare->hash(group->size * kPathSecretSize, 1);
                   bare->aead(group->size * kPathSecretSize);
                   bare->hash(80, 2 * group->depth);
                 })});
  out.push_back({"mls_handle_commit", n, handle_commit(groups.both), each([bare, group] {
                   bare->decap_and_open(1);
                   bare->key_pair(1);
                   bare->verify(group->leaf_size);
                   bare->verify(group->size * kPathSecretSize);
                   bare->hash(group->size * kPathSecretSize, 1);
                   bare->aead(group->size * kPathSecretSize);
                   bare->hash(80, 2 * group->depth);
                 })});
}

// What one message writes of a large group's state, against writing all of it; `n` is its size.
void add_state(std::vector<Comparison>& out, const Fixture& group) {
  const auto size = static_cast<long>(group->last->serialize_ratchets().size());
  out.push_back({"mls_state_of_a_message", size,
                 each([group] { benchmark::DoNotOptimize(group->last->serialize_ratchets()); }),
                 each([group] { benchmark::DoNotOptimize(group->last->serialize()); })});
}

}  // namespace

void add_mls(std::vector<Comparison>& comparisons) {
  const auto bare = std::make_shared<Bare>();
  std::vector<std::pair<Sides, Sides>> pairs;
  for (const int n : kGroupSizes) {
    const auto size = static_cast<std::size_t>(n);
    pairs.emplace_back(Sides(kSuiteX25519, size), Sides(kSuiteXWing, size));
  }
  add_messages(comparisons, pairs.front().first, bare);
  for (const auto& [plain, hybrid] : pairs) add_epochs(comparisons, plain, bare);
  for (const auto& [plain, hybrid] : pairs) {
    const auto n = static_cast<long>(plain.sending->size);
    comparisons.push_back({"mls_hybrid_join", n, join(hybrid.sending), join(plain.sending)});
    comparisons.push_back({"mls_hybrid_commit", n, commit(hybrid.sending), commit(plain.sending)});
    comparisons.push_back(
        {"mls_hybrid_handle_commit", n, handle_commit(hybrid.both), handle_commit(plain.both)});
  }
  add_state(comparisons, pairs.back().second.both);
}

}  // namespace magpie::bench
