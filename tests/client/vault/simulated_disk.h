// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/core/vault/files.h"
#include "tests/support/seeded_random.h"

namespace magpie::client::test {

/// What is on a disk: names of files and folders, and the files' contents.
struct Image {
  static constexpr int kFolder = 0;
  std::map<std::string, int> names;  ///< kFolder, or which content
  std::map<int, Buffer> contents;
  int last_content = 0;

  /// The contents under a name, which must be there.
  Buffer& at(const std::string& path) { return contents.at(names.at(path)); }
};

/// One thing that changed a disk, or asked for a change to be kept.
struct Operation {
  enum class Kind { kMakeFolder, kCreate, kRemove, kRename, kWrite, kTruncate, kSync, kSyncFolder };
  Kind kind;
  std::string path;         ///< of a name
  std::string new_path;     ///< kRename
  int content = 0;          ///< of a file's contents
  std::uint64_t place = 0;  ///< of a write, or the new size
  Buffer bytes;
  bool failed = false;

  bool names() const;  ///< whether it changes names
  bool data() const { return kind == Kind::kWrite || kind == Kind::kTruncate; }
};

/// A disk in memory that writes down all that is done to it, so that a test can look at every
/// instant of it, and that fails where it is told to. One thread uses it.
class SimulatedDisk final : public Files {
 public:
  explicit SimulatedDisk(Image image = {}) : image_(std::move(image)), start_(image_) {}

  const Image& image() const { return image_; }
  const std::vector<Operation>& operations() const { return operations_; }
  /// The operation of this number fails: a write after half of it, a sync without promise.
  void fail_at(std::size_t operation, Errc code) { failure_ = {operation, code}; }
  /// The read of this number fails.
  void fail_read_at(std::size_t read) { failing_read_ = read; }
  std::size_t reads() const { return reads_; }

  /// What is left when the process ends after `count` operations and `torn` bytes of the next.
  Image after_crash(std::size_t count, std::size_t torn = 0) const;
  /// What is left when the power goes after `count` operations: what was synced, and of the rest
  /// of each file any part, in sectors; names in their order, up to any of them.
  Image after_power_cut(std::size_t count, magpie::test::SeededRandom& random) const;

  Result<std::unique_ptr<File>> open(const std::filesystem::path& path, Mode mode) override;
  Result<bool> exists(const std::filesystem::path& path) override;
  Result<void> remove(const std::filesystem::path& path) override;
  Result<void> make_folder(const std::filesystem::path& path) override;
  Result<void> remove_folder(const std::filesystem::path& path) override;
  Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  Result<void> sync_folder(const std::filesystem::path& path) override;
  Result<std::shared_ptr<void>> hold(const std::filesystem::path& folder) override;

  /// Does and writes down an operation, or fails it.
  Result<void> perform(Operation operation);
  Result<std::size_t> read(int content, std::uint64_t offset, MutableBytes out);
  std::uint64_t size(int content) const { return image_.contents.at(content).size(); }

 private:
  struct Failure {
    std::size_t operation;
    Errc code;
  };

  Image image_;
  Image start_;
  std::vector<Operation> operations_;
  std::optional<Failure> failure_;
  std::optional<std::size_t> failing_read_;
  std::size_t reads_ = 0;
  std::set<std::string> held_;
};

}  // namespace magpie::client::test
