// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/vault/tables.h"
#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"

namespace magpie::client::tables {
namespace {

Result<RoomRecord> read_room(Query& row) {
  using Kind = RoomRecord::Kind;
  RoomRecord record;
  record.room = row.id<RoomId>();
  record.kind = row.choice(Kind::kIntroduction, Kind::kGroup);
  record.relay.host = row.text();
  record.relay.port = static_cast<std::uint16_t>(row.integer());
  record.relay.identity = row.id<RelayIdentity>();
  record.suite = static_cast<std::uint16_t>(row.integer());
  record.title = row.text();
  record.slot_seed = row.secret();
  if (!row.is_null()) record.next_slot_seed = row.secret();
  record.cursor = row.number();
  record.last_control = row.number();
  record.log_hash = row.id<LogHash>();
  record.hash_anchored = row.flag();
  record.doubt_fork = row.flag();
  record.doubt_changed = row.flag();
  record.cannot_follow = row.flag();
  record.closed = row.flag();
  record.updated_at = row.time();
  record.sent_since_update = static_cast<std::uint32_t>(row.integer());
  record.unread = static_cast<std::uint32_t>(row.integer());
  record.created = row.time();
  MAGPIE_TRY_VOID(row.finish_row());
  return record;
}

Result<std::vector<mls::StoredNode>> nodes(Database& database, const RoomId& room) {
  std::vector<mls::StoredNode> found;
  Query row(database, "SELECT node, state FROM group_nodes WHERE room = ? ORDER BY node");
  row.bind(room.bytes());
  for (;;) {
    MAGPIE_TRY(const bool more, row.next());
    if (!more) return found;
    mls::StoredNode& node = found.emplace_back();
    node.node = mls::NodeIndex(static_cast<std::uint32_t>(row.integer()));
    node.encoded = row.buffer();
    MAGPIE_TRY_VOID(row.finish_row());
  }
}

Result<void> make(Database& database, const RoomId& room, const mls::StoredNode& node) {
  const auto number = static_cast<std::int64_t>(node.node.value());
  if (node.encoded.empty()) {
    return Query(database, "DELETE FROM group_nodes WHERE room = ? AND node = ?")
        .bind(room.bytes())
        .bind(number)
        .run();
  }
  // In its place, where INSERT OR REPLACE would move the row and touch twice the pages.
  return Query(database,
               "INSERT INTO group_nodes (room, node, state) VALUES (?, ?, ?)"
               " ON CONFLICT (room, node) DO UPDATE SET state = excluded.state")
      .bind(room.bytes())
      .bind(number)
      .bind(node.encoded)
      .run();
}

Buffer encode_nodes(const std::vector<mls::StoredNode>& nodes) {
  Writer writer;
  for (const mls::StoredNode& node : nodes) writer.u32(node.node.value()).vector(node.encoded);
  return writer.take();
}

Result<std::vector<mls::StoredNode>> decode_nodes(Bytes encoded) {
  std::vector<mls::StoredNode> nodes;
  for (Reader reader(encoded); !reader.at_end();) {
    const auto number = reader.u32();
    const auto node = number ? reader.vector() : tl::unexpected<Error>(number.error());
    if (!node) return fail(Errc::kDamaged, "tables: nodes");
    nodes.push_back({mls::NodeIndex(*number), to_buffer(*node)});
  }
  return nodes;
}

Result<std::optional<GroupRecord>> group(Database& database, const RoomId& room) {
  Query row(database,
            "SELECT epoch.state, ratchets.state FROM group_epochs AS epoch"
            " JOIN group_ratchets AS ratchets USING (room) WHERE epoch.room = ?");
  row.bind(room.bytes());
  MAGPIE_TRY(const bool found, row.next());
  if (!found) return std::optional<GroupRecord>{};
  GroupRecord record;
  record.room = room;
  record.epoch = row.secret();
  record.ratchets = row.secret();
  MAGPIE_TRY_VOID(row.finish_row());
  MAGPIE_TRY(record.tree, nodes(database, room));
  return record;
}

Result<std::optional<PendingControlRecord>> pending(Database& database, const RoomId& room) {
  Query row(database,
            "SELECT entry, payload, next_epoch, next_tree, next_ratchets FROM pending_controls"
            " WHERE room = ?");
  row.bind(room.bytes());
  MAGPIE_TRY(const bool found, row.next());
  if (!found) return std::optional<PendingControlRecord>{};
  PendingControlRecord record;
  record.room = room;
  record.entry_id = row.id<EntryId>();
  record.payload = row.buffer();
  record.next_epoch = row.secret();
  const Buffer next_tree = row.buffer();
  record.next_ratchets = row.secret();
  MAGPIE_TRY_VOID(row.finish_row());
  MAGPIE_TRY(record.next_tree, decode_nodes(next_tree));
  return record;
}

Result<std::vector<LogPointRecord>> log_points(Database& database, const RoomId& room) {
  std::vector<LogPointRecord> found;
  Query row(database,
            "SELECT sequence, hash FROM log_points WHERE room = ? ORDER BY tier, sequence");
  row.bind(room.bytes());
  for (;;) {
    MAGPIE_TRY(const bool more, row.next());
    if (!more) return found;
    LogPointRecord& record = found.emplace_back();
    record.room = room;
    record.sequence = row.number();
    record.hash = row.id<LogHash>();
    MAGPIE_TRY_VOID(row.finish_row());
  }
}

Result<UnconfirmedRecord> unconfirmed(Database& database, const RoomId& room) {
  UnconfirmedRecord record = {.room = room, .ids = {}};
  Query row(database, "SELECT ids FROM unconfirmed WHERE room = ?");
  row.bind(room.bytes());
  MAGPIE_TRY(const bool found, row.next());
  if (!found) return record;
  Reader reader(row.blob());
  MAGPIE_TRY_VOID(row.finish_row());
  while (!reader.at_end()) {
    const auto id = reader.fixed(EntryId::kSize);
    if (!id) return fail(Errc::kDamaged, "tables: unconfirmed");
    record.ids.push_back(*EntryId::from(*id));
  }
  return record;
}

Result<StoredRoom> stored_room(Database& database, RoomRecord room) {
  StoredRoom stored;
  const RoomId id = room.room;
  stored.room = std::move(room);
  MAGPIE_TRY(stored.group, group(database, id));
  MAGPIE_TRY(stored.pending, pending(database, id));
  MAGPIE_TRY(stored.outbox, outbox(database, id));
  MAGPIE_TRY(stored.log_points, log_points(database, id));
  MAGPIE_TRY(stored.unconfirmed, unconfirmed(database, id));
  return stored;
}

Result<bool> has_group(Database& database, const RoomId& room) {
  return Query(database, "SELECT 1 FROM group_epochs WHERE room = ?").bind(room.bytes()).next();
}

}  // namespace

Result<void> make(Database& database, const RoomRecord& record) {
  return Query(database,
               "INSERT OR REPLACE INTO rooms (room, kind, relay_host, relay_port, relay_identity,"
               " suite, title, slot_seed, next_slot_seed, cursor, last_control, log_hash,"
               " hash_anchored, doubt_fork, doubt_changed, cannot_follow, closed, updated_at,"
               " sent_since_update, unread, created)"
               " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(record.room.bytes())
      .bind(static_cast<std::int64_t>(record.kind))
      .bind(record.relay.host)
      .bind(std::int64_t{record.relay.port})
      .bind(record.relay.identity.bytes())
      .bind(std::int64_t{record.suite})
      .bind(record.title)
      .bind(record.slot_seed)
      .bind(record.next_slot_seed)
      .bind(record.cursor)
      .bind(record.last_control)
      .bind(record.log_hash.bytes())
      .bind(std::int64_t{record.hash_anchored})
      .bind(std::int64_t{record.doubt_fork})
      .bind(std::int64_t{record.doubt_changed})
      .bind(std::int64_t{record.cannot_follow})
      .bind(std::int64_t{record.closed})
      .bind(record.updated_at)
      .bind(std::int64_t{record.sent_since_update})
      .bind(std::int64_t{record.unread})
      .bind(record.created)
      .run();
}

Result<void> make(Database& database, const GroupRecord& record) {
  if (record.epoch) {
    MAGPIE_TRY_VOID(Query(database,
                          "INSERT OR REPLACE INTO group_epochs (room, state)"
                          " VALUES (?, ?)")
                        .bind(record.room.bytes())
                        .bind(*record.epoch)
                        .run());
    for (const mls::StoredNode& node : record.tree) {
      MAGPIE_TRY_VOID(make(database, record.room, node));
    }
  } else {
    MAGPIE_TRY(const bool known, has_group(database, record.room));
    if (!known) return fail(Errc::kUsage, "storage: ratchets without a group");
  }
  return Query(database, "INSERT OR REPLACE INTO group_ratchets (room, state) VALUES (?, ?)")
      .bind(record.room.bytes())
      .bind(record.ratchets)
      .run();
}

Result<void> make(Database& database, const PendingControlRecord& record) {
  const Buffer next_tree = encode_nodes(record.next_tree);
  return Query(database,
               "INSERT OR REPLACE INTO pending_controls (room, entry, payload, next_epoch,"
               " next_tree, next_ratchets) VALUES (?, ?, ?, ?, ?, ?)")
      .bind(record.room.bytes())
      .bind(record.entry_id.bytes())
      .bind(record.payload)
      .bind(record.next_epoch)
      .bind(next_tree)
      .bind(record.next_ratchets)
      .run();
}

Result<void> make(Database& database, const PendingControlDone& done) {
  return Query(database, "DELETE FROM pending_controls WHERE room = ?")
      .bind(done.room.bytes())
      .run();
}

Result<void> make(Database& database, const LogPointRecord& record) {
  MAGPIE_TRY_VOID(Query(database,
                        "INSERT OR REPLACE INTO log_points (room, tier, sequence, hash)"
                        " VALUES (?, ?, ?, ?)")
                      .bind(record.room.bytes())
                      .bind(tier_of(record.sequence))
                      .bind(record.sequence)
                      .bind(record.hash.bytes())
                      .run());
  std::uint64_t newest = 0;
  {
    Query row(database,
              "SELECT sequence FROM log_points WHERE room = ?"
              " ORDER BY tier DESC, sequence DESC LIMIT 1");
    MAGPIE_TRY(const bool found, row.bind(record.room.bytes()).next());
    if (found) newest = row.number();
  }
  if (newest < kLogPointsKept) return {};
  const std::uint64_t last_dropped = newest - kLogPointsKept;
  return Query(database, "DELETE FROM log_points WHERE room = ? AND (tier, sequence) <= (?, ?)")
      .bind(record.room.bytes())
      .bind(tier_of(last_dropped))
      .bind(last_dropped)
      .run();
}

Result<void> make(Database& database, const UnconfirmedRecord& record) {
  Writer ids(record.ids.size() * EntryId::kSize);
  for (const EntryId& id : record.ids) ids.fixed(id.bytes());
  return Query(database, "INSERT OR REPLACE INTO unconfirmed (room, ids) VALUES (?, ?)")
      .bind(record.room.bytes())
      .bind(ids.view())
      .run();
}

Result<void> make(Database& database, const MarkRead& read) {
  return Query(database, "UPDATE rooms SET unread = 0 WHERE room = ?")
      .bind(read.room.bytes())
      .run();
}

Result<void> make(Database& database, const DropRoom& drop) {
  for (const std::string_view sql :
       {"DELETE FROM rooms WHERE room = ?", "DELETE FROM group_epochs WHERE room = ?",
        "DELETE FROM group_ratchets WHERE room = ?", "DELETE FROM group_nodes WHERE room = ?",
        "DELETE FROM pending_controls WHERE room = ?", "DELETE FROM messages WHERE room = ?",
        "DELETE FROM outbox WHERE room = ?", "DELETE FROM log_points WHERE room = ?",
        "DELETE FROM unconfirmed WHERE room = ?", "DELETE FROM drafts WHERE room = ?"}) {
    MAGPIE_TRY_VOID(Query(database, sql).bind(drop.room.bytes()).run());
  }
  return {};
}

Result<std::vector<StoredRoom>> rooms(Database& database) {
  std::vector<RoomRecord> records;
  {
    Query row(database,
              "SELECT room, kind, relay_host, relay_port, relay_identity, suite, title,"
              " slot_seed, next_slot_seed, cursor, last_control, log_hash, hash_anchored,"
              " doubt_fork, doubt_changed, cannot_follow, closed, updated_at, sent_since_update,"
              " unread, created FROM rooms ORDER BY room");
    for (;;) {
      MAGPIE_TRY(const bool more, row.next());
      if (!more) break;
      MAGPIE_TRY(auto record, read_room(row));
      records.push_back(std::move(record));
    }
  }
  std::vector<StoredRoom> found;
  for (RoomRecord& record : records) {
    MAGPIE_TRY(auto stored, stored_room(database, std::move(record)));
    found.push_back(std::move(stored));
  }
  return found;
}

}  // namespace magpie::client::tables
