// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>

#include "client/core/vault/storage.h"
#include "crypto/primitives/passphrase.h"
#include "tests/support/seeded_random.h"

namespace magpie::client::test {

/// The least that a passphrase may cost: tests open vaults thousands of times.
constexpr crypto::StretchCost kCheap = crypto::kStretchCostMin;

/// Records of every kind with every field set, drawn from a seed.
class SampleRecords {
 public:
  explicit SampleRecords(std::uint64_t seed) : random_(seed) {}

  template <class Id>
  Id id() {
    return random_.id<Id>();
  }
  Secret secret(std::size_t size) { return random_.secret(size); }
  Buffer bytes(std::size_t size) {
    Buffer out(size);
    random_.fill(out);
    return out;
  }
  std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }
  Time time() { return Time(std::chrono::milliseconds(1'700'000'000'000 + below(1'000'000'000))); }
  std::string text(std::size_t size) { return to_hex(bytes(size / 2)); }

  RelayAddress relay() {
    return {.host = "relay.example", .port = 4433, .identity = id<RelayIdentity>()};
  }
  ProfileRecord profile() { return {.name = text(12), .root_seed = secret(32), .relay = relay()}; }
  PersonRecord person() {
    return {.root_key = id<crypto::SignPublicKey>(),
            .name = text(10),
            .introduced = true,
            .numbers_compared = true};
  }
  IntroductionRecord introduction() {
    return {.room = id<RoomId>(),
            .state = IntroductionRecord::State::kUsed,
            .label = text(8),
            .link = text(80),
            .key_package = secret(400),
            .guest_slot = id<crypto::SignPublicKey>(),
            .created = time(),
            .expires = time(),
            .used = time(),
            .attempts = 3};
  }
  InvitationRecord invitation() {
    return {.code = id<InvitationCode>(),
            .relay = relay(),
            .key = 7,
            .public_key = id<crypto::voprf::PublicKey>(),
            .drawn = secret(96)};
  }
  TokenRecord token() {
    return {.relay = id<RelayIdentity>(),
            .token = {7, id<frames::TokenInput>(), id<frames::TokenOutput>()},
            .room = id<RoomId>()};
  }
  RoomRecord room() {
    return {.room = id<RoomId>(),
            .kind = RoomRecord::Kind::kGroup,
            .relay = relay(),
            .suite = 3,
            .title = text(20),
            .slot_seed = secret(32),
            .next_slot_seed = secret(32),
            .cursor = 1 + below(1000),
            .last_control = 1 + below(1000),
            .log_hash = id<LogHash>(),
            .hash_anchored = false,
            .doubt_fork = true,
            .doubt_changed = true,
            .cannot_follow = true,
            .closed = true,
            .updated_at = time(),
            .sent_since_update = 17,
            .unread = 4,
            .created = time()};
  }
  GroupRecord group(const RoomId& room) {
    return {.room = room,
            .epoch = secret(3000),
            .tree = {{mls::NodeIndex(0), bytes(60)},
                     {mls::NodeIndex(1), bytes(50)},
                     {mls::NodeIndex(2), bytes(60)}},
            .ratchets = secret(700)};
  }
  PendingControlRecord pending(const RoomId& room) {
    return {.room = room,
            .entry_id = id<EntryId>(),
            .payload = bytes(900),
            .next_epoch = secret(3100),
            .next_tree = {{mls::NodeIndex(1), bytes(50)}, {mls::NodeIndex(2), {}}},
            .next_ratchets = secret(800)};
  }
  MessageRecord message(const RoomId& room, std::uint64_t sequence) {
    return {.room = room,
            .id = id<EntryId>(),
            .kind = MessageRecord::Kind::kText,
            .state = sequence == 0 ? MessageRecord::State::kWaiting : MessageRecord::State::kRelay,
            .sequence = sequence,
            .order = 0,
            .self = true,
            .from = id<Fingerprint>(),
            .text = text(60),
            .gap_count = 2,
            .at = time(),
            .utc_offset_minutes = -540,
            .received = time()};
  }
  DraftRecord draft(const RoomId& room) { return {.room = room, .text = text(70)}; }
  OutboxRecord outbox(const RoomId& room) {
    return {.room = room,
            .id = id<EntryId>(),
            .content = bytes(100),
            .payload = bytes(300),
            .last_control = 5,
            .order = 0};
  }

 private:
  magpie::test::SeededRandom random_;
};

/// `changes(a, b, c)`: one act, of records that cannot be copied.
template <class... Records>
Changes changes(Records&&... records) {
  Changes made;
  made.reserve(sizeof...(records));
  (made.emplace_back(std::forward<Records>(records)), ...);
  return made;
}

}  // namespace magpie::client::test
