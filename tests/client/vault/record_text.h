// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "client/core/vault/storage.h"

namespace magpie::client::test {

/// Every field of a record as text, secrets too, so that two records can be compared and a
/// difference read. For tests only.
std::string text_of(const ProfileRecord& record);
std::string text_of(const PersonRecord& record);
std::string text_of(const IntroductionRecord& record);
std::string text_of(const InvitationRecord& record);
std::string text_of(const TokenRecord& record);
std::string text_of(const RoomRecord& record);
std::string text_of(const GroupRecord& record);
std::string text_of(const PendingControlRecord& record);
std::string text_of(const MessageRecord& record);
std::string text_of(const OutboxRecord& record);
std::string text_of(const LogPointRecord& record);
std::string text_of(const UnconfirmedRecord& record);
std::string text_of(const DraftRecord& record);
std::string text_of(const StoredRoom& room);

/// Everything that a storage holds, or the name of the error that reading it gave.
std::string text_of(Storage& storage);

}  // namespace magpie::client::test
