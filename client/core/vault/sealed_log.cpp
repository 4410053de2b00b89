// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/vault/sealed_log.h"

#include <algorithm>

#include "crypto/base/random.h"
#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"
#include "crypto/primitives/hkdf.h"

namespace magpie::client {
namespace {

// The prologue (docs/vault.md). Header and marks are in different sectors, so that a mark torn by
// a power cut cannot take the header with it.
constexpr std::uint8_t kLive = 0xa5;
constexpr std::uint8_t kErased = 0x5a;
constexpr std::size_t kSeedAt = 1;
constexpr std::size_t kSeedSize = 32;
constexpr std::size_t kHeaderAt = kSeedAt + kSeedSize;
constexpr std::size_t kMarksAt = 512;
constexpr std::size_t kMarkSize = 8 + kSealSize;
constexpr std::size_t kSealedHeaderSize = SealedLog::kHeaderSize + kSealSize;

// In a frame's header on the disk, the place of SQLite's salt, which all frames share with the
// log's header, holds the count of synced frames.
constexpr std::size_t kSaltAt = 8;
constexpr std::size_t kSaltSize = 8;
constexpr std::size_t kHeaderSaltAt = 16;

std::uint64_t place_of(std::uint64_t frame) {
  return SealedLog::kPrologueSize + (frame - 1) * SealedLog::kFrameSize;
}

void put_number(std::uint64_t value, MutableBytes out) {
  const Buffer bytes = Writer(8).u64(value).take();
  std::ranges::copy(bytes, out.begin());
}

}  // namespace

Result<std::unique_ptr<SealedLog>> SealedLog::open(std::unique_ptr<File> file, const Secret& key) {
  std::unique_ptr<SealedLog> log(new SealedLog(std::move(file), key));
  MAGPIE_TRY_VOID(log->load());
  return log;
}

Result<void> SealedLog::load() {
  MAGPIE_TRY(const std::uint64_t size, file_->size());
  std::array<std::uint8_t, kPrologueSize> prologue{};
  MAGPIE_TRY(const std::size_t got, file_->read(0, prologue));
  if (got == 0 || prologue[0] == kErased) return {};
  auto loaded = load_prologue(prologue, size);
  // The header is synced before a frame is written: without frames, it may be cut short.
  if (!loaded && size <= kPrologueSize) {
    frame_key_ = {};
    return {};
  }
  return loaded;
}

Result<void> SealedLog::load_prologue(Bytes prologue, std::uint64_t size) {
  Secret key = generation_key(prologue.subspan(kSeedAt, kSeedSize));
  if (!open_unit(key.expose(), UnitKind::kLogHeader, 0,
                 prologue.subspan(kHeaderAt, kSealedHeaderSize), header_)) {
    return fail(Errc::kDamaged, "log: the header does not verify");
  }
  for (std::uint64_t slot = 0; slot < 2; ++slot) {
    std::array<std::uint8_t, 8> mark{};
    const Bytes sealed = prologue.subspan(kMarksAt + slot * kMarkSize, kMarkSize);
    if (open_unit(key.expose(), UnitKind::kLogMark, slot, sealed, mark)) {
      MAGPIE_TRY(const std::uint64_t marked, Reader(mark).u64());
      if (marked > marked_) mark_slot_ = 1 - slot;
      marked_ = std::max(marked_, marked);
    }
  }
  frames_ = size < kPrologueSize ? 0 : (size - kPrologueSize) / kFrameSize;
  if (marked_ > frames_) return fail(Errc::kDamaged, "log: synced frames are missing");
  durable_ = marked_;
  frame_key_ = std::move(key);
  return {};
}

Result<std::uint64_t> SealedLog::size() {
  if (frame_key_.empty()) return std::uint64_t{0};
  MAGPIE_TRY(const std::uint64_t size, file_->size());
  return size < kPrologueSize ? kHeaderSize : size - kPrologueSize + kHeaderSize;
}

Result<std::size_t> SealedLog::read(std::uint64_t offset, MutableBytes out) {
  if (frame_key_.empty()) {
    std::fill_n(out.data(), out.size(), std::uint8_t{0});
    return std::size_t{0};
  }
  if (offset == 0 && out.size() <= kHeaderSize) {
    std::copy_n(header_.begin(), out.size(), out.begin());
    return out.size();
  }
  if (offset < kHeaderSize) return fail(Errc::kUsage, "log: read");
  const std::uint64_t frame = (offset - kHeaderSize) / kFrameSize + 1;
  const std::size_t within = (offset - kHeaderSize) % kFrameSize;
  const bool whole = within == 0 && out.size() == kFrameSize;
  const bool page = within == kFrameHeaderSize && out.size() <= kPageSize;
  if (!whole && !page) return fail(Errc::kUsage, "log: read");

  std::array<std::uint8_t, kFrameSize> plain;
  const auto opened = open_frame(frame, plain);
  if (opened) {
    std::copy_n(plain.begin() + static_cast<std::ptrdiff_t>(within), out.size(), out.begin());
    wipe(plain);
    return out.size();
  }
  if (opened.error().code != Errc::kDecryptFailed) return tl::unexpected<Error>(opened.error());
  // A page alone is read only of frames that recovery, or this process, found whole.
  if (page) return fail(Errc::kDamaged, "log: a frame does not verify any more");
  MAGPIE_TRY(const bool damaged, was_durable(frame));
  if (damaged) return fail(Errc::kDamaged, "log: a frame does not verify");
  std::fill_n(out.data(), out.size(), std::uint8_t{0});
  return out.size();
}

Result<std::uint64_t> SealedLog::open_frame(std::uint64_t frame,
                                            std::span<std::uint8_t, kFrameSize> out) {
  MAGPIE_TRY(const std::size_t got, file_->read(place_of(frame), out));
  constexpr std::size_t kPlainSize = kFrameSize - kSealSize;
  MAGPIE_TRY_VOID(open_unit(frame_key_.expose(), UnitKind::kLogFrame, frame,
                            Bytes(out).first(got < kFrameSize ? 0 : kFrameSize),
                            got < kFrameSize ? MutableBytes{} : out.first(kPlainSize)));
  std::fill(out.begin() + kPlainSize, out.end(), std::uint8_t{0});
  MAGPIE_TRY(const std::uint64_t durable, Reader(out.subspan(kSaltAt, kSaltSize)).u64());
  std::copy_n(header_.begin() + kHeaderSaltAt, kSaltSize, out.begin() + kSaltAt);
  return durable;
}

Result<bool> SealedLog::was_durable(std::uint64_t frame) {
  if (frame <= durable_) return true;
  std::array<std::uint8_t, kFrameSize> plain;
  for (std::uint64_t later = frame + 1; later <= frames_; ++later) {
    const auto durable = open_frame(later, plain);
    wipe(plain);
    if (durable && *durable >= frame) return true;
    if (!durable && durable.error().code != Errc::kDecryptFailed) {
      return tl::unexpected<Error>(durable.error());
    }
  }
  return false;
}

Result<void> SealedLog::write(std::uint64_t offset, Bytes bytes) {
  if (offset == 0 && bytes.size() == kHeaderSize) return begin(bytes);
  if (offset < kHeaderSize || frame_key_.empty()) return fail(Errc::kUsage, "log: write");
  const std::uint64_t frame = (offset - kHeaderSize) / kFrameSize + 1;
  const std::size_t within = (offset - kHeaderSize) % kFrameSize;
  if (within == 0 && bytes.size() == kFrameHeaderSize) {
    pending_.emplace();
    pending_->frame = frame;
    std::ranges::copy(bytes, pending_->bytes.begin());
    return {};
  }
  if (within == kFrameHeaderSize && bytes.size() == kPageSize && pending_ &&
      pending_->frame == frame) {
    return write_frame(frame, bytes);
  }
  return fail(Errc::kUsage, "log: write");
}

Result<void> SealedLog::write_frame(std::uint64_t frame, Bytes page) {
  const auto salt = MutableBytes(pending_->bytes).subspan(kSaltAt, kSaltSize);
  if (!equal(salt, Bytes(header_).subspan(kHeaderSaltAt, kSaltSize)) ||
      std::ranges::any_of(page.last(kSealSize), [](auto byte) { return byte != 0; })) {
    return fail(Errc::kUsage, "log: frame");
  }
  put_number(durable_, salt);
  std::array<std::uint8_t, kFrameSize> sealed;
  std::ranges::copy(pending_->bytes, sealed.begin());
  std::ranges::copy(page, sealed.begin() + kFrameHeaderSize);
  seal_unit(frame_key_.expose(), UnitKind::kLogFrame, frame,
            Bytes(sealed).first(kFrameSize - kSealSize), sealed);
  pending_.reset();
  if (!first_unsynced_) first_unsynced_ = frame;
  MAGPIE_TRY_VOID(file_->write(place_of(frame), sealed));
  last_written_ = frame;
  frames_ = std::max(frames_, frame);
  return {};
}

Result<void> SealedLog::begin(Bytes header) {
  MAGPIE_TRY_VOID(erase());
  std::array<std::uint8_t, kPrologueSize> prologue{};
  prologue[0] = kLive;
  const auto seed = MutableBytes(prologue).subspan(kSeedAt, kSeedSize);
  SystemRandom().fill(seed);
  frame_key_ = generation_key(seed);
  std::ranges::copy(header, header_.begin());
  seal_unit(frame_key_.expose(), UnitKind::kLogHeader, 0, header,
            MutableBytes(prologue).subspan(kHeaderAt, kSealedHeaderSize));
  return file_->write(0, prologue);
}

Result<void> SealedLog::sync() {
  if (auto synced = file_->sync(); !synced) {
    if (first_unsynced_) (void)file_->truncate(place_of(*first_unsynced_));
    return synced;
  }
  first_unsynced_.reset();
  durable_ = std::max(durable_, last_written_);
  return durable_ > marked_ ? write_mark() : Result<void>{};
}

Result<void> SealedLog::write_mark() {
  std::array<std::uint8_t, 8> mark;
  put_number(durable_, mark);
  std::array<std::uint8_t, kMarkSize> sealed;
  seal_unit(frame_key_.expose(), UnitKind::kLogMark, mark_slot_, mark, sealed);
  MAGPIE_TRY_VOID(file_->write(kMarksAt + mark_slot_ * kMarkSize, sealed));
  marked_ = durable_;
  mark_slot_ = 1 - mark_slot_;
  return {};
}

Result<void> SealedLog::erase() {
  frame_key_ = {};
  pending_.reset();
  first_unsynced_.reset();
  frames_ = last_written_ = durable_ = marked_ = 0;
  return erase(*file_);
}

Result<void> SealedLog::erase(File& file) {
  MAGPIE_TRY(const std::uint64_t size, file.size());
  if (size == 0) return {};
  // One write, whose first byte decides: however it is cut short, the log is live or erased.
  std::array<std::uint8_t, kPrologueSize> erased{};
  erased[0] = kErased;
  MAGPIE_TRY_VOID(file.write(0, erased));
  MAGPIE_TRY_VOID(file.sync());
  MAGPIE_TRY_VOID(file.truncate(0));
  return file.sync();
}

Secret SealedLog::generation_key(Bytes seed) const {
  return crypto::hkdf_expand(crypto::HashId::kSha256, key_.expose(),
                             {as_bytes("Magpie vault log generation 1"), seed}, kVaultKeySize);
}

}  // namespace magpie::client
