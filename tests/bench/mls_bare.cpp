// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/mls_bare.h"

#include <benchmark/benchmark.h>
#include <sodium.h>

#include "crypto/base/check.h"

namespace magpie::bench {
namespace {

constexpr std::size_t kSecretSize = 32;
constexpr std::size_t kSenderDataSize = 12;
/// What an HMAC of the key schedule is about: a label and a short context.
constexpr std::size_t kLabelledSize = 48;
/// parent_hash: a key, the hash above, the sibling's hash (RFC 9420 §7.9).
constexpr std::size_t kHashesInParentHash = 68;

bool is_hybrid(const mls::Suite& suite) { return suite.hpke.kem == &crypto::xwing(); }

}  // namespace

Bare::Bare(const mls::Suite& suite) : suite_(suite) {
  pair_ = suite.hpke.kem->derive_key_pair(scalar_);
  enc_ = suite.hpke.kem->encap(pair_.public_key, random_)->enc;
  crypto_sign_keypair(sign_public_.data(), sign_secret_.data());
  crypto_scalarmult_base(point_.data(), scalar_.data());
  sign(1);
}

void Bare::sign(std::size_t size) {
  text_.resize(size);
  crypto_sign_detached(signature_.data(), nullptr, text_.data(), size, sign_secret_.data());
}

// A wrong signature costs what a right one does: libsodium compares at the very end.
void Bare::verify(std::size_t size, std::size_t times) {
  text_.resize(size);
  for (std::size_t i = 0; i < times; ++i) {
    benchmark::DoNotOptimize(
        crypto_sign_verify_detached(signature_.data(), text_.data(), size, sign_public_.data()));
  }
}

void Bare::aead(std::size_t size) {
  text_.resize(size + 16);
  crypto_aead_chacha20poly1305_ietf_encrypt(text_.data(), nullptr, text_.data(), size, nullptr, 0,
                                            nullptr, nonce_.data(), scalar_.data());
}

void Bare::hash(std::size_t size, std::size_t times) {
  text_.resize(size);
  for (std::size_t i = 0; i < times; ++i) crypto_hash_sha256(out_.data(), text_.data(), size);
}

void Bare::hmac(std::size_t times) {
  text_.resize(kLabelledSize);
  for (std::size_t i = 0; i < times; ++i) {
    crypto_auth_hmacsha256(out_.data(), text_.data(), text_.size(), scalar_.data());
  }
}

/// RFC 9180 §7.1.3: an extract, an expand and the key; X-Wing has a hash of its own in it.
void Bare::derive_key_pair(std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    if (is_hybrid(suite_)) {
      benchmark::DoNotOptimize(suite_.hpke.kem->derive_key_pair(scalar_));
    } else {
      hmac(2);
      crypto_scalarmult_base(point_.data(), scalar_.data());
    }
  }
}

/// RFC 9180 §4.1 and §5.1: the KEM with its extract and expand; of the key schedule the secret,
/// the key and the nonce; psk_id_hash and info_hash, which are the same for all who get a path.
void Bare::hpke_seal(std::size_t times) {
  hmac(2);
  for (std::size_t i = 0; i < times; ++i) {
    if (is_hybrid(suite_)) {
      benchmark::DoNotOptimize(suite_.hpke.kem->encap(pair_.public_key, random_));
    } else {
      crypto_scalarmult_base(point_.data(), scalar_.data());
      MAGPIE_CHECK(crypto_scalarmult(out_.data(), scalar_.data(), point_.data()) == 0);
      hmac(2);
    }
    hmac(3);
    aead(kSecretSize);
  }
}

void Bare::hpke_open() {
  if (is_hybrid(suite_)) {
    benchmark::DoNotOptimize(
        suite_.hpke.kem->decap(enc_, pair_.private_key.expose(), pair_.public_key));
  } else {
    MAGPIE_CHECK(crypto_scalarmult(out_.data(), scalar_.data(), point_.data()) == 0);
    hmac(2);
  }
  hmac(5);
  aead(kSecretSize);
}

/// Of one message: key, nonce and next secret of the ratchet (RFC 9420 §9.1); key and nonce of the
/// sender data (§6.3.2), and that itself.
void Bare::message_keys() {
  hmac(5);
  aead(kSenderDataSize);
}

/// Node secret, key pair and next path secret (RFC 9420 §7.4).
void Bare::path_secrets(std::size_t times) {
  hmac(2 * times);
  derive_key_pair(times);
}

/// RFC 9420 §8, from the joiner secret's extract on, and the confirmation tag: an extract and an
/// expand for joiner_secret, an extract, epoch_secret, nine secrets, the tag; the interim hash.
void Bare::epoch_secrets() {
  hmac(2 + 1 + 1 + 9 + 1);
  hash(2 * kSecretSize);
}

/// For each node of a path its parent hash (RFC 9420 §7.9) and, with the leaf's, its tree hash
/// (§7.8).
void Bare::path_hashes(const GroupFixture& group) {
  hash(suite_.hpke.kem->public_key_size() + kHashesInParentHash, group.path_nodes);
  hash(suite_.hpke.kem->public_key_size() + 2 * kHashesInParentHash, group.path_nodes);
  hash(group.leaf_size);
}

void Bare::protect(std::size_t size) {
  sign(size + 200);
  aead(size + 80);
  aead(kSenderDataSize);
}

void Bare::unprotect(std::size_t size) {
  verify(size + 200);
  aead(size + 80);
  aead(kSenderDataSize);
}

/// RFC 9420 §12.4.3.1: the group secrets, the GroupInfo sealed and signed with the tree in it, and
/// of the tree each leaf's signature, each node's hash, each parent's parent hash.
void Bare::join(const GroupFixture& group) {
  hpke_open();
  hmac(3);  // welcome_secret, key and nonce
  aead(group.welcome.size());
  verify(group.welcome.size());
  verify(group.leaf_size, group.size);
  hash(group.leaf_size, group.size);
  hash(group.parent_size, group.size - 1);
  if (group.shape == TreeShape::kSettled) {
    hash(suite_.hpke.kem->public_key_size() + kHashesInParentHash, group.size - 1);
  }
  hmac(1 + 1 + 9 + 1);  // as in epoch_secrets, from the joiner secret on
  hash(2 * kSecretSize);
}

/// RFC 9420 §12.4.1: a path with the leaf's key, all its hashes and its ciphertexts, the leaf and
/// the content signed, the transcript, the new epoch, the message.
void Bare::commit(const GroupFixture& group) {
  path_secrets(group.path_nodes);
  derive_key_pair(1);
  path_hashes(group);
  hpke_seal(group.path_seals);
  sign(group.leaf_size);
  sign(group.sent_commit.size());
  hash(group.sent_commit.size());
  epoch_secrets();
  message_keys();
  aead(group.sent_commit.size());
}

/// RFC 9420 §12.4.2, for a receiver on the other side of the root.
void Bare::handle_commit(const GroupFixture& group) {
  message_keys();
  aead(group.sent_commit.size());
  verify(group.sent_commit.size());
  verify(group.leaf_size);
  path_hashes(group);
  hpke_open();
  path_secrets(1);
  hash(group.sent_commit.size());
  epoch_secrets();
}

}  // namespace magpie::bench
