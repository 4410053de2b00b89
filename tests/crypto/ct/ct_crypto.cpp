// SPDX-License-Identifier: GPL-3.0-or-later
// Constant time, seen by valgrind: secrets are marked as undefined memory, so memcheck reports each
// branch and each address that depends on one. Functions that leak on purpose show that it would.
#include <sodium.h>
#include <valgrind/memcheck.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>

#include "crypto/base/check.h"
#include "crypto/base/constant_time.h"
#include "crypto/base/random.h"
#include "crypto/primitives/aead.h"
#include "crypto/primitives/hkdf.h"
#include "crypto/primitives/hpke.h"
#include "crypto/primitives/keccak.h"
#include "crypto/primitives/mlkem768.h"
#include "crypto/primitives/sign.h"
#include "crypto/primitives/stream.h"
#include "crypto/primitives/voprf.h"

namespace magpie::crypto {
namespace {

void poison(Bytes bytes) { VALGRIND_MAKE_MEM_UNDEFINED(bytes.data(), bytes.size()); }

/// Everything drawn from it is secret.
class PoisonedRandom final : public Random {
 public:
  void fill(MutableBytes out) override {
    system_.fill(out);
    poison(out);
  }

 private:
  SystemRandom system_;
};

Secret poisoned(std::size_t size) {
  PoisonedRandom random;
  return random.secret(size);
}

/// Runs cases, and compares what memcheck found in each with what is expected of it.
class Report {
 public:
  void constant_time(const char* name, const std::function<void()>& run) {
    print(name, errors_in(run) == 0, "constant time", "DEPENDS ON SECRETS");
  }
  void leaks(const char* name, const std::function<void()>& run) {
    print(name, errors_in(run) != 0, "leaks, as it should", "LEAK NOT FOUND");
  }
  bool all_good() const { return all_good_; }

 private:
  static unsigned errors_in(const std::function<void()>& run) {
    const unsigned before = VALGRIND_COUNT_ERRORS;
    run();
    return VALGRIND_COUNT_ERRORS - before;
  }
  void print(const char* name, bool good, const char* good_text, const char* bad_text) {
    std::printf("%-44s %s\n", name, good ? good_text : bad_text);
    std::fflush(stdout);
    all_good_ = all_good_ && good;
  }

