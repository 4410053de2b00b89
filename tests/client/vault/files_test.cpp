// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/vault/files.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/temporary_folder.h"

namespace magpie::client {
namespace {

namespace fs = std::filesystem;
using magpie::test::TemporaryFolder;

TEST(SystemFiles, keep_what_is_written) {
  const TemporaryFolder folder;
  Files& files = system_files();
  const fs::path path = folder.path() / "file";
  EXPECT_EQ(files.open(path, Files::Mode::kExisting).error().code, Errc::kNotFound);
  auto file = files.open(path, Files::Mode::kCreate).value();
  ASSERT_TRUE(file->write(3, as_bytes("hello")).has_value());
  ASSERT_TRUE(file->sync().has_value());
  EXPECT_EQ(file->size().value(), 8U);
  Buffer found(10, 0xff);
  EXPECT_EQ(file->read(2, found).value(), 6U);
  EXPECT_EQ(as_text(Bytes(found).first(6)), std::string_view("\0hello", 6));
  EXPECT_EQ(file->read(100, found).value(), 0U);
  ASSERT_TRUE(file->truncate(4).has_value());
  EXPECT_EQ(files.open(path, Files::Mode::kExisting).value()->size().value(), 4U);
}

TEST(SystemFiles, say_when_the_disk_is_full) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  auto file = system_files().open("/dev/full", Files::Mode::kExisting).value();
  const auto written = file->write(0, as_bytes("x"));
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().code, Errc::kDiskFull);
}

TEST(SystemFiles, make_move_and_remove) {
  const TemporaryFolder folder;
  Files& files = system_files();
  const fs::path old_place = folder.path() / "a" / "b";
  const fs::path place = folder.path() / "c";
  ASSERT_TRUE(files.make_folder(old_place).has_value());
  ASSERT_TRUE(files.make_folder(old_place).has_value());
  ASSERT_TRUE(files.open(old_place / "file", Files::Mode::kCreate).has_value());
  ASSERT_TRUE(files.rename(old_place, place).has_value());
  ASSERT_TRUE(files.sync_folder(folder.path()).has_value());
  EXPECT_TRUE(files.exists(place / "file").value());
  EXPECT_FALSE(files.exists(old_place).value());
  ASSERT_TRUE(files.remove(place / "file").has_value());
  ASSERT_TRUE(files.remove(place / "file").has_value());
  EXPECT_FALSE(files.exists(place / "file").value());
  ASSERT_TRUE(files.remove_folder(place).has_value());
  ASSERT_TRUE(files.remove_folder(place).has_value());
  EXPECT_EQ(files.make_folder("/dev/null/x").error().code, Errc::kStorage);
}

TEST(SystemFiles, do_not_follow_a_link_out_of_the_profile) {
  const TemporaryFolder folder;
  fs::create_symlink("/etc/hostname", folder.path() / "db");
  EXPECT_FALSE(system_files().open(folder.path() / "db", Files::Mode::kCreate).has_value());
}

}  // namespace
}  // namespace magpie::client
