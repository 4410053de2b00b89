// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/drill/drill_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace magpie::server::drill {

namespace fs = std::filesystem;
using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

namespace {

std::string contents(const std::string& path) {
  std::error_code missing;
  const auto size = fs::file_size(path, missing);
  std::string bytes(missing ? 0 : size, '\0');
  std::ifstream(path, std::ios::binary)
      .read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

void put(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace

class DrillFiles::File final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  File(DrillFiles& files, std::string path, std::unique_ptr<rocksdb::FSWritableFile>&& target)
      : FSWritableFileOwnerWrapper(std::move(target)), files_(files), path_(std::move(path)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    const auto status = files_.next();
    if (status.ok()) return FSWritableFileOwnerWrapper::Append(data, options, debug);
    // A write that fails may have written some of it.
    if (!files_.is_cut()) {
      (void)FSWritableFileOwnerWrapper::Append(Slice(data.data(), data.size() / 2), options, debug);
    }
    return status;
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    const auto status = files_.next();
    return status.ok() ? FSWritableFileOwnerWrapper::Truncate(size, options, debug) : status;
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    const auto status = files_.next();
    if (!status.ok()) return status;
    const auto flushed = FSWritableFileOwnerWrapper::Flush(options, debug);
    if (flushed.ok()) files_.synced(path_, GetFileSize(options, debug));
    return flushed;
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Sync(options, debug);
  }
  IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();  // a hint, no promise
  }

 private:
  DrillFiles& files_;
  std::string path_;
};

/// A file of one sector: a write is there whole or not at all.
class DrillFiles::OverwrittenFile final : public rocksdb::FSRandomRWFileOwnerWrapper {
 public:
  OverwrittenFile(DrillFiles& files, std::string path,
                  std::unique_ptr<rocksdb::FSRandomRWFile>&& target)
      : FSRandomRWFileOwnerWrapper(std::move(target)), files_(files), path_(std::move(path)) {}

  IOStatus Write(std::uint64_t offset, const Slice& data, const IOOptions& options,
                 IODebugContext* debug) override {
    const auto status = files_.next();
    if (!status.ok()) return status;
    files_.overwriting(path_);
    return FSRandomRWFileOwnerWrapper::Write(offset, data, options, debug);
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    auto status = files_.next();
    if (status.ok()) files_.overwrites_synced(path_);
    return status;
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Sync(options, debug);
  }

 private:
  DrillFiles& files_;
  std::string path_;
};

class DrillFiles::Folder final : public rocksdb::FSDirectory {
 public:
  explicit Folder(DrillFiles& files) : files_(files) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    auto status = files_.next();
    if (status.ok()) files_.folder_synced();
    return status;
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  DrillFiles& files_;
};

void DrillFiles::plan(Fault fault, std::uint64_t operation) {
  const std::lock_guard lock(mutex_);
  fault_ = fault;
  at_ = operation;
}

std::uint64_t DrillFiles::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}

bool DrillFiles::struck() const {
  const std::lock_guard lock(mutex_);
  return struck_;
}

bool DrillFiles::is_cut() const {
  const std::lock_guard lock(mutex_);
  return cut_;
}

IOStatus DrillFiles::next() {
  const std::lock_guard lock(mutex_);
  ++operations_;
  if (cut_) return IOStatus::IOError("drill: no power");
  if (fault_ == Fault::kNone || operations_ != at_) return IOStatus::OK();
  struck_ = true;
  cut_ = fault_ == Fault::kPowerCut;
  return fault_ == Fault::kNoSpace ? IOStatus::NoSpace("drill") : IOStatus::IOError("drill");
}

void DrillFiles::synced(const std::string& path, std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  if (honest_) synced_[path] = size;
}

void DrillFiles::overwriting(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (!overwritten_.contains(path)) overwritten_.emplace(path, contents(path));
}

void DrillFiles::overwrites_synced(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (!honest_) return;
  overwritten_.erase(path);
  if (const auto size = synced_.find(path); size != synced_.end())
    size->second = fs::file_size(path);
}

void DrillFiles::folder_synced() {
  const std::lock_guard lock(mutex_);
  changes_.clear();
}

IOStatus DrillFiles::NewWritableFile(const std::string& path, const FileOptions& options,
                                     std::unique_ptr<rocksdb::FSWritableFile>* file,
                                     IODebugContext* debug) {
  auto status = next();
  if (!status.ok()) return status;
  std::unique_ptr<rocksdb::FSWritableFile> target;
  status = FileSystemWrapper::NewWritableFile(path, options, &target, debug);
  if (!status.ok()) return status;
  const std::lock_guard lock(mutex_);
  synced_[path] = 0;
  changes_.push_back({Change::Kind::kCreated, path, {}, {}, false});
  *file = std::make_unique<File>(*this, path, std::move(target));
  return status;
}

