// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <filesystem>

#include "client/core/vault/files.h"
#include "client/core/vault/page_seal.h"
#include "crypto/base/random.h"
#include "crypto/base/secret.h"
#include "crypto/primitives/passphrase.h"

namespace magpie::client {

/// What one guess at a passphrase costs. On a laptop ten years old, under a second; 128 MiB are
/// there on every machine that runs the program.
constexpr crypto::StretchCost kUnlockCost = {3, std::size_t{128} << 20};

/// The key slots of a vault (docs/vault.md, "slots"): a fixed number of equal-looking ones, each
/// holding the store's key under a passphrase, or random bytes. Nobody can tell how many are in
/// use, or which. One thread uses it.
class KeySlots {
 public:
  static constexpr std::size_t kSlotCount = 8;
  static constexpr std::size_t kCopySize = 4096;
  static constexpr std::size_t kFileSize = 2 * kCopySize;

  /// One slot in use, at a random place. Errors: those of crypto::stretch.
  static Result<KeySlots> create(const Secret& passphrase, crypto::StretchCost cost,
                                 const Secret& store_key, Random& random);
  /// Reads a file of slots, which holds them twice; one whole copy is enough. Any bytes may come
  /// in. Errors: kDamaged, kUnsupported for a version of a later program.
  static Result<KeySlots> parse(Bytes file);
  Buffer encode() const;

  /// The store's key, of kVaultKeySize bytes. Takes the cost of one guess, whatever the slots
  /// hold. Errors: kWrongPassphrase, and those of crypto::stretch.
  Result<Secret> unlock(const Secret& passphrase) const;
  /// Makes `fresh` open the slot that `current` opens now. Errors: as `unlock`; nothing changes
  /// then.
  Result<void> change(const Secret& current, const Secret& fresh);

 private:
  using Slot = std::array<std::uint8_t, kVaultKeySize + kSealSize>;
  struct Opened {
    std::size_t place;
    Secret store_key;
  };

  static Result<KeySlots> parse_copy(Bytes copy);
  Buffer encode_head() const;
  Result<Opened> open(const Secret& passphrase) const;
  Result<void> seal(std::size_t place, const Secret& passphrase, const Secret& store_key);

  crypto::StretchCost cost_{};
  std::array<std::uint8_t, crypto::kStretchSaltSize> salt_{};
  std::array<Slot, kSlotCount> slots_{};
};

/// Reads the file. Errors: kDamaged, also where it is missing; kUnsupported; those of Files.
Result<KeySlots> read_slots(Files& files, const std::filesystem::path& path);
/// Puts the file in place at once: after a crash the old one or the new one is there, whole.
/// Errors: those of Files; the old one is there then.
Result<void> write_slots(Files& files, const std::filesystem::path& path, const KeySlots& slots);

}  // namespace magpie::client
