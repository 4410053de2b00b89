// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/torn_log.h"

#include <rocksdb/write_batch.h>

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"

namespace magpie::server {

namespace {

/// The number and its complement: one sector, so that a disk writes all of it or nothing.
constexpr std::size_t kMarkBytes = 16;

std::string path_in(const std::filesystem::path& folder) { return (folder / "synced").string(); }

std::string encode(std::uint64_t sequence) {
  return std::string(as_text(Writer().u64(sequence).u64(~sequence).view()));
}

}  // namespace

std::uint64_t SyncedMark::read(rocksdb::Env& environment, const std::filesystem::path& folder) {
  std::string text;
  if (!rocksdb::ReadFileToString(&environment, path_in(folder), &text).ok()) return 0;
  Reader reader(as_bytes(text));
  const auto sequence = reader.u64();
  const auto complement = reader.u64();
  const bool whole = sequence && complement && reader.at_end() && *sequence == ~*complement;
  return whole ? *sequence : 0;
}

Result<SyncedMark> SyncedMark::open(rocksdb::Env& environment,
                                    const std::filesystem::path& folder) {
  const auto path = path_in(folder);
  const auto& files = environment.GetFileSystem();
  rocksdb::Status status;
  if (files->FileExists(path, {}, nullptr).IsNotFound()) {
    status = rocksdb::WriteStringToFile(&environment, std::string(kMarkBytes, '\0'), path);
  }
  std::unique_ptr<rocksdb::FSRandomRWFile> file;
  if (status.ok()) status = files->NewRandomRWFile(path, {}, &file, nullptr);
  if (status.IsNoSpace()) return fail(Errc::kDiskFull, "rocksdb: mark");
  if (!status.ok()) return fail(Errc::kStorage, "rocksdb: mark");
  return SyncedMark(std::move(file));
}

rocksdb::Status SyncedMark::set(std::uint64_t sequence) {
  return file_->Write(0, encode(sequence), {}, nullptr);
}

rocksdb::Status SyncedMark::sync() { return file_->Sync({}, nullptr); }

NoGaps::WalProcessingOption NoGaps::LogRecordFound(unsigned long long, const std::string&,
                                                   const rocksdb::WriteBatch& batch,
                                                   rocksdb::WriteBatch*, bool*) {
  // A batch begins with the sequence number of its first change, little-endian.
  const auto& bytes = batch.Data();
  std::uint64_t first = 0;
  for (std::size_t i = 8; i-- > 0;) first = first << 8 | static_cast<std::uint8_t>(bytes[i]);
  if (next_ && first > *next_) return WalProcessingOption::kStopReplay;
  next_ = first + batch.Count();
  return WalProcessingOption::kContinueProcessing;
}

}  // namespace magpie::server
