// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rpc/frame_codec.h"

#include <gtest/gtest.h>

#include "magpie/relay/v1/relay.pb.h"
#include "tests/support/seeded_random.h"

namespace magpie::server::test {
namespace {

namespace v1 = relay::v1;

/// One valid frame of each kind.
std::vector<v1::ClientFrame> valid_frames() {
  std::vector<v1::ClientFrame> frames(7);
  for (std::size_t i = 0; i < frames.size(); ++i) frames[i].set_correlation(i + 1);
  const std::string room(16, 'r');
  const std::string entry(16, 'e');
  const std::string key(32, 'k');
  auto& create = *frames[0].mutable_create_room();
  create.set_room(room);
  create.set_entry_id(entry);
  create.set_payload("payload");
  create.mutable_token()->set_key(3);
  create.mutable_token()->set_input(std::string(32, 'i'));
  create.mutable_token()->set_output(std::string(64, 'o'));
  auto& slot = *create.add_slots();
  slot.set_key(key);
  slot.set_rights(7);
  auto& attach = *frames[1].mutable_attach();
  attach.set_room(room);
  attach.set_slot_key(key);
  attach.set_signature(std::string(64, 's'));
  attach.set_after(9);
  auto& append = *frames[2].mutable_append();
  append.set_room(room);
  append.set_entry_id(entry);
  append.set_control(true);
  append.set_last_control(4);
  append.set_payload("payload");
  *append.add_slot_changes()->mutable_add() = slot;
  append.add_slot_changes()->set_remove_key(std::string(32, 'x'));
  append.set_new_slot_key(std::string(32, 'n'));
  frames[3].mutable_acknowledge()->set_room(room);
  frames[3].mutable_acknowledge()->set_through(5);
  frames[4].mutable_detach()->set_room(room);
  frames[5].mutable_close_room()->set_room(room);
  auto& redeem = *frames[6].mutable_redeem();
  redeem.set_code(std::string(10, 'c'));
  redeem.set_key(3);
  for (std::size_t i = 0; i < kRedeemBound; ++i) redeem.add_blinded(std::string(32, 'b'));
  return frames;
}

Result<ClientFrame> decode(const v1::ClientFrame& frame) {
  return decode_client_frame(as_bytes(frame.SerializeAsString()));
}

TEST(FrameCodec, reads_every_kind_of_frame) {
  const auto frames = valid_frames();
  for (const auto& frame : frames) {
    const auto read = decode(frame);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->correlation, frame.correlation());
    EXPECT_TRUE(frame.has_redeem() || room_of(*read).bytes()[0] == 'r');
  }
  const auto token = std::get<CreateRoom>(decode(frames[0])->body).token;
  EXPECT_EQ(token->key, 3u);
  EXPECT_EQ(token->input.bytes()[31], 'i');
  EXPECT_EQ(token->output.bytes()[63], 'o');
  const auto redeem = std::get<Redeem>(decode(frames[6])->body);
  EXPECT_EQ(redeem.code.bytes()[9], 'c');
  EXPECT_EQ(redeem.blinded.size(), kRedeemBound);
  EXPECT_EQ(redeem.blinded[0].bytes()[31], 'b');
  const auto append = std::get<Append>(decode(frames[2])->body);
  EXPECT_TRUE(append.control);
  EXPECT_EQ(append.last_control, 4u);
  EXPECT_EQ(as_text(append.payload), "payload");
  ASSERT_EQ(append.slot_changes.size(), 2u);
  EXPECT_EQ(std::get<Slot>(append.slot_changes[0]).rights, 7u);
  EXPECT_EQ(std::get<RemoveSlot>(append.slot_changes[1]).key.bytes()[0], 'x');
  EXPECT_EQ(append.new_slot_key->bytes()[0], 'n');
}

TEST(FrameCodec, refuses_fields_of_a_wrong_size) {
  const auto expect_refused = [](auto change) {
    for (auto frame : valid_frames()) {
      const auto before = frame.SerializeAsString();
      change(frame);
      if (frame.SerializeAsString() == before) continue;
      EXPECT_FALSE(decode(frame));
    }
  };
  expect_refused([](v1::ClientFrame& f) {
    if (f.has_attach()) f.mutable_attach()->mutable_signature()->pop_back();
  });
  expect_refused([](v1::ClientFrame& f) {
    if (f.has_attach()) f.mutable_attach()->mutable_slot_key()->push_back('k');
  });
  expect_refused([](v1::ClientFrame& f) {
    if (f.has_append()) f.mutable_append()->mutable_new_slot_key()->pop_back();
  });
  expect_refused([](v1::ClientFrame& f) {
    if (f.has_append()) f.mutable_append()->add_slot_changes();
  });
  expect_refused([](v1::ClientFrame& f) {
    if (f.has_append()) f.mutable_append()->set_control(false);  // with slot changes
  });
  expect_refused([](v1::ClientFrame& f) {
    if (f.has_append()) f.mutable_append()->clear_payload();
  });
  expect_refused([](v1::ClientFrame& f) {
    if (f.has_create_room()) f.mutable_create_room()->clear_slots();
  });
  expect_refused([](v1::ClientFrame& f) {
    if (f.has_create_room()) f.mutable_create_room()->clear_entry_id();
  });
  expect_refused([](v1::ClientFrame& f) {
    if (f.has_create_room()) f.mutable_create_room()->mutable_token()->mutable_output()->pop_back();
  });
  expect_refused([](v1::ClientFrame& f) {
    if (f.has_redeem()) f.mutable_redeem()->mutable_code()->push_back('c');
  });
  expect_refused([](v1::ClientFrame& f) {
    if (f.has_redeem()) f.mutable_redeem()->add_blinded(std::string(32, 'b'));
  });
  expect_refused([](v1::ClientFrame& f) {
    if (f.has_redeem()) f.mutable_redeem()->clear_blinded();
  });
  expect_refused([](v1::ClientFrame& f) {
    if (f.has_redeem()) f.mutable_redeem()->mutable_blinded(7)->pop_back();
  });
  expect_refused([](v1::ClientFrame& f) { f.clear_body(); });
  auto large = valid_frames()[2];
  large.mutable_append()->set_payload(std::string(kControlEntryBytesBound + 1, 'p'));
  EXPECT_EQ(decode(large).error().code, Errc::kTooLarge);
  large.mutable_append()->set_payload(std::string(kControlEntryBytesBound, 'p'));
  EXPECT_TRUE(decode(large));
  large.mutable_append()->set_payload(std::string(kFrameBytesBound, 'p'));
  EXPECT_EQ(decode(large).error().code, Errc::kTooLarge);
}

TEST(FrameCodec, decoding_is_total) {
  constexpr std::uint64_t kSeed = 21;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  magpie::test::SeededRandom random{kSeed};
  const auto check = [](const std::string& bytes) {
    // Whatever it reads as is within bounds.
    if (const auto frame = decode_client_frame(as_bytes(bytes))) {
      EXPECT_TRUE(check_bounds(*frame));
    }
  };
  for (const auto& frame : valid_frames()) {
    const auto whole = frame.SerializeAsString();
    for (std::size_t size = 0; size < whole.size(); ++size) check(whole.substr(0, size));
    for (int i = 0; i < 2000; ++i) {
      auto changed = whole;
      for (std::uint64_t flips = random.below(4) + 1; flips > 0; --flips) {
        changed[random.below(changed.size())] ^= static_cast<char>(1 << random.below(8));
      }
      check(changed);
    }
  }
  for (int i = 0; i < 5000; ++i) {
    std::string noise(random.below(300), '\0');
    random.fill({reinterpret_cast<std::uint8_t*>(noise.data()), noise.size()});
    check(noise);
  }
}

v1::ServerFrame encoded(const ServerFrame& frame) {
  v1::ServerFrame out;
  EXPECT_TRUE(out.ParseFromString(encode_server_frame(frame)));
  return out;
}

TEST(FrameCodec, writes_every_kind_of_frame) {
  magpie::test::SeededRandom random{2};
  const Greeting greeting{
      .nonce = random.id<Nonce>(), .relay_identity = random.id<RelayIdentity>(), .limits = {}};
  const auto hello = encoded(greeting).greeting();
  EXPECT_EQ(hello.version(), 1u);
  EXPECT_EQ(as_bytes(hello.nonce()).size(), 32u);
  EXPECT_TRUE(equal(as_bytes(hello.relay_identity()), greeting.relay_identity.bytes()));
  EXPECT_EQ(hello.limits().retention_hours(), 720u);
  EXPECT_EQ(hello.limits().control_entries_per_slot_hour_max(), 240u);

  const auto room = random.id<RoomId>();
  const auto payload = std::make_shared<const Buffer>(Buffer{1, 2, 3});
  const auto entry = encoded(Entry{room, 7, random.id<EntryId>(), true, false, payload}).entry();
  EXPECT_EQ(entry.sequence(), 7u);
  EXPECT_TRUE(entry.control());
  EXPECT_FALSE(entry.own());
  EXPECT_TRUE(equal(as_bytes(entry.payload()), *payload));
  EXPECT_EQ(encoded(CaughtUp{room, 8}).caught_up().through(), 8u);
  EXPECT_EQ(encoded(Notice{room, Notice::Kind::kSlotRemoved}).notice().kind(),
            v1::Notice::SLOT_REMOVED);
  EXPECT_EQ(encoded(Answer{3, Appended{9}}).answer().appended().sequence(), 9u);
  EXPECT_EQ(encoded(Answer{3, Attached{4, 2, 7, 1}}).answer().attached().head(), 4u);
  EXPECT_TRUE(encoded(Answer{3, Created{}}).answer().has_created());
  EXPECT_TRUE(encoded(Answer{3, Acknowledged{}}).answer().has_acknowledged());
  EXPECT_TRUE(encoded(Answer{3, Detached{}}).answer().has_detached());
  EXPECT_TRUE(encoded(Answer{3, Closed{}}).answer().has_closed());
  const auto stale = encoded(Answer{3, Refusal{Errc::kStale, 5}}).answer();
  EXPECT_EQ(stale.correlation(), 3u);
  EXPECT_EQ(stale.refusal().code(), v1::Refusal::STALE);
  EXPECT_EQ(stale.refusal().limit(), v1::LIMIT_UNSPECIFIED);
  for (int kind = 1; kind < v1::Limit_ARRAYSIZE; ++kind) {
    const auto refused = encoded(Answer{3, limit_refusal(static_cast<LimitKind>(kind))}).answer();
    EXPECT_EQ(refused.refusal().code(), v1::Refusal::LIMIT);
    EXPECT_EQ(refused.refusal().limit(), kind);
  }
  EXPECT_EQ(stale.refusal().last_control(), 5u);
}

}  // namespace
}  // namespace magpie::server::test
