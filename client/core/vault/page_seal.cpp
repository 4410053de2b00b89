// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/vault/page_seal.h"

#include "crypto/base/check.h"
#include "crypto/base/random.h"
#include "crypto/codec/writer.h"
#include "crypto/primitives/aead.h"

namespace magpie::client {
namespace {

using crypto::AeadId;
using crypto::kAeadTagSize;

constexpr std::size_t kNonceSize = crypto::aead_nonce_size(AeadId::kXChaCha20Poly1305);
static_assert(kSealSize == kAeadTagSize + kNonceSize);
static_assert(kVaultKeySize == crypto::kAeadKeySize);

Buffer associated_data(UnitKind kind, std::uint64_t number, Bytes context) {
  Writer writer(1 + 8 + context.size());
  writer.u8(static_cast<std::uint8_t>(kind)).u64(number).fixed(context);
  return writer.take();
}

}  // namespace

void seal_unit(Bytes key, UnitKind kind, std::uint64_t number, Bytes plain, MutableBytes out,
               Bytes context) {
  MAGPIE_CHECK(out.size() == plain.size() + kSealSize);
  const MutableBytes nonce = out.last(kNonceSize);
  SystemRandom().fill(nonce);
  crypto::aead_seal_into(AeadId::kXChaCha20Poly1305, key, nonce,
                         associated_data(kind, number, context), plain,
                         out.first(plain.size() + kAeadTagSize));
}

Result<void> open_unit(Bytes key, UnitKind kind, std::uint64_t number, Bytes sealed,
                       MutableBytes out, Bytes context) {
  if (sealed.size() < kSealSize) return fail(Errc::kDecryptFailed, "sealed unit: too short");
  MAGPIE_CHECK(out.size() == sealed.size() - kSealSize);
  return crypto::aead_open_into(AeadId::kXChaCha20Poly1305, key, sealed.last(kNonceSize),
                                associated_data(kind, number, context),
                                sealed.first(sealed.size() - kNonceSize), out);
}

}  // namespace magpie::client
