// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sodium.h>

#include <array>

#include "crypto/mls/suite.h"
#include "tests/bench/mls_group.h"

namespace magpie::bench {

/// The operations that RFC 9420 and RFC 9180 leave no way around, without anything between them:
/// libsodium's calls, and for the hybrid KEM, which libsodium 1.0.18 lacks, this program's.
class Bare {
 public:
  explicit Bare(const mls::Suite& suite);

  void protect(std::size_t size);  ///< a message of the first (RFC 9420 §6.3)
  void unprotect(std::size_t size);
  void join(const GroupFixture& group);
  void commit(const GroupFixture& group);
  void handle_commit(const GroupFixture& group);

 private:
  void sign(std::size_t size);
  void verify(std::size_t size, std::size_t times = 1);
  void aead(std::size_t size);
  void hash(std::size_t size, std::size_t times = 1);
  void hmac(std::size_t times);
  void derive_key_pair(std::size_t times);
  void hpke_seal(std::size_t times);
  void hpke_open();
  void message_keys();
  void path_secrets(std::size_t times);
  void epoch_secrets();
  void path_hashes(const GroupFixture& group);

  const mls::Suite& suite_;
  SystemRandom random_;
  crypto::Kem::KeyPair pair_;
  Buffer enc_;
  std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> sign_public_{};
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> sign_secret_{};
  std::array<std::uint8_t, crypto_sign_BYTES> signature_{};
  std::array<std::uint8_t, 32> scalar_{77};
  std::array<std::uint8_t, 32> point_{};
  std::array<std::uint8_t, 32> out_{};
  std::array<std::uint8_t, 12> nonce_{};
  Buffer text_;
};

}  // namespace magpie::bench
