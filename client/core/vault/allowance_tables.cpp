// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/vault/tables.h"

namespace magpie::client::tables {

Result<void> make(Database& database, const InvitationRecord& record) {
  return Query(database,
               "INSERT OR REPLACE INTO invitations (code, relay_host, relay_port, relay_identity,"
               " token_key, public_key, drawn) VALUES (?, ?, ?, ?, ?, ?, ?)")
      .bind(record.code.bytes())
      .bind(record.relay.host)
      .bind(std::int64_t{record.relay.port})
      .bind(record.relay.identity.bytes())
      .bind(std::int64_t{record.key})
      .bind(record.public_key.bytes())
      .bind(record.drawn)
      .run();
}

Result<void> make(Database& database, const InvitationDone& done) {
  return Query(database, "DELETE FROM invitations WHERE code = ?").bind(done.code.bytes()).run();
}

Result<std::vector<InvitationRecord>> invitations(Database& database) {
  std::vector<InvitationRecord> found;
  Query row(database,
            "SELECT code, relay_host, relay_port, relay_identity, token_key, public_key, drawn"
            " FROM invitations ORDER BY code");
  for (;;) {
    MAGPIE_TRY(const bool more, row.next());
    if (!more) return found;
    InvitationRecord& record = found.emplace_back();
    record.code = row.id<InvitationCode>();
    record.relay.host = row.text();
    record.relay.port = static_cast<std::uint16_t>(row.integer());
    record.relay.identity = row.id<RelayIdentity>();
    record.key = static_cast<frames::TokenKeyNumber>(row.integer());
    record.public_key = row.id<crypto::voprf::PublicKey>();
    record.drawn = row.secret();
    MAGPIE_TRY_VOID(row.finish_row());
  }
}

Result<void> make(Database& database, const TokenRecord& record) {
  Query query(database,
              "INSERT OR REPLACE INTO tokens (input, relay_identity, token_key, output, room)"
              " VALUES (?, ?, ?, ?, ?)");
  query.bind(record.token.input.bytes())
      .bind(record.relay.bytes())
      .bind(std::int64_t{record.token.key})
      .bind(record.token.output.bytes());
  record.room ? query.bind(record.room->bytes()) : query.bind_null();
  return query.run();
}

Result<void> make(Database& database, const TokenDone& done) {
  return Query(database, "DELETE FROM tokens WHERE input = ?").bind(done.input.bytes()).run();
}

Result<std::vector<TokenRecord>> tokens(Database& database) {
  std::vector<TokenRecord> found;
  Query row(database,
            "SELECT input, relay_identity, token_key, output, room FROM tokens ORDER BY input");
  for (;;) {
    MAGPIE_TRY(const bool more, row.next());
    if (!more) return found;
    TokenRecord& record = found.emplace_back();
    record.token.input = row.id<frames::TokenInput>();
    record.relay = row.id<RelayIdentity>();
    record.token.key = static_cast<frames::TokenKeyNumber>(row.integer());
    record.token.output = row.id<frames::TokenOutput>();
    if (!row.is_null()) record.room = row.id<RoomId>();
    MAGPIE_TRY_VOID(row.finish_row());
  }
}

}  // namespace magpie::client::tables
