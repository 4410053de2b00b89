// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/core/vault/database.h"
#include "client/core/vault/storage.h"

// The tables that migrations.cpp makes, one overload of `make` for each kind of change, and how
// they are read. Called inside a transaction where they write. Errors: those of Database, kDamaged
// for a row that no program of ours wrote, and what is named.

namespace magpie::client::tables {

// identity_tables.cpp: profile, people, introductions
Result<void> make(Database& database, const ProfileRecord& record);
Result<void> make(Database& database, const PersonRecord& record);
Result<void> make(Database& database, const IntroductionRecord& record);
Result<void> make(Database& database, const DropIntroduction& drop);
Result<std::optional<ProfileRecord>> profile(Database& database);
Result<std::vector<PersonRecord>> people(Database& database);
Result<std::vector<IntroductionRecord>> introductions(Database& database);

// allowance_tables.cpp: invitations, tokens
Result<void> make(Database& database, const InvitationRecord& record);
Result<void> make(Database& database, const InvitationDone& done);
Result<void> make(Database& database, const TokenRecord& record);
Result<void> make(Database& database, const TokenDone& done);
Result<std::vector<InvitationRecord>> invitations(Database& database);
Result<std::vector<TokenRecord>> tokens(Database& database);

// room_tables.cpp: rooms, groups, pending controls, log points, unconfirmed
Result<void> make(Database& database, const RoomRecord& record);
/// Errors: kUsage for ratchets alone where no group is stored.
Result<void> make(Database& database, const GroupRecord& record);
Result<void> make(Database& database, const PendingControlRecord& record);
Result<void> make(Database& database, const PendingControlDone& done);
Result<void> make(Database& database, const LogPointRecord& record);
Result<void> make(Database& database, const UnconfirmedRecord& record);
Result<void> make(Database& database, const MarkRead& read);
Result<void> make(Database& database, const DropRoom& drop);
/// By id.
Result<std::vector<StoredRoom>> rooms(Database& database);

// message_tables.cpp: messages, outbox, drafts
Result<void> make(Database& database, const MessageRecord& record);
Result<void> make(Database& database, const Delivered& delivered);
Result<void> make(Database& database, const OutboxRecord& record);
Result<void> make(Database& database, const OutboxDone& done);
Result<void> make(Database& database, const DraftRecord& record);
/// By room.
Result<std::vector<DraftRecord>> drafts(Database& database);
Result<std::vector<OutboxRecord>> outbox(Database& database, const RoomId& room);
Result<std::vector<MessageRecord>> messages(Database& database, const RoomId& room,
                                            std::size_t before, std::size_t limit);
Result<std::size_t> message_count(Database& database, const RoomId& room);
Result<std::optional<MessageRecord>> message(Database& database, const RoomId& room,
                                             const EntryId& id);

/// Where a sequence number stands among others of 64 bits: the numbers from 2^63, which are
/// negative in the database, after the rest.
inline std::int64_t tier_of(std::uint64_t sequence) { return sequence >> 63 == 0 ? 0 : 1; }

}  // namespace magpie::client::tables
