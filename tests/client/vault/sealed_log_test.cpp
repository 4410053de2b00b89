// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/vault/sealed_log.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "client/core/vault/sealed_pages.h"
#include "tests/client/vault/simulated_disk.h"
#include "tests/support/seeded_random.h"

namespace magpie::client {
namespace {

using magpie::test::SeededRandom;
using test::Image;
using test::SimulatedDisk;
using Frame = std::array<std::uint8_t, SealedLog::kFrameSize>;

const std::string kLogPath = "/db-wal";

class SealedLogTest : public testing::Test {
 protected:
  std::unique_ptr<SealedLog> open(SimulatedDisk& disk) {
    return SealedLog::open(disk.open(kLogPath, Files::Mode::kCreate).value(), key_).value();
  }
  /// A header as SQLite writes it, with the salt that its frames repeat.
  Buffer header() const {
    Buffer bytes(SealedLog::kHeaderSize, 0x11);
    return bytes;
  }
  Frame frame(std::uint64_t number) const {
    Frame bytes{};
    bytes.fill(static_cast<std::uint8_t>(number));
    std::fill_n(bytes.begin() + 8, 8, std::uint8_t{0x11});
    std::fill(bytes.end() - kSealSize, bytes.end(), std::uint8_t{0});
    return bytes;
  }
  static std::uint64_t place(std::uint64_t number) {
    return SealedLog::kHeaderSize + (number - 1) * SealedLog::kFrameSize;
  }
  void write(SealedLog& log, std::uint64_t number) {
    const Frame bytes = frame(number);
    ASSERT_TRUE(log.write(place(number), Bytes(bytes).first(24)).has_value());
    ASSERT_TRUE(log.write(place(number) + 24, Bytes(bytes).subspan(24)).has_value());
  }
  Errc read(SealedLog& log, std::uint64_t number, Frame& out) {
    const auto got = log.read(place(number), out);
    return got ? Errc{} : got.error().code;
  }
  void expect_frame(SealedLog& log, std::uint64_t number) {
    Frame found{};
    EXPECT_EQ(read(log, number, found), Errc{});
    EXPECT_EQ(found, frame(number)) << number;
  }
  void expect_end(SealedLog& log, std::uint64_t number) {
    Frame found{};
    EXPECT_EQ(read(log, number, found), Errc{});
    EXPECT_EQ(found, Frame{}) << number;
  }
  void expect_damaged(SealedLog& log, std::uint64_t number) {
    Frame found{};
    EXPECT_EQ(read(log, number, found), Errc::kDamaged) << number;
  }
  static std::size_t on_disk(std::uint64_t number) {
    return SealedLog::kPrologueSize + (number - 1) * SealedLog::kFrameSize;
  }

