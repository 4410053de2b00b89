// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "crypto/base/result.h"

namespace magpie::server {

/// The relay's directory while this process owns it. Move-only; gives it up when dropped.
class DataDir {
 public:
  /// Makes the directory where it is missing (for its owner alone) and locks it. Errors: kInUse
  /// where another process has it; kStorage.
  static Result<DataDir> lock(const std::filesystem::path& path);

  DataDir(DataDir&& other) noexcept;
  DataDir& operator=(DataDir&& other) noexcept;
  ~DataDir();

  const std::filesystem::path& path() const { return path_; }

 private:
  DataDir(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::filesystem::path path_;
  int lock_ = -1;
};

/// Where this process is root's and the directory somebody else's: becomes that user for good, so
/// that what is written there stays theirs. To be called before other threads run. Errors:
/// kNotFound; kStorage.
Result<void> become_owner_of(const std::filesystem::path& directory);

/// Where the rooms of a data directory are.
inline std::filesystem::path rooms_path(const std::filesystem::path& directory) {
  return directory / "rooms";
}

/// A file of at most 64 KiB, whole. Errors: kNotFound, kTooLarge, kStorage.
Result<std::string> read_small_file(const std::filesystem::path& path);
/// Puts the file in place whole or not at all, on disk when it returns, for its owner alone.
/// Errors: kStorage.
Result<void> write_private_file(const std::filesystem::path& path, std::string_view contents);

}  // namespace magpie::server
