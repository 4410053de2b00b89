// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/vault/migrations.h"

#include <array>

#include "crypto/base/check.h"

namespace magpie::client {
namespace {

// Times are Unix milliseconds. Numbers of 64 bits without sign are stored by their bits, so those
// from 2^63 are negative.
constexpr auto kFirst = R"(
CREATE TABLE profile (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL,
  root_seed BLOB NOT NULL,
  relay_host TEXT,
  relay_port INTEGER,
  relay_identity BLOB
) STRICT;

CREATE TABLE people (
  root_key BLOB PRIMARY KEY,
  name TEXT NOT NULL,
  introduced INTEGER NOT NULL,
  numbers_compared INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE introductions (
  room BLOB PRIMARY KEY,
  state INTEGER NOT NULL,
  label TEXT NOT NULL,
  link TEXT NOT NULL,
  key_package BLOB,
  guest_slot BLOB NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  used INTEGER,
  attempts INTEGER NOT NULL
) STRICT;

CREATE TABLE rooms (
  room BLOB PRIMARY KEY,
  kind INTEGER NOT NULL,
  relay_host TEXT NOT NULL,
  relay_port INTEGER NOT NULL,
  relay_identity BLOB NOT NULL,
  suite INTEGER NOT NULL,
  title TEXT NOT NULL,
  slot_seed BLOB NOT NULL,
  next_slot_seed BLOB,
  cursor INTEGER NOT NULL,
  last_control INTEGER NOT NULL,
  log_hash BLOB NOT NULL,
  hash_anchored INTEGER NOT NULL,
  doubt_fork INTEGER NOT NULL,
  doubt_changed INTEGER NOT NULL,
  cannot_follow INTEGER NOT NULL,
  closed INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  sent_since_update INTEGER NOT NULL,
  unread INTEGER NOT NULL,
  created INTEGER NOT NULL
) STRICT;

-- Apart, because a message changes the ratchets, and only a commit the epoch.
CREATE TABLE group_epochs (room BLOB PRIMARY KEY, state BLOB NOT NULL) STRICT;
CREATE TABLE group_ratchets (room BLOB PRIMARY KEY, state BLOB NOT NULL) STRICT;

CREATE TABLE pending_controls (
  room BLOB PRIMARY KEY,
  entry BLOB NOT NULL,
  payload BLOB NOT NULL,
  next_epoch BLOB NOT NULL,
  next_ratchets BLOB NOT NULL
) STRICT;

CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  room BLOB NOT NULL,
  entry BLOB NOT NULL,
  kind INTEGER NOT NULL,
  state INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  ordering INTEGER NOT NULL,
  self INTEGER NOT NULL,
  sender BLOB NOT NULL,
  text TEXT NOT NULL,
  gap_count INTEGER NOT NULL,
  at INTEGER NOT NULL,
  utc_offset_minutes INTEGER NOT NULL,
  received INTEGER NOT NULL,
  -- 0 and 1: in the log, by the sign of `sequence`; 2: not in the log yet.
  tier INTEGER NOT NULL GENERATED ALWAYS AS (
    CASE WHEN sequence > 0 THEN 0 WHEN sequence < 0 THEN 1 ELSE 2 END) VIRTUAL,
  UNIQUE (room, entry)
) STRICT;
CREATE INDEX messages_in_order ON messages (room, tier, sequence, ordering, entry);
CREATE INDEX messages_by_ordering ON messages (ordering);

CREATE TABLE outbox (
  room BLOB NOT NULL,
  entry BLOB NOT NULL,
  content BLOB NOT NULL,
  payload BLOB NOT NULL,
  last_control INTEGER NOT NULL,
  ordering INTEGER NOT NULL,
  PRIMARY KEY (room, entry)
) STRICT;

CREATE TABLE log_points (
  room BLOB NOT NULL,
  tier INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (room, tier, sequence)
) STRICT, WITHOUT ROWID;

-- Entry ids of 16 bytes, one after the other.
CREATE TABLE unconfirmed (room BLOB PRIMARY KEY, ids BLOB NOT NULL) STRICT;
)";

constexpr auto kDrafts = R"(
CREATE TABLE drafts (room BLOB PRIMARY KEY, text TEXT NOT NULL) STRICT;
)";

constexpr auto kAllowances = R"(
CREATE TABLE invitations (
  code BLOB PRIMARY KEY,
  relay_host TEXT NOT NULL,
  relay_port INTEGER NOT NULL,
  relay_identity BLOB NOT NULL,
  token_key INTEGER NOT NULL,
  public_key BLOB NOT NULL,
  drawn BLOB NOT NULL
) STRICT;

CREATE TABLE tokens (
  input BLOB PRIMARY KEY,
  relay_identity BLOB NOT NULL,
  token_key INTEGER NOT NULL,
  output BLOB NOT NULL,
  room BLOB
) STRICT;
)";

// The tree of a group's epoch, one row a node, so that an act writes those that it changed. Not
// WITHOUT ROWID: there a row of this size would take a page of its own beside the index's. Epochs
// written before hold their tree themselves, until their next act.
constexpr auto kGroupNodes = R"(
CREATE TABLE group_nodes (
  room BLOB NOT NULL,
  node INTEGER NOT NULL,
  state BLOB NOT NULL,
  PRIMARY KEY (room, node)
) STRICT;

-- Numbers of nodes and their states, one after the other.
ALTER TABLE pending_controls ADD COLUMN next_tree BLOB NOT NULL DEFAULT x'';
)";

constexpr std::array<Migration, 4> kMigrations = {
    {{1, kFirst}, {2, kDrafts}, {3, kAllowances}, {4, kGroupNodes}}};

Result<int> version_of(Database& database) {
  Query query(database, "PRAGMA user_version");
  MAGPIE_TRY(const bool row, query.next());
  if (!row) return fail(Errc::kDamaged, "migrations: no version");
  return static_cast<int>(query.integer());
}

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

Result<void> migrate(Database& database, std::span<const Migration> steps) {
  MAGPIE_TRY(const int current, version_of(database));
  if (current < 0 || current > static_cast<int>(steps.size())) {
    return fail(Errc::kUnsupported, "migrations: a later version");
  }
  const auto ahead = steps.subspan(static_cast<std::size_t>(current));
  if (ahead.empty()) return {};
  return database.transaction([&]() -> Result<void> {
    for (const Migration& step : ahead) {
      MAGPIE_CHECK(&step == &steps[static_cast<std::size_t>(step.version) - 1]);
      MAGPIE_TRY_VOID(database.execute(step.sql));
    }
    return database.execute("PRAGMA user_version = " + std::to_string(steps.size()));
  });
}

}  // namespace magpie::client
