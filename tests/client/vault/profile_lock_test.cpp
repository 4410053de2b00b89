// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/vault/profile_lock.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "tests/support/temporary_folder.h"

namespace magpie::client {
namespace {

TEST(ProfileLock, a_second_holder_in_the_same_process_is_refused) {
  const magpie::test::TemporaryFolder folder;
  std::optional<Result<ProfileLock>> first = ProfileLock::take(folder.path());
  ASSERT_TRUE(first->has_value());
  const auto second = ProfileLock::take(folder.path());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, Errc::kInUse);
  first.reset();
  EXPECT_TRUE(ProfileLock::take(folder.path()).has_value());
}

TEST(ProfileLock, another_process_is_refused_and_a_dead_one_holds_nothing) {
  const magpie::test::TemporaryFolder folder;
  int ready[2] = {};
  int finish[2] = {};
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(finish), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = ProfileLock::take(folder.path());
    char byte = lock.has_value() ? 'y' : 'n';
    (void)!::write(ready[1], &byte, 1);
    (void)!::read(finish[0], &byte, 1);
    ::_exit(0);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ASSERT_EQ(byte, 'y');
  const auto refused = ProfileLock::take(folder.path());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::kInUse);
  ASSERT_EQ(::write(finish[1], &byte, 1), 1);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(ProfileLock::take(folder.path()).has_value());
  for (const int descriptor : {ready[0], ready[1], finish[0], finish[1]}) ::close(descriptor);
}

TEST(ProfileLock, a_folder_that_is_not_there_is_a_storage_error) {
  const magpie::test::TemporaryFolder folder;
  const auto lock = ProfileLock::take(folder.path() / "missing");
  ASSERT_FALSE(lock.has_value());
  EXPECT_EQ(lock.error().code, Errc::kStorage);
}

}  // namespace
}  // namespace magpie::client
