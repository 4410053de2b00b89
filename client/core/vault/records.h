// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/core/vault/storage.h"

namespace magpie::client {

// Second copies of records whose secrets cannot be copied by accident.

ProfileRecord clone(const ProfileRecord& record);
IntroductionRecord clone(const IntroductionRecord& record);
InvitationRecord clone(const InvitationRecord& record);
RoomRecord clone(const RoomRecord& record);
GroupRecord clone(const GroupRecord& record);
PendingControlRecord clone(const PendingControlRecord& record);

/// What stores a whole new room.
Changes changes_of(const StoredRoom& room);

}  // namespace magpie::client
