// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/vault/files.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "client/core/vault/profile_lock.h"

namespace magpie::client {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> fail_by(int error, std::string_view site) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  return fail(full ? Errc::kDiskFull : Errc::kStorage, site);
}

class SystemFile final : public File {
 public:
  explicit SystemFile(int descriptor) : descriptor_(descriptor) {}
  SystemFile(const SystemFile&) = delete;
  SystemFile& operator=(const SystemFile&) = delete;
  ~SystemFile() override { ::close(descriptor_); }

  Result<std::uint64_t> size() override {
    struct stat status = {};
    if (::fstat(descriptor_, &status) != 0) return fail_by(errno, "file: size");
    return static_cast<std::uint64_t>(status.st_size);
  }

  Result<std::size_t> read(std::uint64_t offset, MutableBytes out) override {
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t got = ::pread(descriptor_, out.data() + done, out.size() - done,
                                  static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail_by(errno, "file: read");
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  Result<void> write(std::uint64_t offset, Bytes bytes) override {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t put = ::pwrite(descriptor_, bytes.data() + done, bytes.size() - done,
                                   static_cast<off_t>(offset + done));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return fail_by(errno, "file: write");
      done += static_cast<std::size_t>(put);
    }
    return {};
  }

  Result<void> truncate(std::uint64_t size) override {
    if (::ftruncate(descriptor_, static_cast<off_t>(size)) == 0) return {};
    return fail_by(errno, "file: truncate");
  }

  Result<void> sync() override {
    if (::fdatasync(descriptor_) == 0) return {};
    return fail_by(errno, "file: sync");
  }

 private:
  int descriptor_;
};

class SystemFiles final : public Files {
 public:
  Result<std::unique_ptr<File>> open(const fs::path& path, Mode mode) override {
    const int flags =
        O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | (mode == Mode::kCreate ? O_CREAT : 0);
    const int descriptor = ::open(path.c_str(), flags, 0600);
    if (descriptor >= 0) return std::make_unique<SystemFile>(descriptor);
    if (errno == ENOENT) return fail(Errc::kNotFound, "files: open");
    return fail_by(errno, "files: open");
  }

  Result<bool> exists(const fs::path& path) override {
    std::error_code error;
    const bool there = fs::exists(path, error);
    if (error) return fail_by(error.value(), "files: exists");
    return there;
  }

  Result<void> remove(const fs::path& path) override {
    if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
    return fail_by(errno, "files: remove");
  }

  Result<void> make_folder(const fs::path& path) override {
    std::error_code error;
    if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
    if (error) return fail_by(error.value(), "files: make the folders above");
    if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
    return fail_by(errno, "files: make folder");
  }

  Result<void> remove_folder(const fs::path& path) override {
    std::error_code error;
    fs::remove_all(path, error);
    if (error) return fail_by(error.value(), "files: remove folder");
    return {};
  }

  Result<void> rename(const fs::path& from, const fs::path& to) override {
    if (::rename(from.c_str(), to.c_str()) == 0) return {};
    return fail_by(errno, "files: rename");
  }

  Result<void> sync_folder(const fs::path& path) override {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return fail_by(errno, "files: open folder");
    const int synced = ::fsync(descriptor);
    const int error = errno;
    ::close(descriptor);
    // Some file systems have no notion of it (EINVAL); there is nothing more to ask of them.
    if (synced == 0 || error == EINVAL) return {};
    return fail_by(error, "files: sync folder");
  }

  Result<std::shared_ptr<void>> hold(const fs::path& folder) override {
    MAGPIE_TRY(ProfileLock lock, ProfileLock::take(folder));
    return std::make_shared<ProfileLock>(std::move(lock));
  }
};

}  // namespace

Files& system_files() {
  static SystemFiles files;
  return files;
}

}  // namespace magpie::client
