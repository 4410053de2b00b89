// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/vault/profile_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace magpie::client {
namespace {

/// No such descriptor: moved from.
constexpr int kNone = -1;

}  // namespace

Result<ProfileLock> ProfileLock::take(const std::filesystem::path& profile) {
  const int descriptor =
      ::open((profile / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return fail(Errc::kStorage, "profile lock: open");
  ProfileLock lock(descriptor);
  int locked = 0;
  do {
    locked = ::flock(descriptor, LOCK_EX | LOCK_NB);
  } while (locked != 0 && errno == EINTR);
  if (locked == 0) return lock;
  if (errno == EWOULDBLOCK) return fail(Errc::kInUse, "profile lock: held");
  return fail(Errc::kStorage, "profile lock: flock");
}

ProfileLock::ProfileLock(ProfileLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, kNone)) {}

ProfileLock& ProfileLock::operator=(ProfileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

ProfileLock::~ProfileLock() {
  if (descriptor_ != kNone) ::close(descriptor_);
}

}  // namespace magpie::client
