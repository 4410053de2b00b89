// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/vault/page_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>
#include <string>
#include <utility>
#include <variant>

#include "client/core/vault/sealed_log.h"
#include "client/core/vault/sealed_pages.h"
#include "client/core/vault/sqlite_memory.h"
#include "crypto/base/check.h"
#include "crypto/base/random.h"

namespace magpie::client {

namespace fs = std::filesystem;

struct PageVfs::Impl {
  Files& files;
  Secret page_key;
  Secret log_key;
  std::string name;
  sqlite3_vfs vfs{};
  std::optional<Error> fault;
  bool stopped = false;
  SealedLog* log = nullptr;  ///< the one that is open

  /// Keeps what went wrong and gives SQLite's code for it.
  int report(const Error& error, int otherwise) {
    if (!fault) fault = error;
    switch (error.code) {
      case Errc::kDamaged:
        return SQLITE_CORRUPT;
      case Errc::kDiskFull:
        return SQLITE_FULL;
      case Errc::kNotFound:
        return SQLITE_CANTOPEN;
      default:
        return otherwise;
    }
  }
  /// The same for what would have changed the disk.
  int report_write(const Error& error, bool forgiven, int otherwise) {
    stopped = stopped || !forgiven;
    return report(error, otherwise);
  }
};

namespace {

using Impl = PageVfs::Impl;

/// What SQLite knows as a sqlite3_file; it gives the memory, we make and destroy what is in it.
struct OpenFile {
  sqlite3_file base;
  Impl* impl;
  std::variant<std::unique_ptr<SealedPages>, std::unique_ptr<SealedLog>>* content;
};

OpenFile& opened(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file); }

/// Calls `act` with the SealedPages or the SealedLog of an open file.
template <class Act>
auto with(OpenFile& file, Act&& act) {
  return std::visit([&](auto& content) { return act(*content); }, *file.content);
}

bool is_log(const OpenFile& file) { return file.content->index() == 1; }

int close_file(sqlite3_file* base) {
  OpenFile& file = opened(base);
  if (file.content != nullptr && is_log(file)) file.impl->log = nullptr;
  delete std::exchange(file.content, nullptr);
  return SQLITE_OK;
}

int read_file(sqlite3_file* base, void* out, int size, sqlite3_int64 offset) {
  OpenFile& file = opened(base);
  const MutableBytes bytes(static_cast<std::uint8_t*>(out), static_cast<std::size_t>(size));
  const auto got = with(
      file, [&](auto& content) { return content.read(static_cast<std::uint64_t>(offset), bytes); });
  if (!got) return file.impl->report(got.error(), SQLITE_IOERR_READ);
  return *got == bytes.size() ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* base, const void* data, int size, sqlite3_int64 offset) {
  OpenFile& file = opened(base);
  if (file.impl->stopped) return SQLITE_IOERR_WRITE;
  const Bytes bytes(static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size));
  const auto done = with(file, [&](auto& content) {
    return content.write(static_cast<std::uint64_t>(offset), bytes);
  });
  if (done) return SQLITE_OK;
  const bool forgiven = !is_log(file) && done.error().code == Errc::kDiskFull;
  return file.impl->report_write(done.error(), forgiven, SQLITE_IOERR_WRITE);
}

int truncate_file(sqlite3_file* base, sqlite3_int64 size) {
  OpenFile& file = opened(base);
  if (file.impl->stopped) return SQLITE_IOERR_TRUNCATE;
  // The log is only ever emptied: no journal_size_limit is set.
  MAGPIE_CHECK(!is_log(file) || size == 0);
  const auto done = is_log(file)
                        ? std::get<1>(*file.content)->erase()
                        : std::get<0>(*file.content)->truncate(static_cast<std::uint64_t>(size));
  return done ? SQLITE_OK : file.impl->report_write(done.error(), false, SQLITE_IOERR_TRUNCATE);
}

int sync_file(sqlite3_file* base, int) {
  OpenFile& file = opened(base);
  if (file.impl->stopped) return SQLITE_IOERR_FSYNC;
  const auto done = with(file, [](auto& content) { return content.sync(); });
  return done ? SQLITE_OK : file.impl->report_write(done.error(), false, SQLITE_IOERR_FSYNC);
}

int size_file(sqlite3_file* base, sqlite3_int64* out) {
  OpenFile& file = opened(base);
  const auto size = with(file, [](auto& content) { return content.size(); });
  if (!size) return file.impl->report(size.error(), SQLITE_IOERR_FSTAT);
  *out = static_cast<sqlite3_int64>(*size);
  return SQLITE_OK;
}

int no_lock(sqlite3_file*, int) { return SQLITE_OK; }
int no_reserved_lock(sqlite3_file*, int* out) {
  *out = 0;
  return SQLITE_OK;
}
int no_control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file*) { return kPageSize; }
/// As SQLite assumes on Linux: writing bytes leaves the ones beside them alone.
int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

