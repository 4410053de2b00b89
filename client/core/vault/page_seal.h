// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/base/bytes.h"
#include "crypto/base/result.h"

namespace magpie::client {

/// SQLite's page, and what of it SQLite may use: the rest holds the seal (docs/vault.md).
constexpr std::size_t kPageSize = 4096;
constexpr std::size_t kSealSize = 40;  ///< a tag of 16 bytes and a nonce of 24
constexpr std::size_t kPageRoom = kPageSize - kSealSize;
constexpr std::size_t kVaultKeySize = 32;

/// What a sealed unit is, so that none passes for another. Part of the associated data.
enum class UnitKind : std::uint8_t {
  kPage = 'P',       ///< of the database, by page number
  kLogHeader = 'H',  ///< of the write-ahead log
  kLogFrame = 'F',   ///< by its place in the log
  kLogMark = 'M',    ///< how far the log is known to be on the disk, by slot
  kSlot = 'S',       ///< a key slot, by its place
};

/// Seals `plain` with XChaCha20-Poly1305 under a fresh random nonce into `out`, of plain.size() +
/// kSealSize bytes: ciphertext, tag, nonce. `out` may start where `plain` does. Associated data:
/// `kind`, `number` (8 bytes, big-endian), `context`. Thread-safe.
void seal_unit(Bytes key, UnitKind kind, std::uint64_t number, Bytes plain, MutableBytes out,
               Bytes context = {});

/// Opens what `seal_unit` made into `out`, of sealed.size() - kSealSize bytes; may work in place.
/// Any bytes may come in. Errors: kDecryptFailed; `out` then holds nothing of the plaintext.
/// Thread-safe.
Result<void> open_unit(Bytes key, UnitKind kind, std::uint64_t number, Bytes sealed,
                       MutableBytes out, Bytes context = {});

}  // namespace magpie::client
