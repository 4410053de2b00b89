// SPDX-License-Identifier: GPL-3.0-or-later
// The files of a vault, altered on the disk: its write-ahead log and its pages. What is read is
// what was written, or zeros where SQLite takes them for the end, or nothing; never anything else.
#include <algorithm>

#include "client/core/vault/sealed_log.h"
#include "client/core/vault/sealed_pages.h"
#include "crypto/base/check.h"
#include "tests/client/vault/simulated_disk.h"
#include "tests/fuzz/alter.h"

namespace magpie::client {
namespace {

using fuzz::Alterations;
using test::Image;
using test::SimulatedDisk;

constexpr std::uint64_t kFrames = 4;
constexpr std::uint64_t kSynced = 3;
constexpr std::uint64_t kPages = 3;
const std::string kLog = "/wal";
const std::string kDatabase = "/db";
const Secret& key() {
  static const Secret kKey = Secret::copy_of(Buffer(kVaultKeySize, 3));
  return kKey;
}

std::unique_ptr<File> open(SimulatedDisk& disk, const std::string& path) {
  return disk.open(path, Files::Mode::kCreate).value();
}

Buffer header() { return Buffer(SealedLog::kHeaderSize, 0x11); }

/// As SQLite writes it: the header's salt in it, and no content where the seal goes.
Buffer frame(std::uint64_t number) {
  Buffer bytes(SealedLog::kFrameSize, static_cast<std::uint8_t>(number));
  std::fill_n(bytes.begin() + 8, 8, std::uint8_t{0x11});
  std::fill(bytes.end() - kSealSize, bytes.end(), std::uint8_t{0});
  return bytes;
}

Buffer page(std::uint64_t number) {
  Buffer bytes(kPageSize, static_cast<std::uint8_t>(0x40 + number));
  std::fill(bytes.end() - kSealSize, bytes.end(), std::uint8_t{0});
  return bytes;
}

std::uint64_t place(std::uint64_t number) {
  return SealedLog::kHeaderSize + (number - 1) * SealedLog::kFrameSize;
}

void write(SealedLog& log, std::uint64_t number) {
  const Buffer bytes = frame(number);
  MAGPIE_CHECK(log.write(place(number), Bytes(bytes).first(SealedLog::kFrameHeaderSize)));
  MAGPIE_CHECK(log.write(place(number) + SealedLog::kFrameHeaderSize,
                         Bytes(bytes).subspan(SealedLog::kFrameHeaderSize)));
}

const Image& written() {
  static const Image image = [] {
    SimulatedDisk disk;
    auto log = SealedLog::open(open(disk, kLog), key()).value();
    MAGPIE_CHECK(log->write(0, header()));
    for (std::uint64_t number = 1; number <= kFrames; ++number) {
      write(*log, number);
      if (number <= kSynced) MAGPIE_CHECK(log->sync());
    }
    SealedPages pages(open(disk, kDatabase), key());
    for (std::uint64_t i = 0; i < kPages; ++i) MAGPIE_CHECK(pages.write(i * kPageSize, page(i)));
    return disk.image();
  }();
  return image;
}

bool is_zero(Bytes bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t b) { return b == 0; });
}

/// Single bytes, a unit put in another's place, a length.
void alter(Alterations& alterations, Buffer& file, std::size_t unit, std::size_t first) {
  for (std::size_t i = alterations.below(4); i > 0 && !file.empty(); --i) {
    file[alterations.below(file.size())] ^= static_cast<std::uint8_t>(1 + alterations.below(255));
  }
  if (alterations.here()) {
    const std::size_t from = first + alterations.below(3) * unit;
    const std::size_t to = first + alterations.below(3) * unit;
    std::copy_n(file.begin() + static_cast<std::ptrdiff_t>(from), unit,
                file.begin() + static_cast<std::ptrdiff_t>(to));
  }
  if (alterations.here()) file.resize(alterations.below(file.size() + unit));
}

void read_log(Alterations& alterations) {
  Image image = written();
  alter(alterations, image.at(kLog), SealedLog::kFrameSize, SealedLog::kPrologueSize);
  const bool genuine = image.at(kLog) == Image(written()).at(kLog);
  SimulatedDisk disk(std::move(image));
  const auto log = SealedLog::open(open(disk, kLog), key());
  MAGPIE_CHECK(log || !genuine);
  if (!log) return;
  Buffer found(SealedLog::kHeaderSize);
  if ((*log)->read(0, found)) MAGPIE_CHECK(found == header() || is_zero(found));
  for (std::uint64_t number = 1; number <= kFrames; ++number) {
    Buffer out(SealedLog::kFrameSize);
    const auto got = (*log)->read(place(number), out);
    MAGPIE_CHECK(!genuine || (got && out == frame(number)));
    MAGPIE_CHECK(!got || out == frame(number) || is_zero(out));
  }
}

void read_pages(Alterations& alterations) {
  Image image = written();
  alter(alterations, image.at(kDatabase), kPageSize, 0);
  SimulatedDisk disk(std::move(image));
  SealedPages pages(open(disk, kDatabase), key());
  for (std::uint64_t i = 0; i < kPages; ++i) {
    Buffer out(kPageSize);
    if (pages.read(i * kPageSize, out)) MAGPIE_CHECK(out == page(i) || is_zero(out));
  }
}

}  // namespace
}  // namespace magpie::client

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  magpie::fuzz::Alterations alterations(data, size);
  if (alterations.below(2) == 0) {
    magpie::client::read_log(alterations);
  } else {
    magpie::client::read_pages(alterations);
  }
  return 0;
}
