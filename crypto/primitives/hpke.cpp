// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/primitives/hpke.h"

#include <array>

#include "crypto/primitives/hpke_labels.h"

namespace magpie::crypto {
namespace {

constexpr std::uint8_t kModeBase = 0;

constexpr std::uint16_t kdf_id(HashId id) { return id == HashId::kSha256 ? 0x0001 : 0x0003; }
constexpr std::uint8_t high(std::uint16_t value) { return static_cast<std::uint8_t>(value >> 8); }
constexpr std::uint8_t low(std::uint16_t value) { return static_cast<std::uint8_t>(value & 0xff); }

/// KeySchedule of mode_base (RFC 9180 §5.1) up to `secret`; what is expanded from it depends on
/// whether a message or an export is wanted. HPKE's own AEAD registry has no XChaCha20-Poly1305,
/// so a suite with it gets the id of an AEAD that only exports.
class Schedule {
 public:
  Schedule(const HpkeSuite& suite, Bytes shared_secret, Bytes info) : suite_(suite) {
    const std::uint16_t kem = suite.kem->id();
    const std::uint16_t kdf = kdf_id(suite.kdf);
    const std::uint16_t aead = suite.aead == AeadId::kChaCha20Poly1305 ? 0x0003 : 0xffff;
    id_ = {'H', 'P', 'K', 'E', high(kem), low(kem), high(kdf), low(kdf), high(aead), low(aead)};
    psk_id_hash_ = hpke_labeled_extract(suite.kdf, id_, {}, "psk_id_hash", {});
    info_hash_ = hpke_labeled_extract(suite.kdf, id_, {}, "info_hash", info);
    secret_ = hpke_labeled_extract(suite.kdf, id_, shared_secret, "secret", {});
  }

  Secret key() const { return expand("key", kAeadKeySize); }
  Secret base_nonce() const { return expand("base_nonce", aead_nonce_size(suite_.aead)); }

  /// Context.Export (RFC 9180 §5.3).
  Secret exported(Bytes context, std::size_t size) const {
    const Secret exporter = expand("exp", hash_size(suite_.kdf));
    return hpke_labeled_expand(suite_.kdf, id_, exporter.expose(), "sec", {context}, size);
  }

 private:
  Secret expand(std::string_view label, std::size_t size) const {
    const std::array<std::uint8_t, 1> mode = {kModeBase};
    return hpke_labeled_expand(suite_.kdf, id_, secret_.expose(), label,
                               {mode, psk_id_hash_.expose(), info_hash_.expose()}, size);
  }

  const HpkeSuite& suite_;
  std::array<std::uint8_t, 10> id_{};
  Secret psk_id_hash_;
  Secret info_hash_;
  Secret secret_;
};

}  // namespace

Result<HpkeCiphertext> hpke_seal(const HpkeSuite& suite, Bytes public_key, Bytes info, Bytes aad,
                                 Bytes plaintext, Random& random) {
  MAGPIE_TRY(auto sent, suite.kem->encap(public_key, random));
  const Schedule schedule(suite, sent.shared_secret.expose(), info);
  // One message per context, so the nonce of sequence number 0: the base nonce itself (§5.2).
  Buffer ciphertext = aead_seal(suite.aead, schedule.key().expose(), schedule.base_nonce().expose(),
                                aad, plaintext);
  return HpkeCiphertext{std::move(sent.enc), std::move(ciphertext)};
}

Result<Secret> hpke_open(const HpkeSuite& suite, Bytes private_key, Bytes public_key, Bytes enc,
                         Bytes info, Bytes aad, Bytes ciphertext) {
  const auto shared_secret = suite.kem->decap(enc, private_key, public_key);
  if (!shared_secret || ciphertext.size() < kAeadTagSize) {
    return fail(Errc::kDecryptFailed, "hpke: open");
  }
  const Schedule schedule(suite, shared_secret->expose(), info);
  Secret plaintext(ciphertext.size() - kAeadTagSize);
  MAGPIE_TRY_VOID(aead_open_into(suite.aead, schedule.key().expose(),
                                 schedule.base_nonce().expose(), aad, ciphertext,
                                 plaintext.fill()));
  return plaintext;
}

Result<HpkeExport> hpke_send_export(const HpkeSuite& suite, Bytes public_key, Bytes info,
                                    Bytes exporter_context, std::size_t size, Random& random) {
  MAGPIE_TRY(auto sent, suite.kem->encap(public_key, random));
  const Schedule schedule(suite, sent.shared_secret.expose(), info);
  return HpkeExport{std::move(sent.enc), schedule.exported(exporter_context, size)};
}

Result<Secret> hpke_receive_export(const HpkeSuite& suite, Bytes private_key, Bytes public_key,
                                   Bytes enc, Bytes info, Bytes exporter_context,
                                   std::size_t size) {
  const auto shared_secret = suite.kem->decap(enc, private_key, public_key);
  if (!shared_secret) return fail(Errc::kDecryptFailed, "hpke: export");
  return Schedule(suite, shared_secret->expose(), info).exported(exporter_context, size);
}

}  // namespace magpie::crypto
