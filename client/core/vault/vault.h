// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>

#include "client/core/vault/files.h"
#include "client/core/vault/storage.h"
#include "client/core/vault/unlock.h"

namespace magpie::client {

/// A device's memory on the disk (docs/vault.md): in the profile's folder a file `lock` and a
/// folder `vault` with `slots`, `db` and, while it is open or after a crash, `db-wal`. Nothing in
/// them can be read without the passphrase.
///
/// The whole folder put back as it was earlier is not noticed, nor is a single page of `db`: no
/// state outside the folder says how new it is.
///
/// One thread uses it at a time. One holder has a profile at a time.
class Vault final : public Storage {
 public:
  /// Whether a vault is in the profile's folder. Reads the disk.
  static bool exists(const std::filesystem::path& profile, Files& files = system_files());

  /// Makes the folder where it is missing, and the vault; a crash leaves no vault, or this one.
  /// Takes `cost`. Errors: kExists, kInUse, kNoMemory, kDiskFull, kStorage.
  static Result<std::unique_ptr<Vault>> create(const std::filesystem::path& profile,
                                               const Secret& passphrase,
                                               crypto::StretchCost cost = kUnlockCost,
                                               Files& files = system_files());

  /// Opens the vault, and finishes what a crash cut short. Takes what one guess costs. Errors:
  /// kNotFound, kInUse, kWrongPassphrase, kDamaged, kUnsupported for one of a later program,
  /// kNoMemory, kDiskFull, kStorage.
  static Result<std::unique_ptr<Vault>> open(const std::filesystem::path& profile,
                                             const Secret& passphrase,
                                             Files& files = system_files());

  /// Closes it: moves the log into the database and erases it, where nothing has failed.
  ~Vault() override;

  /// Beside Storage's promise: the used keys of earlier acts are gone from the files after a
  /// bounded number of acts, or `checkpoint`, or closing. Errors: also kUsage, for a GroupRecord
  /// without an epoch where none is stored, and kNoMemory.
  Result<void> apply(const Changes& changes) override;
  Result<std::optional<ProfileRecord>> profile() override;
  Result<std::vector<PersonRecord>> people() override;
  Result<std::vector<IntroductionRecord>> introductions() override;
  Result<std::vector<InvitationRecord>> invitations() override;
  Result<std::vector<TokenRecord>> tokens() override;
  Result<std::vector<StoredRoom>> rooms() override;
  Result<std::vector<DraftRecord>> drafts() override;
  Result<std::vector<MessageRecord>> messages(const RoomId& room, std::size_t before,
                                              std::size_t limit) override;
  Result<std::size_t> message_count(const RoomId& room) override;
  Result<std::optional<MessageRecord>> message(const RoomId& room, const EntryId& id) override;

  /// Takes what was replaced or deleted out of the files now, for a moment when nobody waits.
  /// A few syncs. Errors: kDiskFull, after which the vault still works; else as `apply`.
  Result<void> checkpoint();

  /// Makes `fresh` the passphrase in the place of `current`. Takes two guesses' cost. A copy of the
  /// folder from before still opens with the old one. Errors: kWrongPassphrase, kDamaged,
  /// kNoMemory, kDiskFull, kStorage; the old one holds then.
  Result<void> change_passphrase(const Secret& current, const Secret& fresh);

 private:
  struct Impl;
  explicit Vault(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace magpie::client
