// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/vault/migrations.h"

#include <gtest/gtest.h>

#include <set>

#include "client/core/vault/page_seal.h"
#include "client/core/vault/tables.h"
#include "tests/client/vault/record_text.h"
#include "tests/client/vault/sample_records.h"
#include "tests/client/vault/simulated_disk.h"

namespace magpie::client {
namespace {

using test::Image;
using test::SampleRecords;
using test::SimulatedDisk;
using test::text_of;

const std::string kPath = "/profile/db";

DatabaseKeys keys() { return {.pages = Secret(kVaultKeySize), .log = Secret(kVaultKeySize)}; }

std::unique_ptr<Database> open(SimulatedDisk& disk, Database::Mode mode) {
  return Database::open(disk, kPath, keys(), mode).value();
}

std::int64_t number(Database& database, std::string_view sql) {
  Query query(database, sql);
  EXPECT_TRUE(query.next().value());
  return query.integer();
}

/// The real steps and one more that a later program may have.
std::vector<Migration> and_one_more(const char* sql) {
  std::vector<Migration> steps(migrations().begin(), migrations().end());
  steps.push_back({static_cast<int>(steps.size()) + 1, sql});
  return steps;
}

/// A database of each earlier version, with a person in it.
Image image_of(int version) {
  SimulatedDisk disk;
  EXPECT_TRUE(disk.make_folder("/profile").has_value());
  const auto database = open(disk, Database::Mode::kCreate);
  EXPECT_TRUE(
      migrate(*database, migrations().first(static_cast<std::size_t>(version))).has_value());
  EXPECT_TRUE(tables::make(*database, SampleRecords(1).person()).has_value());
  return disk.image();
}

/// Control entries as they were written before version 4.
Result<void> make_before_4(Database& database, const PendingControlRecord& record) {
  return Query(database,
               "INSERT INTO pending_controls (room, entry, payload, next_epoch, next_ratchets)"
               " VALUES (?, ?, ?, ?, ?)")
      .bind(record.room.bytes())
      .bind(record.entry_id.bytes())
      .bind(record.payload)
      .bind(record.next_epoch)
      .bind(record.next_ratchets)
      .run();
}

/// Writes what version 1 could hold, a record of every kind that it had, and tells it as
/// `whole_text` does.
std::string fill_version_1(Database& database) {
  SampleRecords sample(1);
  std::string text;
  const auto add = [&](const auto& record) {
    EXPECT_TRUE(tables::make(database, record).has_value());
    text += text_of(record);
  };
  add(sample.profile());
  add(sample.person());
  add(sample.introduction());
  const RoomRecord room = sample.room();
  add(room);
  GroupRecord group = sample.group(room.room);
  group.tree.clear();  // inside the epoch
  add(group);
  PendingControlRecord pending = sample.pending(room.room);
  pending.next_tree.clear();
  EXPECT_TRUE(make_before_4(database, pending).has_value());
  text += text_of(pending);
  OutboxRecord outbox = sample.outbox(room.room);
  outbox.order = 1;
  add(outbox);
  add(LogPointRecord{.room = room.room, .sequence = 7, .hash = sample.id<LogHash>()});
  add(UnconfirmedRecord{.room = room.room, .ids = {sample.id<EntryId>()}});
  MessageRecord message = sample.message(room.room, 7);
  message.order = 1;
  add(message);
  return text;
}

/// Everything in the tables, by their own readers.
std::string whole_text(Database& database) {
  std::string text = text_of(tables::profile(database).value().value());
  const auto people = tables::people(database).value();
  for (const auto& one : people) text += text_of(one);
  const auto introductions = tables::introductions(database).value();
  for (const auto& one : introductions) text += text_of(one);
  const auto rooms = tables::rooms(database).value();
  for (const auto& one : rooms) {
    text += text_of(one);
    const auto lines = tables::messages(database, one.room.room, 0, SIZE_MAX).value();
    for (const auto& line : lines) text += text_of(line);
  }
  return text;
}

constexpr auto kBirthdays = "ALTER TABLE people ADD COLUMN birthday INTEGER NOT NULL DEFAULT 7;";

TEST(Migrations, are_numbered_from_one) {
  int last = 0;
  for (const Migration& step : migrations()) EXPECT_EQ(step.version, ++last);
}

TEST(Migrations, bring_every_earlier_version_to_the_last_with_what_it_holds) {
  const auto steps = and_one_more(kBirthdays);
  for (int version = 1; version <= static_cast<int>(migrations().size()); ++version) {
    SimulatedDisk disk(image_of(version));
    {
      const auto database = open(disk, Database::Mode::kExisting);
      ASSERT_TRUE(migrate(*database, steps).has_value());
    }
    const auto database = open(disk, Database::Mode::kExisting);
    ASSERT_TRUE(migrate(*database, steps).has_value()) << "a second time, with nothing to do";
    EXPECT_EQ(number(*database, "PRAGMA user_version"), static_cast<std::int64_t>(steps.size()));
    EXPECT_EQ(number(*database, "SELECT birthday FROM people"), 7);
    EXPECT_EQ(text_of(tables::people(*database).value().at(0)), text_of(SampleRecords(1).person()));
  }
}

TEST(Migrations, from_version_1_keep_every_record_and_make_room_for_drafts) {
  SimulatedDisk disk;
  ASSERT_TRUE(disk.make_folder("/profile").has_value());
  std::string before;
  RoomId room;
  {
    const auto database = open(disk, Database::Mode::kCreate);
    ASSERT_TRUE(migrate(*database, migrations().first(1)).has_value());
    before = fill_version_1(*database);
    EXPECT_FALSE(tables::drafts(*database).has_value());
  }
  {
    const auto database = open(disk, Database::Mode::kExisting);
    ASSERT_TRUE(migrate(*database).has_value());
    EXPECT_EQ(whole_text(*database), before);
    room = tables::rooms(*database).value().at(0).room.room;
    ASSERT_TRUE(tables::make(*database, DraftRecord{.room = room, .text = "half"}).has_value());
  }
  const auto database = open(disk, Database::Mode::kExisting);
  ASSERT_TRUE(migrate(*database).has_value());
  EXPECT_EQ(whole_text(*database), before);
  EXPECT_EQ(tables::drafts(*database).value().at(0).text, "half");
}

TEST(Migrations, that_fail_leave_the_earlier_version_as_it_was) {
  const int last = static_cast<int>(migrations().size());
  const auto steps = and_one_more(
      "ALTER TABLE people ADD COLUMN birthday INTEGER; DELETE FROM people; SELECT nonsense;");
  SimulatedDisk disk(image_of(last));
  {
    const auto database = open(disk, Database::Mode::kExisting);
    EXPECT_FALSE(migrate(*database, steps).has_value());
  }
  const auto database = open(disk, Database::Mode::kExisting);
  EXPECT_EQ(number(*database, "PRAGMA user_version"), last);
  EXPECT_EQ(number(*database, "SELECT count(*) FROM pragma_table_info('people')"), 4);
  EXPECT_EQ(number(*database, "SELECT count(*) FROM people"), 1);
}

TEST(Migrations, interrupted_at_every_write_leave_one_version_or_the_other) {
  const int last = static_cast<int>(migrations().size());
  const auto steps = and_one_more(kBirthdays);
  SimulatedDisk disk(image_of(last));
  {
    const auto database = open(disk, Database::Mode::kExisting);
    ASSERT_TRUE(migrate(*database, steps).has_value());
  }
  std::set<std::int64_t> versions;
  for (std::size_t at = 0; at <= disk.operations().size(); ++at) {
    magpie::test::SeededRandom random(at);
    SimulatedDisk left(disk.after_power_cut(at, random));
    const auto database = open(left, Database::Mode::kExisting);
    const std::int64_t version = number(*database, "PRAGMA user_version");
    versions.insert(version);
    EXPECT_EQ(number(*database, "SELECT count(*) FROM pragma_table_info('people')"),
              version == last ? 4 : 5)
        << "operation " << at;
    EXPECT_EQ(number(*database, "SELECT count(*) FROM people"), 1);
  }
  EXPECT_EQ(versions, (std::set<std::int64_t>{last, last + 1}));
}

TEST(Migrations, of_a_later_program_are_refused) {
  const auto steps = and_one_more(kBirthdays);
  SimulatedDisk disk(image_of(static_cast<int>(migrations().size())));
  const auto database = open(disk, Database::Mode::kExisting);
  ASSERT_TRUE(migrate(*database, steps).has_value());
  const auto refused = migrate(*database);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::kUnsupported);
}

}  // namespace
}  // namespace magpie::client
