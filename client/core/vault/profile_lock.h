// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "crypto/base/result.h"

namespace magpie::client {

/// Keeps a profile to one holder: one process, and one open vault in it. The file `lock` in the
/// profile's folder is held by flock(2) and stays when released; its contents mean nothing. A
/// process that dies releases it. Move-only; any thread may drop it.
class ProfileLock {
 public:
  /// Takes the lock of the folder `profile`, which exists. Does not wait. Errors: kInUse where
  /// somebody holds it; kStorage where the file cannot be made or locked.
  static Result<ProfileLock> take(const std::filesystem::path& profile);

  ProfileLock(ProfileLock&& other) noexcept;
  ProfileLock& operator=(ProfileLock&& other) noexcept;
  ProfileLock(const ProfileLock&) = delete;
  ProfileLock& operator=(const ProfileLock&) = delete;
  ~ProfileLock();

 private:
  explicit ProfileLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace magpie::client
