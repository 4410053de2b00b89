// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/data_dir.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace magpie::server {
namespace {

constexpr std::size_t kSmallFileMax = 64 * 1024;

/// A file descriptor that closes itself.
class File {
 public:
  File(const std::filesystem::path& path, int flags)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, S_IRUSR | S_IWUSR)) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return descriptor_; }
  bool open() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

bool write_all(int descriptor, std::string_view contents) {
  while (!contents.empty()) {
    const auto wrote = ::write(descriptor, contents.data(), contents.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    contents.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

}  // namespace

Result<DataDir> DataDir::lock(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::create_directories(path, error); error) {
    return fail(Errc::kStorage, "data directory: making it");
  }
  const auto lock_path = path / "lock";
  const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (lock < 0) return fail(Errc::kStorage, "data directory: lock file");
  DataDir dir(path, lock);
  if (::flock(lock, LOCK_EX | LOCK_NB) == 0) return dir;
  return fail(errno == EWOULDBLOCK ? Errc::kInUse : Errc::kStorage, "data directory: lock");
}

DataDir::DataDir(DataDir&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

DataDir& DataDir::operator=(DataDir&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

DataDir::~DataDir() {
  if (lock_ >= 0) ::close(lock_);
}

Result<void> become_owner_of(const std::filesystem::path& directory) {
  struct stat owner {};
  if (::stat(directory.c_str(), &owner) != 0) {
    return fail(errno == ENOENT ? Errc::kNotFound : Errc::kStorage, "data directory: owner");
  }
  if (::geteuid() != 0 || owner.st_uid == 0) return {};
  if (::setgroups(0, nullptr) != 0 || ::setgid(owner.st_gid) != 0 || ::setuid(owner.st_uid) != 0) {
    return fail(Errc::kStorage, "data directory: owner");
  }
  return {};
}

Result<std::string> read_small_file(const std::filesystem::path& path) {
  const File file(path, O_RDONLY);
  if (!file.open()) {
    return fail(errno == ENOENT ? Errc::kNotFound : Errc::kStorage, "file: open");
  }
  std::string contents(kSmallFileMax + 1, '\0');
  std::size_t size = 0;
  while (size < contents.size()) {
    const auto got = ::read(file.get(), contents.data() + size, contents.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(Errc::kStorage, "file: read");
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kSmallFileMax) return fail(Errc::kTooLarge, "file: size");
  contents.resize(size);
  return contents;
}

Result<void> write_private_file(const std::filesystem::path& path, std::string_view contents) {
  auto temporary = path;
  temporary += ".new";
  {
    const File file(temporary, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.open() || !write_all(file.get(), contents) || ::fsync(file.get()) != 0) {
      return fail(Errc::kStorage, "file: write");
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return fail(Errc::kStorage, "file: rename");
  const File directory(path.parent_path(), O_RDONLY | O_DIRECTORY);
  if (!directory.open() || ::fsync(directory.get()) != 0) {
    return fail(Errc::kStorage, "file: directory");
  }
  return {};
}

}  // namespace magpie::server
