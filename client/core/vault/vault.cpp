// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/vault/vault.h"

#include "client/core/vault/database.h"
#include "client/core/vault/migrations.h"
#include "client/core/vault/tables.h"
#include "crypto/primitives/hkdf.h"

namespace magpie::client {
namespace {

namespace fs = std::filesystem;

/// A log of a mebibyte: some tens of acts. Used keys stay in the files no longer, and the syncs of
/// emptying it are spread over them.
constexpr std::uint64_t kLogFramesMax = 256;

fs::path folder_of(const fs::path& profile) { return profile / "vault"; }
fs::path slots_in(const fs::path& folder) { return folder / "slots"; }
fs::path database_in(const fs::path& folder) { return folder / "db"; }

DatabaseKeys keys_of(const Secret& store_key) {
  const auto derive = [&](std::string_view label) {
    return crypto::hkdf_expand(crypto::HashId::kSha256, store_key.expose(), {as_bytes(label)},
                               kVaultKeySize);
  };
  return {.pages = derive("Magpie vault pages 1"), .log = derive("Magpie vault log 1")};
}

/// A whole vault in a folder of its own, with every byte on the disk.
Result<void> build(Files& files, const fs::path& folder, const KeySlots& slots,
                   const DatabaseKeys& keys) {
  MAGPIE_TRY_VOID(files.remove_folder(folder));
  MAGPIE_TRY_VOID(files.make_folder(folder));
  MAGPIE_TRY_VOID(write_slots(files, slots_in(folder), slots));
  MAGPIE_TRY(auto database,
             Database::open(files, database_in(folder), keys, Database::Mode::kCreate));
  MAGPIE_TRY_VOID(migrate(*database));
  MAGPIE_TRY_VOID(database->checkpoint());
  database.reset();
  return files.sync_folder(folder);
}

Result<void> write(Database& database, const Changes& changes) {
  return database.transaction([&]() -> Result<void> {
    for (const auto& change : changes) {
      MAGPIE_TRY_VOID(
          std::visit([&](const auto& one) { return tables::make(database, one); }, change));
    }
    return {};
  });
}

}  // namespace

struct Vault::Impl {
  Files& files;
  fs::path folder;
  std::shared_ptr<void> held;
  std::unique_ptr<Database> database;
  std::optional<Error> failed;

  /// Runs `act` unless something has failed before; what fails now has failed for good.
  template <class Act>
  auto run(Act&& act) -> decltype(act()) {
    if (failed) return tl::unexpected<Error>(*failed);
    auto done = act();
    if (!done) failed = done.error();
    return done;
  }

