// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>

#include "crypto/base/bytes.h"
#include "crypto/base/result.h"

namespace magpie::client {

/// An open file. Errors of every function: kDiskFull where the disk or a quota is full, kStorage
/// for the rest. One thread uses it; dropping it closes it and syncs nothing.
class File {
 public:
  virtual ~File() = default;
  /// In bytes.
  virtual Result<std::uint64_t> size() = 0;
  /// Fills `out` from `offset`; how many bytes there were. Fewer only at the file's end.
  virtual Result<std::size_t> read(std::uint64_t offset, MutableBytes out) = 0;
  /// All of `bytes`; after an error any part of them may have been written.
  virtual Result<void> write(std::uint64_t offset, Bytes bytes) = 0;
  virtual Result<void> truncate(std::uint64_t size) = 0;
  /// What was written, and the size, is on the disk when it returns. After an error nothing is
  /// known of what was written since the last success, and asking again does not help.
  virtual Result<void> sync() = 0;
};

/// What the vault asks of a file system, so that tests can put one in its place that fails,
/// forgets what was not synced, or stops at any instant. Files and folders are made for their
/// owner alone. Errors as of File. Thread-safe.
class Files {
 public:
  enum class Mode { kExisting, kCreate };

  virtual ~Files() = default;
  /// Errors: also kNotFound for kExisting.
  virtual Result<std::unique_ptr<File>> open(const std::filesystem::path& path, Mode mode) = 0;
  virtual Result<bool> exists(const std::filesystem::path& path) = 0;
  /// A file that is not there is no error.
  virtual Result<void> remove(const std::filesystem::path& path) = 0;
  /// With the folders above it; one that is there is no error.
  virtual Result<void> make_folder(const std::filesystem::path& path) = 0;
  /// With everything in it; one that is not there is no error.
  virtual Result<void> remove_folder(const std::filesystem::path& path) = 0;
  /// A file or a folder, at once; a file that is there is replaced.
  virtual Result<void> rename(const std::filesystem::path& from,
                              const std::filesystem::path& to) = 0;
  /// Names made, moved and removed in the folder are on the disk when it returns.
  virtual Result<void> sync_folder(const std::filesystem::path& path) = 0;
  /// Keeps a folder for one holder until what is returned is dropped. Errors: also kInUse.
  virtual Result<std::shared_ptr<void>> hold(const std::filesystem::path& folder) = 0;
};

/// The operating system's.
Files& system_files();

}  // namespace magpie::client