IOStatus DrillFiles::ReopenWritableFile(const std::string& path, const FileOptions& options,
                                        std::unique_ptr<rocksdb::FSWritableFile>* file,
                                        IODebugContext* debug) {
  auto status = next();
  if (!status.ok()) return status;
  std::unique_ptr<rocksdb::FSWritableFile> target;
  status = FileSystemWrapper::ReopenWritableFile(path, options, &target, debug);
  if (status.ok()) *file = std::make_unique<File>(*this, path, std::move(target));
  return status;
}

IOStatus DrillFiles::NewRandomRWFile(const std::string& path, const FileOptions& options,
                                     std::unique_ptr<rocksdb::FSRandomRWFile>* file,
                                     IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSRandomRWFile> target;
  auto status = FileSystemWrapper::NewRandomRWFile(path, options, &target, debug);
  if (status.ok()) *file = std::make_unique<OverwrittenFile>(*this, path, std::move(target));
  return status;
}

IOStatus DrillFiles::NewDirectory(const std::string&, const IOOptions&,
                                  std::unique_ptr<rocksdb::FSDirectory>* folder, IODebugContext*) {
  *folder = std::make_unique<Folder>(*this);
  return IOStatus::OK();
}

IOStatus DrillFiles::DeleteFile(const std::string& path, const IOOptions& options,
                                IODebugContext* debug) {
  auto status = next();
  if (!status.ok()) return status;
  Change change{Change::Kind::kDeleted, path, {}, contents(path), false};
  status = FileSystemWrapper::DeleteFile(path, options, debug);
  const std::lock_guard lock(mutex_);
  if (status.ok()) changes_.push_back(std::move(change));
  return status;
}

IOStatus DrillFiles::RenameFile(const std::string& from, const std::string& to,
                                const IOOptions& options, IODebugContext* debug) {
  auto status = next();
  if (!status.ok()) return status;
  Change change{Change::Kind::kRenamed, to, from, contents(to), fs::exists(to)};
  status = FileSystemWrapper::RenameFile(from, to, options, debug);
  const std::lock_guard lock(mutex_);
  if (!status.ok()) return status;
  changes_.push_back(std::move(change));
  synced_[to] = synced_[from];
  synced_.erase(from);
  return status;
}

void DrillFiles::take_back(const Change& change) {
  std::error_code error;
  switch (change.kind) {
    case Change::Kind::kCreated:
      fs::remove(change.path, error);
      return;
    case Change::Kind::kDeleted:
      put(change.path, change.before);
      synced_[change.path] = change.before.size();
      return;
    case Change::Kind::kRenamed:
      fs::rename(change.path, change.from, error);
      synced_[change.from] = synced_[change.path];
      if (!change.replaced) return;
      put(change.path, change.before);
      synced_[change.path] = change.before.size();
  }
}

void DrillFiles::lose_unsynced(magpie::test::SeededRandom& random, bool torn) {
  const std::lock_guard lock(mutex_);
  // A folder's changes reach the disk in their order: the later ones are lost.
  const auto kept = random.below(changes_.size() + 1);
  for (auto at = changes_.size(); at > kept; --at) take_back(changes_[at - 1]);
  for (const auto& [path, before] : overwritten_) {
    if (fs::exists(path) && random.chance(500)) put(path, before);
  }
  for (const auto& [path, size] : synced_) {
    if (!fs::exists(path)) continue;
    auto bytes = contents(path);
    if (bytes.size() <= size) continue;
    bytes.resize(size + random.below(bytes.size() - size + 1));
    if (torn && bytes.size() > size) tear(bytes, size, random);
    put(path, bytes);
  }
}

/// Of what was not synced, the end or single pages are as they were before: zeros.
void DrillFiles::tear(std::string& bytes, std::uint64_t synced,
                      magpie::test::SeededRandom& random) {
  constexpr std::size_t kPage = 512;  // sectors, so that short tails are torn within, too
  if (random.chance(300)) {
    const auto from = synced + random.below(bytes.size() - synced);
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.end(), '\0');
  }
  if (random.chance(500)) return;
  for (auto at = synced; at < bytes.size(); at = (at / kPage + 1) * kPage) {
    if (!random.chance(250)) continue;
    const auto end = std::min((at / kPage + 1) * kPage, bytes.size());
    for (auto i = at; i < end; ++i) bytes[i] = 0;
  }
}

}  // namespace magpie::server::drill
