// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "client/core/vault/files.h"
#include "client/core/vault/page_seal.h"
#include "crypto/base/secret.h"

namespace magpie::client {

/// SQLite's write-ahead log (sqlite.org/fileformat2.html, "The Write-Ahead Log") over a file in
/// which its header and every frame are sealed (docs/vault.md). Offsets and sizes are SQLite's.
///
/// A frame that does not verify is either the end of a write that a crash cut short, and reads as
/// zeros, where SQLite's recovery stops; or it was on the disk once, and then the log is damaged.
/// What tells them apart is in each frame and in two marks: how many frames had been synced when
/// it was written.
///
/// Errors beside those of File: kDamaged, and kUsage for a range that SQLite never asks for with
/// the settings of Database. After an error of `write`, `sync` or `erase` make a new one.
class SealedLog {
 public:
  static constexpr std::size_t kHeaderSize = 32;                           ///< SQLite's
  static constexpr std::size_t kFrameHeaderSize = 24;                      ///< SQLite's
  static constexpr std::size_t kFrameSize = kFrameHeaderSize + kPageSize;  ///< SQLite's and ours
  static constexpr std::size_t kPrologueSize = 1024;  ///< before the first frame, on the disk

  /// Reads what is before the frames. `key` is kVaultKeySize bytes. Errors: kDamaged.
  static Result<std::unique_ptr<SealedLog>> open(std::unique_ptr<File> file, const Secret& key);

  /// How many bytes of `out` there are, as in File; the rest is zero.
  Result<std::size_t> read(std::uint64_t offset, MutableBytes out);
  /// A header of a frame waits for the page that SQLite writes next; the two are one write.
  Result<void> write(std::uint64_t offset, Bytes bytes);
  /// Where the disk refuses, the frames in question are cut off, as well as that can be done, so
  /// that no later reader takes them for stored.
  Result<void> sync();
  Result<std::uint64_t> size();
  /// Makes what the log held unreadable also from the disk's freed blocks, and empties it.
  Result<void> erase();
  static Result<void> erase(File& file);

  /// How many frames the log holds, with those that a crash cut short.
  std::uint64_t frames() const { return frames_; }

 private:
  using Header = std::array<std::uint8_t, kHeaderSize>;
  using FrameHeader = std::array<std::uint8_t, kFrameHeaderSize>;
  struct PendingHeader {
    std::uint64_t frame;
    FrameHeader bytes;
  };

  SealedLog(std::unique_ptr<File> file, const Secret& key)
      : file_(std::move(file)), key_(key.clone()) {}

  Result<void> load();
  Result<void> load_prologue(Bytes prologue, std::uint64_t size);
  Result<void> begin(Bytes header);
  Result<void> write_frame(std::uint64_t frame, Bytes page);
  Result<void> write_mark();
  /// The frame as SQLite wrote it, and the count of synced frames that it was sealed with.
  Result<std::uint64_t> open_frame(std::uint64_t frame, std::span<std::uint8_t, kFrameSize> out);
  /// Whether the frame, which does not verify, was on the disk once.
  Result<bool> was_durable(std::uint64_t frame);
  Secret generation_key(Bytes seed) const;

  std::unique_ptr<File> file_;
  Secret key_;
  Secret frame_key_;  ///< of this filling of the log; empty: there is no header
  Header header_{};
  std::optional<PendingHeader> pending_;
  std::uint64_t frames_ = 0;                     ///< that the file has room for
  std::optional<std::uint64_t> first_unsynced_;  ///< written since the last sync
  std::uint64_t last_written_ = 0;               ///< by this object
  std::uint64_t durable_ = 0;                    ///< known to be on the disk
  std::uint64_t marked_ = 0;                     ///< and so said by a mark
  std::uint64_t mark_slot_ = 0;                  ///< where the next mark goes
};

}  // namespace magpie::client