constexpr sqlite3_io_methods kMethods = {
    .iVersion = 1,  // no shared memory: SQLite keeps the log's index on its heap
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = size_file,
    .xLock = no_lock,
    .xUnlock = no_lock,
    .xCheckReservedLock = no_reserved_lock,
    .xFileControl = no_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

Impl& impl_of(sqlite3_vfs* vfs) { return *static_cast<Impl*>(vfs->pAppData); }

Result<void> open_content(Impl& impl, const fs::path& path, int flags, OpenFile& file) {
  const bool is_log = (flags & SQLITE_OPEN_WAL) != 0;
  if (!is_log && (flags & SQLITE_OPEN_MAIN_DB) == 0) {
    return fail(Errc::kUsage, "vfs: a kind of file that is never written");
  }
  const bool create = (flags & SQLITE_OPEN_CREATE) != 0;
  MAGPIE_TRY(const bool existed, impl.files.exists(path));
  MAGPIE_TRY(auto raw,
             impl.files.open(path, create ? Files::Mode::kCreate : Files::Mode::kExisting));
  if (!existed) MAGPIE_TRY_VOID(impl.files.sync_folder(path.parent_path()));
  using Content = std::remove_pointer_t<decltype(file.content)>;
  if (is_log) {
    MAGPIE_TRY(auto log, SealedLog::open(std::move(raw), impl.log_key));
    impl.log = log.get();
    file.content = new Content(std::move(log));
  } else {
    file.content = new Content(std::make_unique<SealedPages>(std::move(raw), impl.page_key));
  }
  return {};
}

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* base, int flags, int* out_flags) {
  Impl& impl = impl_of(vfs);
  OpenFile& file =
      *new (base) OpenFile{.base = {.pMethods = nullptr}, .impl = &impl, .content = {}};
  if (name == nullptr) return SQLITE_CANTOPEN;
  if (auto done = open_content(impl, name, flags, file); !done) {
    return impl.report(done.error(), SQLITE_CANTOPEN);
  }
  file.base.pMethods = &kMethods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

Result<void> remove_sealed(Files& files, const fs::path& path, bool sync_folder) {
  auto file = files.open(path, Files::Mode::kExisting);
  if (!file && file.error().code == Errc::kNotFound) return {};
  if (!file) return tl::unexpected<Error>(file.error());
  MAGPIE_TRY_VOID(SealedLog::erase(**file));
  MAGPIE_TRY_VOID(files.remove(path));
  if (sync_folder) MAGPIE_TRY_VOID(files.sync_folder(path.parent_path()));
  return {};
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  Impl& impl = impl_of(vfs);
  if (impl.stopped) return SQLITE_IOERR_DELETE;
  const auto done = remove_sealed(impl.files, name, sync_folder != 0);
  return done ? SQLITE_OK : impl.report_write(done.error(), false, SQLITE_IOERR_DELETE);
}

/// Only the log is looked for. A rollback journal is never written, so one that is there is not
/// ours.
int access_file(sqlite3_vfs* vfs, const char* name, int, int* out) {
  Impl& impl = impl_of(vfs);
  *out = 0;
  if (!std::string_view(name).ends_with("-wal")) return SQLITE_OK;
  const auto there = impl.files.exists(name);
  if (!there) return impl.report(there.error(), SQLITE_IOERR_ACCESS);
  *out = *there ? 1 : 0;
  return SQLITE_OK;
}

int full_name(sqlite3_vfs*, const char* name, int size, char* out) {
  const std::size_t length = std::strlen(name) + 1;
  if (length > static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
  std::copy_n(name, length, out);
  return SQLITE_OK;
}

int randomness(sqlite3_vfs*, int size, char* out) {
  SystemRandom().fill({reinterpret_cast<std::uint8_t*>(out), static_cast<std::size_t>(size)});
  return size;
}

int sleep(sqlite3_vfs*, int) { return 0; }  // SQLite waits only for locks, and there are none

int current_time(sqlite3_vfs*, double* out) {
  *out = 2440587.5;  // the Unix epoch as a Julian day: no statement of ours asks for the time
  return SQLITE_OK;
}

int last_error(sqlite3_vfs*, int, char*) { return 0; }

}  // namespace

PageVfs::PageVfs(Files& files, const Secret& page_key, const Secret& log_key)
    : impl_(new Impl{.files = files,
                     .page_key = page_key.clone(),
                     .log_key = log_key.clone(),
                     .name = {},
                     .fault = {}}) {
  configure_sqlite();
  static std::atomic<std::uint64_t> count = 0;
  impl_->name = "magpie-" + std::to_string(++count);
  sqlite3_vfs& vfs = impl_->vfs;
  vfs.iVersion = 1;
  vfs.szOsFile = sizeof(OpenFile);
  vfs.mxPathname = 4096;
  vfs.zName = impl_->name.c_str();
  vfs.pAppData = impl_.get();
  vfs.xOpen = open_file;
  vfs.xDelete = delete_file;
  vfs.xAccess = access_file;
  vfs.xFullPathname = full_name;
  vfs.xRandomness = randomness;
  vfs.xSleep = sleep;
  vfs.xCurrentTime = current_time;
  vfs.xGetLastError = last_error;
  MAGPIE_CHECK(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK);
}

PageVfs::~PageVfs() { sqlite3_vfs_unregister(&impl_->vfs); }

const char* PageVfs::name() const { return impl_->name.c_str(); }
std::optional<Error> PageVfs::take_fault() { return std::exchange(impl_->fault, std::nullopt); }
bool PageVfs::stopped() const { return impl_->stopped; }
std::uint64_t PageVfs::log_frames() const {
  return impl_->log == nullptr ? 0 : impl_->log->frames();
}

}  // namespace magpie::client
