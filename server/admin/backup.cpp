// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <functional>

#include "server/admin/admin_socket.h"
#include "server/config.h"
#include "server/data_dir.h"
#include "server/store/verify.h"

namespace magpie::server {

namespace fs = std::filesystem;

namespace {

/// What a relay is, beside its rooms. The last two may be missing.
constexpr std::array kFiles{"relay.key", "relay.crt", "relay.toml", "address"};
constexpr std::chrono::hours kCheckpointKept{1};
/// Marks in the directory of a relay that is moved. No copy has them.
constexpr const char* kMoving = "moving";
constexpr const char* kMoved = "moved";

fs::path checkpoint_path(const fs::path& directory) { return directory / "checkpoint"; }

Error error_of(const std::error_code& error, std::string_view site) {
  return {error == std::errc::no_space_on_device ? Errc::kDiskFull : Errc::kStorage, site};
}

Result<void> sync(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  if (descriptor >= 0) ::close(descriptor);
  if (!synced) return fail(Errc::kStorage, "backup: sync");
  return {};
}

Result<void> copy_durably(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (!fs::copy_file(from, to, error)) {
    return tl::unexpected<Error>(error_of(error, "backup: copy"));
  }
  return sync(to);
}

Result<void> copy_settings(const fs::path& from, const fs::path& to) {
  for (const auto* name : kFiles) {
    std::error_code error;
    if (fs::exists(from / name, error)) MAGPIE_TRY_VOID(copy_durably(from / name, to / name));
  }
  return {};
}

Result<void> make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return tl::unexpected<Error>(error_of(error, "backup: folder"));
  return {};
}

/// A relay's whole directory, on disk when it returns.
Result<void> copy_whole(const fs::path& from, const fs::path& to) {
  MAGPIE_TRY_VOID(make_folder(rooms_path(to)));
  MAGPIE_TRY_VOID(copy_settings(from, to));
  std::error_code error;
  for (const auto& file : fs::directory_iterator(rooms_path(from), error)) {
    MAGPIE_TRY_VOID(copy_durably(file.path(), rooms_path(to) / file.path().filename()));
  }
  if (error) return tl::unexpected<Error>(error_of(error, "backup: folder"));
  MAGPIE_TRY_VOID(sync(rooms_path(to)));
  return sync(to);
}

Result<void> must_be_free(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error) || fs::is_empty(path, error)) return {};
  return fail(Errc::kExists, "backup: target");
}

/// Copies beside the target, calls `last`, and moves it there, so that the target is whole or not
/// there.
Result<void> copy_into_place(
    const fs::path& from, const fs::path& to, bool verified,
    const std::function<Result<void>()>& last = [] { return Result<void>(); }) {
  const auto place = fs::absolute(to / "").parent_path();
  auto part = place;
  part += ".part";
  std::error_code error;
  fs::remove_all(part, error);
  auto copied = copy_whole(from, part);
  if (copied && verified) {
    copied = [&]() -> Result<void> {
      MAGPIE_TRY(const auto store,
                 RocksdbStore::open(rooms_path(part), RocksdbStore::Mode::kReadOnly));
      return verify(*store);
    }();
  }
  if (copied) copied = last();
  if (copied) {
    fs::rename(part, place, error);
    if (error) copied = tl::unexpected<Error>(error_of(error, "backup: move"));
  }
  if (copied) return sync(place.parent_path());
  fs::remove_all(part, error);
  return copied;
}

/// Of a relay that does not run.
Result<void> checkpoint_stopped(const fs::path& directory) {
  MAGPIE_TRY(const auto locked, DataDir::lock(directory));
  MAGPIE_TRY(const auto store,
             RocksdbStore::open(rooms_path(directory), RocksdbStore::Mode::kReadWrite));
  return make_checkpoint(*store, directory);
}

bool is_relay(const fs::path& directory) {
  std::error_code error;
  return fs::exists(directory / "relay.key", error) &&
         fs::exists(rooms_path(directory) / "CURRENT", error);
}

}  // namespace

Result<void> make_checkpoint(RocksdbStore& store, const fs::path& directory) {
  remove_checkpoint(directory, true);
  const auto checkpoint = checkpoint_path(directory);
  MAGPIE_TRY_VOID(make_folder(checkpoint));
  MAGPIE_TRY_VOID(copy_settings(directory, checkpoint));
  return store.checkpoint(rooms_path(checkpoint));
}

void remove_checkpoint(const fs::path& directory, bool any_age) {
  const auto checkpoint = checkpoint_path(directory);
  std::error_code error;
  const auto made = fs::last_write_time(checkpoint, error);
  if (error) return;
  const auto age = fs::file_time_type::clock::now() - made;
  if (any_age || age > kCheckpointKept) fs::remove_all(checkpoint, error);
}

Result<void> backup(const fs::path& directory, const fs::path& to) {
  MAGPIE_TRY(const auto config, load_config(directory));
  if (!config.postgresql.empty()) {
    return fail(Errc::kUnsupported,
                "postgresql: back that up with pg_dump or pg_basebackup, and copy this directory "
                "for the relay's key");
  }
  if (!is_relay(directory)) return fail(Errc::kNotFound, "backup: no relay");
  MAGPIE_TRY_VOID(must_be_free(to));
  const auto asked = ask_relay(directory, "checkpoint");
  if (!asked && asked.error().code != Errc::kNotFound) return tl::unexpected<Error>(asked.error());
  if (!asked) MAGPIE_TRY_VOID(checkpoint_stopped(directory));
  auto copied = copy_into_place(checkpoint_path(directory), to, false);
  remove_checkpoint(directory, true);
  return copied;
}

Result<void> restore(const fs::path& from, const fs::path& directory) {
  if (!is_relay(from)) return fail(Errc::kNotFound, "restore: no backup");
  MAGPIE_TRY_VOID(must_be_free(directory));
  return copy_into_place(from, directory, true);
}

Result<void> move(const fs::path& directory, const fs::path& to) {
  if (!is_relay(directory)) return fail(Errc::kNotFound, "move: no relay");
  MAGPIE_TRY_VOID(must_be_free(to));
  MAGPIE_TRY(const auto locked, DataDir::lock(directory));
  std::error_code error;
  if (fs::exists(directory / kMoved, error)) return fail(Errc::kUsage, "moved");
  // From the mark on the old one does not start, and only then is the new one there to be started:
  // broken off between the two, the same command again ends it.
  MAGPIE_TRY_VOID(copy_into_place(directory, to, true,
                                  [&] { return write_private_file(directory / kMoving, {}); }));
  return write_private_file(directory / kMoved, {});
}

Result<void> must_not_be_moved(const fs::path& directory) {
  std::error_code error;
  if (fs::exists(directory / kMoved, error)) return fail(Errc::kUsage, "moved");
  if (fs::exists(directory / kMoving, error)) return fail(Errc::kUsage, "moving");
  return {};
}

}  // namespace magpie::server
