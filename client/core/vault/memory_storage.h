// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>

#include "client/core/vault/storage.h"

namespace magpie::client {

/// A Storage that forgets everything with the process: for the simulator, and for what is shown
/// before a profile exists. It keeps the rules of `Vault`, by the same tests. A new engine made
/// over the same object finds what the last one stored, as after a crash.
class MemoryStorage : public Storage {
 public:
  MemoryStorage();
  ~MemoryStorage() override;

  /// Errors: kUsage for a GroupRecord without an epoch where none is stored; refused like any
  /// other failure, whole, and for good.
  Result<void> apply(const Changes& changes) override;

  Result<std::optional<ProfileRecord>> profile() override;
  Result<std::vector<PersonRecord>> people() override;
  Result<std::vector<IntroductionRecord>> introductions() override;
  Result<std::vector<InvitationRecord>> invitations() override;
  Result<std::vector<TokenRecord>> tokens() override;
  Result<std::vector<StoredRoom>> rooms() override;
  Result<std::vector<DraftRecord>> drafts() override;
  Result<std::vector<MessageRecord>> messages(const RoomId& room, std::size_t before,
                                              std::size_t limit) override;
  Result<std::size_t> message_count(const RoomId& room) override;
  Result<std::optional<MessageRecord>> message(const RoomId& room, const EntryId& id) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace magpie::client
