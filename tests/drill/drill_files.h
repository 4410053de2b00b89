// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <rocksdb/file_system.h>

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/seeded_random.h"

namespace magpie::server::drill {

/// Real files whose syncs are only noted, so that a power cut can take back what was not synced,
/// and whose operations can be made to fail. Each change of a file or folder is one operation,
/// counted from 1. Thread-safe.
class DrillFiles final : public rocksdb::FileSystemWrapper {
 public:
  enum class Fault { kNone, kPowerCut, kError, kNoSpace };

  /// A disk that is not `honest` says that it synced and did not.
  explicit DrillFiles(bool honest)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), honest_(honest) {}
  const char* Name() const override { return "DrillFiles"; }

  /// At this operation: the power goes, and nothing works any more; or that one operation fails.
  void plan(Fault fault, std::uint64_t operation);
  std::uint64_t operations() const;
  /// Whether the planned operation came.
  bool struck() const;

  /// After a power cut, with no file open: takes back of what was not synced as much as the random
  /// numbers say, each file and each folder's change on its own. Where `torn`, what is kept of a
  /// file may end in zeros, or have pages in it that were never written.
  void lose_unsynced(magpie::test::SeededRandom& random, bool torn);

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomRWFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSRandomRWFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* folder,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;

 private:
  class File;
  class OverwrittenFile;
  class Folder;
  /// A change of a folder that is not synced yet.
  struct Change {
    enum class Kind { kCreated, kDeleted, kRenamed } kind;
    std::string path;
    std::string from;       // kRenamed
    std::string before;     // what a deleted or replaced file held
    bool replaced = false;  // kRenamed: there was a file at `path`
  };

  /// What becomes of the next operation: carried out, unless this says otherwise.
  rocksdb::IOStatus next();
  bool is_cut() const;
  void synced(const std::string& path, std::uint64_t size);
  void overwriting(const std::string& path);
  void overwrites_synced(const std::string& path);
  static void tear(std::string& bytes, std::uint64_t synced, magpie::test::SeededRandom& random);
  void folder_synced();
  void take_back(const Change& change);

  const bool honest_;
  mutable std::mutex mutex_;
  Fault fault_ = Fault::kNone;
  std::uint64_t at_ = 0;
  std::uint64_t operations_ = 0;
  bool cut_ = false;
  bool struck_ = false;
  std::map<std::string, std::uint64_t> synced_;     // bytes of each file that are on the disk
  std::map<std::string, std::string> overwritten_;  // as of the last sync, where overwritten since
  std::vector<Change> changes_;
};

}  // namespace magpie::server::drill
