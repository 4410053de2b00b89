// SPDX-License-Identifier: GPL-3.0-or-later
// The vault on a real disk.
#include "client/core/vault/vault.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "client/core/vault/records.h"
#include "tests/client/vault/record_text.h"
#include "tests/client/vault/sample_records.h"
#include "tests/support/temporary_folder.h"

namespace magpie::client {
namespace {

namespace fs = std::filesystem;
using magpie::test::TemporaryFolder;
using test::changes;
using test::SampleRecords;
using test::text_of;

Secret passphrase() { return Secret::copy_of(as_bytes("correct horse")); }
Secret another() { return Secret::copy_of(as_bytes("correct house")); }

std::unique_ptr<Vault> create(const fs::path& profile) {
  return Vault::create(profile, passphrase(), test::kCheap).value();
}
std::unique_ptr<Vault> open(const fs::path& profile) {
  return Vault::open(profile, passphrase()).value();
}

Errc refusal(const Result<std::unique_ptr<Vault>>& opened) {
  EXPECT_FALSE(opened.has_value());
  return opened ? Errc::kUsage : opened.error().code;
}

Buffer contents(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The files under a folder that hold these bytes.
std::vector<std::string> holding(const fs::path& folder, Bytes wanted) {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const Buffer bytes = contents(entry.path());
    if (!std::ranges::search(bytes, wanted).empty()) found.push_back(entry.path().filename());
  }
  return found;
}

TEST(Vault, is_there_once_it_is_made) {
  const TemporaryFolder folder;
  const fs::path profile = folder.path() / "a" / "profile";
  EXPECT_FALSE(Vault::exists(profile));
  EXPECT_EQ(refusal(Vault::open(profile, passphrase())), Errc::kNotFound);
  { const auto vault = create(profile); }
  EXPECT_TRUE(Vault::exists(profile));
  EXPECT_EQ(refusal(Vault::create(profile, passphrase(), test::kCheap)), Errc::kExists);
  EXPECT_EQ(text_of(*open(profile)), "no profile\n");
}

TEST(Vault, is_for_its_owner_alone) {
  const TemporaryFolder folder;
  const auto vault = create(folder.path());
  const fs::path inside = folder.path() / "vault";
  EXPECT_EQ(fs::status(inside).permissions(), fs::perms::owner_all);
  for (const char* file : {"slots", "db", "db-wal"}) {
    EXPECT_EQ(fs::status(inside / file).permissions(),
              fs::perms::owner_read | fs::perms::owner_write)
        << file;
  }
}

TEST(Vault, another_passphrase_does_not_open_it) {
  const TemporaryFolder folder;
  { const auto vault = create(folder.path()); }
  EXPECT_EQ(refusal(Vault::open(folder.path(), another())), Errc::kWrongPassphrase);
  EXPECT_EQ(refusal(Vault::open(folder.path(), Secret())), Errc::kWrongPassphrase);
  EXPECT_NE(open(folder.path()), nullptr);
}

TEST(Vault, is_opened_by_one_at_a_time) {
  const TemporaryFolder folder;
  auto vault = create(folder.path());
  EXPECT_EQ(refusal(Vault::open(folder.path(), passphrase())), Errc::kInUse);
  EXPECT_EQ(refusal(Vault::create(folder.path(), passphrase(), test::kCheap)), Errc::kInUse);
  vault.reset();
  EXPECT_NE(open(folder.path()), nullptr);
}

TEST(Vault, a_changed_passphrase_opens_it_and_the_old_one_does_not) {
  const TemporaryFolder folder;
  {
    const auto vault = create(folder.path());
    const auto refused = vault->change_passphrase(another(), passphrase());
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Errc::kWrongPassphrase);
    ASSERT_TRUE(vault->change_passphrase(passphrase(), another()).has_value());
    ASSERT_TRUE(vault->apply(changes(SampleRecords(1).profile())).has_value());
  }
  EXPECT_EQ(refusal(Vault::open(folder.path(), passphrase())), Errc::kWrongPassphrase);
  const auto vault = Vault::open(folder.path(), another()).value();
  EXPECT_EQ(text_of(*vault), text_of(SampleRecords(1).profile()));
}

TEST(Vault, a_missing_file_is_damage) {
  for (const char* file : {"slots", "db"}) {
    const TemporaryFolder folder;
    { const auto vault = create(folder.path()); }
    fs::remove(folder.path() / "vault" / file);
    EXPECT_EQ(refusal(Vault::open(folder.path(), passphrase())), Errc::kDamaged) << file;
    EXPECT_TRUE(Vault::exists(folder.path()));
  }
}

TEST(Vault, an_empty_database_is_damage_and_its_log_stays) {
  const TemporaryFolder folder;
  { const auto vault = create(folder.path()); }
  std::ofstream(folder.path() / "vault" / "db", std::ios::trunc).close();
  std::ofstream(folder.path() / "vault" / "db-wal") << "kept";
  EXPECT_EQ(refusal(Vault::open(folder.path(), passphrase())), Errc::kDamaged);
  EXPECT_EQ(contents(folder.path() / "vault" / "db-wal").size(), 4U);
}

TEST(Vault, what_an_unfinished_creation_left_is_no_vault) {
  const TemporaryFolder folder;
  fs::create_directories(folder.path() / "vault.new");
  std::ofstream(folder.path() / "vault.new" / "slots") << "half";
  EXPECT_FALSE(Vault::exists(folder.path()));
  { const auto vault = create(folder.path()); }
  EXPECT_FALSE(fs::exists(folder.path() / "vault.new"));
  EXPECT_EQ(text_of(*open(folder.path())), "no profile\n");
}

TEST(Vault, nothing_of_the_user_is_readable_in_any_file) {
  const TemporaryFolder folder;
  SampleRecords sample(2);
  const ProfileRecord profile = sample.profile();
  const IntroductionRecord introduction = sample.introduction();
  const RoomRecord room = sample.room();
  MessageRecord message = sample.message(room.room, 1);
  message.text = "canary: the hearing is on Thursday at nine";
  MessageRecord dropped = sample.message(room.room, 2);
  dropped.text = "canary: this one is deleted afterwards";
  OutboxRecord outbox = sample.outbox(room.room);
  const GroupRecord group = sample.group(room.room);

  const auto expect_unreadable = [&](std::string_view when) {
    SCOPED_TRACE(when);
    const std::vector<Bytes> canaries = {as_bytes(profile.name),
                                         profile.root_seed.expose(),
                                         as_bytes(introduction.label),
                                         as_bytes(introduction.link),
                                         introduction.key_package->expose().first(24),
                                         as_bytes(room.title),
                                         room.slot_seed.expose(),
                                         as_bytes("canary"),
                                         as_bytes("hearing"),
                                         group.epoch->expose().first(24),
                                         group.ratchets.expose().first(24),
                                         Bytes(outbox.content).first(24),
                                         room.room.bytes(),
                                         as_bytes("relay.example"),
                                         as_bytes("SQLite format"),
                                         as_bytes("CREATE TABLE"),
                                         message.from.bytes()};
    for (const Bytes canary : canaries) EXPECT_EQ(holding(folder.path(), canary).size(), 0U);
    // The search itself finds what is there.
    EXPECT_EQ(holding(folder.path(), as_bytes("MAGPIEKS")).size(), 1U);
  };

  auto vault = create(folder.path());
  ASSERT_TRUE(vault
                  ->apply(changes(clone(profile), clone(introduction), clone(room), message,
                                  dropped, outbox, clone(group)))
                  .has_value());
  EXPECT_GT(fs::file_size(folder.path() / "vault" / "db-wal"), 0U);
  expect_unreadable("while the log is live");
  ASSERT_TRUE(vault->apply(changes(OutboxDone{.room = room.room, .id = outbox.id})).has_value());
  ASSERT_TRUE(vault->checkpoint().has_value());
  EXPECT_EQ(fs::file_size(folder.path() / "vault" / "db-wal"), 0U);
  expect_unreadable("after a checkpoint");
  ASSERT_TRUE(vault->apply(changes(DropRoom{room.room})).has_value());
  vault.reset();
  expect_unreadable("closed");
}

TEST(Vault, the_log_stays_small_however_much_is_written) {
  const TemporaryFolder folder;
  const auto vault = create(folder.path());
  SampleRecords sample(3);
  const RoomId room = sample.id<RoomId>();
  std::uintmax_t largest = 0;
  for (int act = 0; act < 60; ++act) {
    GroupRecord group = sample.group(room);
    group.ratchets = sample.secret(40'000);
    ASSERT_TRUE(vault->apply(changes(std::move(group))).has_value());
    largest = std::max(largest, fs::file_size(folder.path() / "vault" / "db-wal"));
  }
  EXPECT_GT(largest, 200'000U);
  EXPECT_LT(largest, 1'300'000U);
}

TEST(Vault, a_process_that_dies_loses_nothing_it_was_promised) {
  const TemporaryFolder folder;
  { const auto vault = create(folder.path()); }
  const RoomId room = SampleRecords(4).id<RoomId>();
  const pid_t child = ::fork();
  if (child == 0) {
    SampleRecords sample(4);
    (void)sample.id<RoomId>();
    auto vault = Vault::open(folder.path(), passphrase());
    if (!vault) ::_exit(1);
    for (std::uint64_t act = 1; act <= 10; ++act) {
      if (!(*vault)->apply(changes(sample.message(room, act)))) ::_exit(1);
    }
    ::_exit(0);  // without a destructor: the log is left as it is
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  EXPECT_GT(fs::file_size(folder.path() / "vault" / "db-wal"), 40'000U);
  const auto vault = open(folder.path());
  EXPECT_EQ(vault->message_count(room).value(), 10U);
  EXPECT_EQ(fs::file_size(folder.path() / "vault" / "db-wal"), 0U);
}

TEST(Vault, a_journal_that_somebody_put_there_is_not_read) {
  const TemporaryFolder folder;
  {
    const auto vault = create(folder.path());
    ASSERT_TRUE(vault->apply(changes(SampleRecords(5).profile())).has_value());
  }
  std::ofstream(folder.path() / "vault" / "db-journal") << std::string(8192, 'j');
  EXPECT_EQ(text_of(*open(folder.path())), text_of(SampleRecords(5).profile()));
}

}  // namespace
}  // namespace magpie::client