  bool all_good_ = true;
};

/// A use of a result that the optimiser cannot remove.
void use(Bytes bytes) { __asm__ volatile("" : : "r"(bytes.data()) : "memory"); }
void use(int value) { __asm__ volatile("" : : "r"(value)); }

[[gnu::noinline]] bool leaky_equal(Bytes a, Bytes b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

[[gnu::noinline]] std::uint8_t leaky_lookup(std::uint8_t index) {
  static volatile std::uint8_t table[256] = {1, 2, 3};
  return table[index];
}

void positive_controls(Report& report) {
  report.leaks("control: comparison that stops early", [] {
    const Secret a = poisoned(32);
    const Secret b = poisoned(32);
    use(leaky_equal(a.expose(), b.expose()));
  });
  report.leaks("control: table indexed by a secret", [] {
    const Secret index = poisoned(1);
    use(leaky_lookup(index.expose()[0]));
  });
}

void encodings(Report& report) {
  const auto for_sizes = [](const std::function<void(Bytes)>& run) {
    for (std::size_t size = 1; size <= 66; ++size) run(poisoned(size).expose());
  };
  report.constant_time("hex of a secret",
                       [&] { for_sizes([](Bytes secret) { use(as_bytes(to_hex(secret))); }); });
  report.constant_time("hex of a secret, and back",
                       [&] { for_sizes([](Bytes secret) { use(*from_hex(to_hex(secret))); }); });
  report.constant_time("base64url of a secret", [&] {
    for_sizes([](Bytes secret) { use(as_bytes(to_base64url(secret))); });
  });
  report.constant_time("base64url of a secret, and back", [&] {
    for_sizes([](Bytes secret) { use(*from_base64url(to_base64url(secret))); });
  });
}

void symmetric(Report& report) {
  const Secret key = poisoned(32);
  const Secret other = poisoned(32);
  const Buffer text(1000, 7);
  report.constant_time("equal_secret", [&] { use(equal_secret(key.expose(), other.expose())); });
  for (const HashId id : {HashId::kSha256, HashId::kSha512}) {
    report.constant_time("hmac", [&] { use(hmac(id, key.expose(), {other.expose()}).expose()); });
    report.constant_time("hkdf", [&] {
      const Secret prk = hkdf_extract(id, key.expose(), {other.expose()});
      use(hkdf_expand(id, prk.expose(), {text}, 100).expose());
    });
  }
  for (const AeadId id : {AeadId::kChaCha20Poly1305, AeadId::kXChaCha20Poly1305}) {
    const Buffer nonce(aead_nonce_size(id), 1);
    const Secret plaintext = poisoned(1000);
    Buffer sealed;
    report.constant_time("aead: seal", [&] {
      sealed = aead_seal(id, key.expose(), nonce, text, plaintext.expose());
    });
    declassify(sealed.data(), sealed.size());
    report.constant_time("aead: open", [&] {
      MAGPIE_CHECK(aead_open(id, key.expose(), nonce, text, sealed).has_value());
    });
    for (const std::size_t at : {std::size_t{1000}, std::size_t{1015}}) {
      Buffer changed = sealed;
      changed[at] = static_cast<std::uint8_t>(changed[at] ^ 1);
      report.constant_time("aead: tag that differs", [&] {
        MAGPIE_CHECK(!aead_open(id, key.expose(), nonce, text, changed).has_value());
      });
    }
  }
  report.constant_time("stream: seal and open", [&] {
    SystemRandom random;
    StreamSealer sealer(key.expose(), text.size(), random);
    Buffer part = sealer.seal(text);
    declassify(part.data(), part.size());
    auto opener = StreamOpener::start(key.expose(), sealer.header());
    VALGRIND_DISABLE_ERROR_REPORTING;  // the format's own checks, of an opened, public text
    MAGPIE_CHECK(opener->open(part).has_value());
    VALGRIND_ENABLE_ERROR_REPORTING;
  });
  report.constant_time("sha3 and shake", [&] {
    std::array<std::uint8_t, 32> out{};
    sha3_256({key.expose(), other.expose()}, out);
    shake(ShakeId::kShake256, {key.expose()}, out);
    use(out);
  });
}

void signatures(Report& report) {
  const Secret seed = poisoned(32);
  const Buffer text(1000, 7);
  report.constant_time("ed25519: key and signature", [&] {
    const auto pair = SignKeyPair::from_seed(seed.expose());
    use(pair->sign(text).bytes());
  });
}

void kems(Report& report) {
  PoisonedRandom random;
  for (const Kem* kem : {&dhkem_x25519(), &xwing()}) {
    const Secret ikm = poisoned(32);
    Kem::KeyPair pair;
    report.constant_time("kem: derive key pair",
                         [&] { pair = kem->derive_key_pair(ikm.expose()); });
    report.constant_time("kem: public key of a private key",
                         [&] { use(*kem->public_key_of(pair.private_key.expose())); });
    Buffer enc;
    report.constant_time("kem: encap", [&] { enc = kem->encap(pair.public_key, random)->enc; });
    report.constant_time("kem: decap", [&] {
      use(kem->decap(enc, pair.private_key.expose(), pair.public_key)->expose());
    });
    Buffer changed = enc;
    changed[0] = static_cast<std::uint8_t>(changed[0] ^ 1);
    report.constant_time("kem: decap of a changed encapsulation", [&] {
      use(kem->decap(changed, pair.private_key.expose(), pair.public_key)->expose());
    });
    const HpkeSuite suite{kem, HashId::kSha256, AeadId::kChaCha20Poly1305};
    const Secret plaintext = poisoned(100);
    HpkeCiphertext sealed;
    report.constant_time("hpke: seal", [&] {
      sealed = *hpke_seal(suite, pair.public_key, {}, {}, plaintext.expose(), random);
    });
    declassify(sealed.ciphertext.data(), sealed.ciphertext.size());
    report.constant_time("hpke: open", [&] {
      use(hpke_open(suite, pair.private_key.expose(), pair.public_key, sealed.enc, {}, {},
                    sealed.ciphertext)
              ->expose());
    });
  }
}

void mlkem(Report& report) {
  const Secret seed = poisoned(mlkem768::kSeedSize);
  const Secret message = poisoned(mlkem768::kMessageSize);
  mlkem768::KeyPair pair;
  report.constant_time("ml-kem: key pair", [&] {
    pair = mlkem768::key_pair(seed.expose().first<mlkem768::kSeedSize>());
  });
  mlkem768::Encapsulation sent;
  report.constant_time("ml-kem: encaps", [&] {
    sent = *mlkem768::encaps(pair.public_key, message.expose().first<mlkem768::kMessageSize>());
  });
  Buffer changed = sent.ciphertext;
  changed[0] = static_cast<std::uint8_t>(changed[0] ^ 1);
  for (const Buffer& ciphertext : {sent.ciphertext, changed}) {
    report.constant_time("ml-kem: decaps, accepted and rejected", [&] {
      use(mlkem768::decaps(ciphertext, pair.private_key.expose())->expose());
    });
  }
}

void tokens(Report& report) {
  PoisonedRandom random;
  const Secret seed = poisoned(32);
  // Public here: libsodium looks whether the element that an input is hashed to is one, which every
  // such element is, so what the test would find is no leak.
  const Buffer input(32, 7);
  std::optional<voprf::ServerKey> key;
  report.constant_time("voprf: derive key",
                       [&] { key = *voprf::ServerKey::derive(seed.expose(), as_bytes("info")); });
  report.constant_time("voprf: key from bytes",
                       [&] { use(voprf::ServerKey::from_bytes(key->expose())->expose()); });
  std::vector<voprf::Blinded> blinded;
  report.constant_time("voprf: blind", [&] { blinded.push_back(*voprf::blind(input, random)); });
  voprf::Evaluation evaluation;
  report.constant_time("voprf: evaluate blind", [&] {
    evaluation = *key->blind_evaluate(std::array{blinded[0].element}, random);
  });
  report.constant_time("voprf: finalize", [&] {
    const auto outputs =
        voprf::finalize(key->public_key(), std::array{Bytes(input)}, blinded, evaluation);
    use(outputs->front().expose());
  });
  report.constant_time("voprf: evaluate", [&] { use(key->evaluate(input)->expose()); });
}

int run() {
  if (RUNNING_ON_VALGRIND == 0) {
    std::fputs("ct_crypto says nothing except under valgrind: run ./dev ct\n", stderr);
    return 2;
  }
  MAGPIE_CHECK(sodium_init() >= 0);
  Report report;
  positive_controls(report);
  encodings(report);
  symmetric(report);
  signatures(report);
  kems(report);
  mlkem(report);
  tokens(report);
  return report.all_good() ? 0 : 1;
}

}  // namespace
}  // namespace magpie::crypto

int main() { return magpie::crypto::run(); }