  SeededRandom random_{1};
  Secret key_ = random_.secret(kVaultKeySize);
};

TEST_F(SealedLogTest, gives_back_what_was_written_and_writes_each_frame_once) {
  SimulatedDisk disk;
  auto log = open(disk);
  ASSERT_TRUE(log->write(0, header()).has_value());
  const std::size_t before = disk.operations().size();
  for (std::uint64_t number = 1; number <= 4; ++number) write(*log, number);
  EXPECT_EQ(disk.operations().size(), before + 4);
  ASSERT_TRUE(log->sync().has_value());
  log = open(disk);
  EXPECT_EQ(log->size().value(), place(5));
  Buffer found(SealedLog::kHeaderSize);
  EXPECT_EQ(log->read(0, found).value(), found.size());
  EXPECT_EQ(found, header());
  for (std::uint64_t number = 1; number <= 4; ++number) expect_frame(*log, number);
}

TEST_F(SealedLogTest, a_frame_that_was_never_synced_is_the_end) {
  SimulatedDisk disk;
  {
    auto log = open(disk);
    ASSERT_TRUE(log->write(0, header()).has_value());
    write(*log, 1);
    ASSERT_TRUE(log->sync().has_value());
    for (std::uint64_t number = 2; number <= 4; ++number) write(*log, number);
  }
  // Of three frames that were written and not synced, the first did not reach the disk.
  Image image = disk.image();
  image.at(kLogPath)[on_disk(2) + 100] ^= 1;
  SimulatedDisk torn(image);
  const auto log = open(torn);
  expect_frame(*log, 1);
  expect_end(*log, 2);
}

TEST_F(SealedLogTest, a_frame_that_was_synced_is_damaged) {
  SimulatedDisk disk;
  {
    auto log = open(disk);
    ASSERT_TRUE(log->write(0, header()).has_value());
    write(*log, 1);
    write(*log, 2);
    ASSERT_TRUE(log->sync().has_value());
  }
  for (const std::uint64_t number : {1, 2}) {
    Image image = disk.image();
    image.at(kLogPath)[on_disk(number) + 4119] ^= 0x80;
    SimulatedDisk changed(image);
    expect_damaged(*open(changed), number);
  }
}

TEST_F(SealedLogTest, later_frames_know_what_was_synced_without_the_marks) {
  SimulatedDisk disk;
  {
    auto log = open(disk);
    ASSERT_TRUE(log->write(0, header()).has_value());
    for (std::uint64_t number = 1; number <= 3; ++number) {
      write(*log, number);
      ASSERT_TRUE(log->sync().has_value());
    }
  }
  Image image = disk.image();
  std::fill_n(image.at(kLogPath).begin() + 512, 512, std::uint8_t{0});
  image.at(kLogPath)[on_disk(2)] ^= 1;
  SimulatedDisk changed(image);
  const auto log = open(changed);
  expect_frame(*log, 1);
  expect_damaged(*log, 2);
}

TEST_F(SealedLogTest, missing_synced_frames_are_damage) {
  SimulatedDisk disk;
  {
    auto log = open(disk);
    ASSERT_TRUE(log->write(0, header()).has_value());
    write(*log, 1);
    write(*log, 2);
    ASSERT_TRUE(log->sync().has_value());
  }
  Image image = disk.image();
  image.at(kLogPath).resize(on_disk(2));
  SimulatedDisk cut(image);
  const auto log = SealedLog::open(cut.open(kLogPath, Files::Mode::kExisting).value(), key_);
  ASSERT_FALSE(log.has_value());
  EXPECT_EQ(log.error().code, Errc::kDamaged);
}

TEST_F(SealedLogTest, an_erased_log_cannot_be_read_even_where_its_frames_are_found) {
  SimulatedDisk disk;
  auto log = open(disk);
  ASSERT_TRUE(log->write(0, header()).has_value());
  write(*log, 1);
  ASSERT_TRUE(log->sync().has_value());
  const Buffer frames = disk.image().contents.at(disk.image().names.at(kLogPath));
  ASSERT_TRUE(log->erase().has_value());
  EXPECT_EQ(log->size().value(), 0U);

  const auto& done = disk.operations();
  ASSERT_GE(done.size(), 4U);
  using Kind = test::Operation::Kind;
  const auto* last = &done[done.size() - 4];
  ASSERT_EQ(last[0].kind, Kind::kWrite);
  EXPECT_EQ(last[1].kind, Kind::kSync);
  EXPECT_EQ(last[2].kind, Kind::kTruncate);
  EXPECT_EQ(last[3].kind, Kind::kSync);
  // What the erasing write leaves has nothing of the seed that the frames' key came from.
  EXPECT_EQ(last[0].bytes.size(), SealedLog::kPrologueSize);
  EXPECT_TRUE(std::all_of(last[0].bytes.begin() + 1, last[0].bytes.end(),
                          [](auto byte) { return byte == 0; }));
  Image image = disk.image();
  image.at(kLogPath) = frames;
  std::ranges::copy(last[0].bytes, image.at(kLogPath).begin());
  SimulatedDisk found(image);
  EXPECT_EQ(open(found)->size().value(), 0U);
}

TEST_F(SealedLogTest, frames_of_an_earlier_filling_do_not_verify_in_a_later_one) {
  SimulatedDisk disk;
  auto log = open(disk);
  ASSERT_TRUE(log->write(0, header()).has_value());
  write(*log, 1);
  const Buffer old = disk.image().contents.at(disk.image().names.at(kLogPath));
  ASSERT_TRUE(log->erase().has_value());
  ASSERT_TRUE(log->write(0, header()).has_value());
  Image image = disk.image();
  Buffer& file = image.at(kLogPath);
  file.insert(file.end(), old.begin() + SealedLog::kPrologueSize, old.end());
  SimulatedDisk spliced(image);
  expect_end(*open(spliced), 1);
}

TEST_F(SealedLogTest, what_is_not_a_write_of_sqlite_is_refused) {
  SimulatedDisk disk;
  auto log = open(disk);
  const Frame bytes = frame(1);
  EXPECT_FALSE(log->write(place(1), Bytes(bytes).first(24)).has_value()) << "no header yet";
  ASSERT_TRUE(log->write(0, header()).has_value());
  EXPECT_FALSE(log->write(place(1) + 24, Bytes(bytes).subspan(24)).has_value())
      << "no frame header";
  EXPECT_FALSE(log->write(place(1), Bytes(bytes).first(8)).has_value());
  Frame reserved = bytes;
  reserved.back() = 1;
  ASSERT_TRUE(log->write(place(1), Bytes(reserved).first(24)).has_value());
  EXPECT_FALSE(log->write(place(1) + 24, Bytes(reserved).subspan(24)).has_value())
      << "the seal's room is taken";
}

TEST_F(SealedLogTest, any_bytes_are_read_as_a_log_or_refused) {
  for (int round = 0; round < 200; ++round) {
    Image image;
    image.names[kLogPath] = image.last_content = 1;
    Buffer& bytes = image.contents[1];
    bytes.resize(random_.below(3 * SealedLog::kFrameSize));
    random_.fill(bytes);
    SimulatedDisk disk(image);
    auto log = SealedLog::open(disk.open(kLogPath, Files::Mode::kExisting).value(), key_);
    if (log) {
      EXPECT_EQ((*log)->size().value(), 0U);
    } else {
      EXPECT_EQ(log.error().code, Errc::kDamaged);
    }
  }
}

TEST(SealedPages, verify_under_their_number_alone) {
  SimulatedDisk disk;
  SeededRandom random(2);
  const Secret key = random.secret(kVaultKeySize);
  SealedPages pages(disk.open("/db", Files::Mode::kCreate).value(), key);
  Buffer page(kPageSize);
  random.fill(MutableBytes(page).first(kPageRoom));
  ASSERT_TRUE(pages.write(0, page).has_value());
  ASSERT_TRUE(pages.write(kPageSize, page).has_value());
  Buffer found(kPageSize, 0xff);
  EXPECT_EQ(pages.read(kPageSize, found).value(), kPageSize);
  EXPECT_EQ(found, page);
  Buffer part(100);
  EXPECT_EQ(pages.read(0, part).value(), 100U);
  EXPECT_TRUE(equal(part, Bytes(page).first(100)));

  Image image = disk.image();
  Buffer& bytes = image.at("/db");
  EXPECT_FALSE(equal(Bytes(bytes).first(kPageSize), Bytes(bytes).last(kPageSize)));
  std::copy_n(bytes.begin(), kPageSize, bytes.begin() + kPageSize);
  SimulatedDisk moved(image);
  SealedPages again(moved.open("/db", Files::Mode::kExisting).value(), key);
  EXPECT_TRUE(again.read(0, found).has_value());
  const auto refused = again.read(kPageSize, found);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::kDamaged);
}

}  // namespace
}  // namespace magpie::client
