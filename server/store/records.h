// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "server/store/store.h"

/// Keys and values at rest. Keys begin with the room's id and order big-endian, so that a room is
/// one range; values begin with a version, and decoding is total. Errors: kDamaged for bytes that
/// were never written so.
namespace magpie::server::records {

/// An entry's value is this, then its payload.
constexpr std::size_t kEntryHeadBytes = 1 + EntryId::kSize + 4 + 1 + 8;

std::string room_key(const RoomId& room);
std::string slot_key(const RoomId& room, SlotId slot);
std::string entry_key(const RoomId& room, Sequence sequence);
std::string id_key(const RoomId& room, const EntryId& id);
/// The first key behind everything of this room.
std::string room_end(const RoomId& room);
std::string due_key(const Due& due);
std::string token_key_key(TokenKeyId key);
/// Begins with `token_key_key`, so that what was spent under a key is one range.
std::string spent_key(TokenKeyId key, const SpentId& id);
std::string code_key(const CodeId& code);

Result<Sequence> sequence_of_key(std::string_view entry_key);
Result<EntryId> id_of_key(std::string_view id_key);
Result<Due> due_of_key(std::string_view due_key);

std::string encode(const RoomMeta& meta);
std::string encode(const SlotRecord& slot);
std::string encode(const EntryRecord& entry);  // without the sequence: that is in the key
std::string encode(const IdRecord& id);
std::string encode(const TokenKeyRecord& key);  // without the number: that is in the key
std::string encode(const CodeRecord& code);
std::string encode_spent(std::uint32_t granted);

Result<RoomMeta> decode_room(std::string_view value);
Result<SlotRecord> decode_slot(std::string_view value);
Result<EntryRecord> decode_entry(Sequence sequence, std::string_view value);
Result<EntryHeader> decode_entry_header(Sequence sequence, std::string_view value);
Result<IdRecord> decode_id(std::string_view value);
Result<TokenKeyRecord> decode_token_key(std::string_view key, std::string_view value);
Result<CodeRecord> decode_code(std::string_view value);
Result<std::uint32_t> decode_spent(std::string_view value);

}  // namespace magpie::server::records