  static Result<std::unique_ptr<Impl>> open(Files& files, const fs::path& profile,
                                            std::shared_ptr<void> held, const DatabaseKeys& keys) {
    auto impl = std::make_unique<Impl>(Impl{.files = files,
                                            .folder = folder_of(profile),
                                            .held = std::move(held),
                                            .database = {},
                                            .failed = {}});
    auto database =
        Database::open(files, database_in(impl->folder), keys, Database::Mode::kExisting);
    if (!database && database.error().code == Errc::kNotFound) {
      return fail(Errc::kDamaged, "vault: no database");
    }
    MAGPIE_TRY(impl->database, std::move(database));
    MAGPIE_TRY_VOID(migrate(*impl->database));
    return impl;
  }
};

Vault::Vault(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Vault::~Vault() = default;

bool Vault::exists(const fs::path& profile, Files& files) {
  return files.exists(folder_of(profile)).value_or(true);
}

Result<std::unique_ptr<Vault>> Vault::create(const fs::path& profile, const Secret& passphrase,
                                             crypto::StretchCost cost, Files& files) {
  MAGPIE_TRY_VOID(files.make_folder(profile));
  MAGPIE_TRY(auto held, files.hold(profile));
  MAGPIE_TRY(const bool there, files.exists(folder_of(profile)));
  if (there) return fail(Errc::kExists, "vault: create");

  SystemRandom random;
  const Secret store_key = random.secret(kVaultKeySize);
  MAGPIE_TRY(const KeySlots slots, KeySlots::create(passphrase, cost, store_key, random));
  const DatabaseKeys keys = keys_of(store_key);
  const fs::path unfinished = profile / "vault.new";
  MAGPIE_TRY_VOID(build(files, unfinished, slots, keys));
  MAGPIE_TRY_VOID(files.rename(unfinished, folder_of(profile)));
  MAGPIE_TRY_VOID(files.sync_folder(profile));
  MAGPIE_TRY_VOID(files.sync_folder(profile.parent_path()));
  MAGPIE_TRY(auto impl, Impl::open(files, profile, std::move(held), keys));
  return std::unique_ptr<Vault>(new Vault(std::move(impl)));
}

Result<std::unique_ptr<Vault>> Vault::open(const fs::path& profile, const Secret& passphrase,
                                           Files& files) {
  MAGPIE_TRY(const bool there, files.exists(folder_of(profile)));
  if (!there) return fail(Errc::kNotFound, "vault: open");
  MAGPIE_TRY(auto held, files.hold(profile));
  MAGPIE_TRY(const KeySlots slots, read_slots(files, slots_in(folder_of(profile))));
  MAGPIE_TRY(const Secret store_key, slots.unlock(passphrase));
  MAGPIE_TRY(auto impl, Impl::open(files, profile, std::move(held), keys_of(store_key)));
  return std::unique_ptr<Vault>(new Vault(std::move(impl)));
}

Result<void> Vault::apply(const Changes& changes) {
  Database& database = *impl_->database;
  auto stored = impl_->run([&] { return write(database, changes); });
  // Once the act is on the disk, what goes wrong is the next one's matter.
  if (stored && database.log_frames() >= kLogFramesMax) (void)checkpoint();
  return stored;
}

Result<void> Vault::checkpoint() {
  if (impl_->failed) return tl::unexpected<Error>(*impl_->failed);
  auto done = impl_->database->checkpoint();
  // With a full disk the log keeps what it has, and the next attempt goes on from there.
  const bool goes_on =
      done || (done.error().code == Errc::kDiskFull && !impl_->database->stopped());
  if (!goes_on) impl_->failed = done.error();
  return done;
}

Result<void> Vault::change_passphrase(const Secret& current, const Secret& fresh) {
  const fs::path path = slots_in(impl_->folder);
  MAGPIE_TRY(KeySlots slots, read_slots(impl_->files, path));
  MAGPIE_TRY_VOID(slots.change(current, fresh));
  return write_slots(impl_->files, path, slots);
}

Result<std::optional<ProfileRecord>> Vault::profile() {
  return impl_->run([&] { return tables::profile(*impl_->database); });
}

Result<std::vector<PersonRecord>> Vault::people() {
  return impl_->run([&] { return tables::people(*impl_->database); });
}

Result<std::vector<IntroductionRecord>> Vault::introductions() {
  return impl_->run([&] { return tables::introductions(*impl_->database); });
}

Result<std::vector<InvitationRecord>> Vault::invitations() {
  return impl_->run([&] { return tables::invitations(*impl_->database); });
}

Result<std::vector<TokenRecord>> Vault::tokens() {
  return impl_->run([&] { return tables::tokens(*impl_->database); });
}

Result<std::vector<StoredRoom>> Vault::rooms() {
  return impl_->run([&] { return tables::rooms(*impl_->database); });
}

Result<std::vector<DraftRecord>> Vault::drafts() {
  return impl_->run([&] { return tables::drafts(*impl_->database); });
}

Result<std::vector<MessageRecord>> Vault::messages(const RoomId& room, std::size_t before,
                                                   std::size_t limit) {
  return impl_->run([&] { return tables::messages(*impl_->database, room, before, limit); });
}

Result<std::optional<MessageRecord>> Vault::message(const RoomId& room, const EntryId& id) {
  return impl_->run([&] { return tables::message(*impl_->database, room, id); });
}

Result<std::size_t> Vault::message_count(const RoomId& room) {
  return impl_->run([&] { return tables::message_count(*impl_->database, room); });
}

}  // namespace magpie::client
