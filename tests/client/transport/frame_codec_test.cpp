// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/transport/frame_codec.h"

#include <gtest/gtest.h>

#include <set>

#include "magpie/relay/v1/relay.pb.h"
#include "tests/support/seeded_random.h"

namespace magpie::client::frames {
namespace {

namespace v1 = relay::v1;

const std::string kRoom(16, 'r');
const std::string kEntryId(16, 'e');

template <class Id>
Id id_of(const std::string& bytes) {
  return *Id::from(as_bytes(bytes));
}

v1::ServerFrame entry(std::size_t payload_size, bool control = false) {
  v1::ServerFrame frame;
  auto& body = *frame.mutable_entry();
  body.set_room(kRoom);
  body.set_entry_id(kEntryId);
  body.set_sequence(7);
  body.set_control(control);
  body.set_payload(std::string(payload_size, 'p'));
  return frame;
}

v1::ServerFrame greeting() {
  v1::ServerFrame frame;
  auto& body = *frame.mutable_greeting();
  body.set_version(1);
  body.set_nonce(std::string(32, 'n'));
  body.set_relay_identity(std::string(32, 'i'));
  body.mutable_limits()->set_frames_in_flight_max(64);
  return frame;
}

void expect_refused(const v1::ServerFrame& frame, Errc code) {
  const auto read = from_proto(frame);
  ASSERT_FALSE(read) << frame.DebugString();
  EXPECT_EQ(read.error().code, code) << frame.DebugString();
}

TEST(FrameCodec, an_append_carries_all_its_parts) {
  Append append;
  append.room = id_of<RoomId>(kRoom);
  append.entry_id = id_of<EntryId>(kEntryId);
  append.control = true;
  append.last_control = 5;
  append.payload = {1, 2, 3};
  append.slot_changes = {Slot{id_of<SlotKey>(std::string(32, 'k')), kRead | kWrite},
                         RemoveSlot{id_of<SlotKey>(std::string(32, 'x'))}};
  append.new_slot_key = id_of<SlotKey>(std::string(32, 'y'));
  v1::ClientFrame frame;
  to_proto({.correlation = 9, .body = append}, frame);

  EXPECT_EQ(frame.correlation(), 9U);
  const auto& body = frame.append();
  EXPECT_EQ(body.room(), kRoom);
  EXPECT_EQ(body.entry_id(), kEntryId);
  EXPECT_TRUE(body.control());
  EXPECT_EQ(body.last_control(), 5U);
  EXPECT_EQ(body.payload(), "\x01\x02\x03");
  ASSERT_EQ(body.slot_changes_size(), 2);
  EXPECT_EQ(body.slot_changes(0).add().key(), std::string(32, 'k'));
  EXPECT_EQ(body.slot_changes(0).add().rights(), 3U);
  EXPECT_EQ(body.slot_changes(1).remove_key(), std::string(32, 'x'));
  EXPECT_EQ(body.new_slot_key(), std::string(32, 'y'));
}

TEST(FrameCodec, every_client_frame_has_its_kind) {
  const auto room = id_of<RoomId>(kRoom);
  v1::ClientFrame frame;
  to_proto({.body = CreateRoom{room, {Slot{{}, kManage}}, id_of<EntryId>(kEntryId), {4}}}, frame);
  EXPECT_EQ(frame.create_room().slots(0).rights(), 4U);
  EXPECT_EQ(frame.create_room().payload(), "\x04");
  to_proto({.body = Attach{room, {}, {}, 12}}, frame);
  EXPECT_EQ(frame.attach().after(), 12U);
  EXPECT_EQ(frame.attach().signature().size(), 64U);
  to_proto({.body = Acknowledge{room, 13}}, frame);
  EXPECT_EQ(frame.acknowledge().through(), 13U);
  to_proto({.body = Detach{room}}, frame);
  EXPECT_EQ(frame.detach().room(), kRoom);
  to_proto({.body = CloseRoom{room}}, frame);
  EXPECT_EQ(frame.close_room().room(), kRoom);
  EXPECT_FALSE(frame.has_detach());
}

TEST(FrameCodec, a_greeting_is_read) {
  const auto read = from_proto(greeting());
  ASSERT_TRUE(read);
  const auto& frame = std::get<Greeting>(*read);
  EXPECT_EQ(frame.nonce.bytes()[0], 'n');
  EXPECT_EQ(frame.relay_identity.bytes()[31], 'i');
  EXPECT_EQ(frame.limits.frames_in_flight_max, 64U);
}

TEST(FrameCodec, a_greeting_out_of_bounds_is_refused) {
  auto frame = greeting();
  frame.mutable_greeting()->set_version(2);
  expect_refused(frame, Errc::kUnsupported);
  frame = greeting();
  frame.mutable_greeting()->set_nonce(std::string(31, 'n'));
  expect_refused(frame, Errc::kMalformed);
  frame = greeting();
  frame.mutable_greeting()->set_relay_identity(std::string(33, 'n'));
  expect_refused(frame, Errc::kMalformed);
}

TEST(FrameCodec, an_entry_is_read_up_to_its_bound) {
  const auto read = from_proto(entry(kEntryBytesMax));
  ASSERT_TRUE(read);
  const auto& frame = std::get<Entry>(*read);
  EXPECT_EQ(frame.sequence, 7U);
  EXPECT_EQ(frame.payload.size(), kEntryBytesMax);
  EXPECT_FALSE(frame.control);
  EXPECT_TRUE(from_proto(entry(kControlEntryBytesMax, true)));
}

TEST(FrameCodec, an_entry_out_of_bounds_is_refused) {
  expect_refused(entry(kEntryBytesMax + 1), Errc::kMalformed);
  expect_refused(entry(kControlEntryBytesMax + 1, true), Errc::kMalformed);
  expect_refused(entry(0), Errc::kMalformed);
  auto frame = entry(1);
  frame.mutable_entry()->set_own(true);
  expect_refused(frame, Errc::kMalformed);
  frame = entry(1);
  for (const std::uint64_t number : {std::uint64_t{0}, kSequenceMax + 1, UINT64_MAX}) {
    frame.mutable_entry()->set_sequence(number);
    expect_refused(frame, Errc::kMalformed);
  }
  frame = entry(1);
  frame.mutable_entry()->set_room("short");
  expect_refused(frame, Errc::kMalformed);
  frame = entry(1);
  frame.mutable_entry()->set_entry_id(std::string(17, 'e'));
  expect_refused(frame, Errc::kMalformed);
}

TEST(FrameCodec, every_refusal_has_its_code) {
  const std::vector<std::pair<v1::Refusal::Code, Errc>> codes = {
      {v1::Refusal::NO_SUCH_SLOT, Errc::kNoSuchSlot},
      {v1::Refusal::SLOT_EXCHANGED, Errc::kSlotExchanged},
      {v1::Refusal::BAD_SIGNATURE, Errc::kBadSignature},
      {v1::Refusal::NOT_ATTACHED, Errc::kNotAttached},
      {v1::Refusal::NO_RIGHT, Errc::kNoRight},
      {v1::Refusal::STALE, Errc::kStale},
      {v1::Refusal::ROOM_EXISTS, Errc::kRoomExists},
      {v1::Refusal::ID_REUSED, Errc::kIdReused},
      {v1::Refusal::LIMIT, Errc::kLimit},
      {v1::Refusal::NOT_INVITED, Errc::kNotInvited},
      {v1::Refusal::STORAGE, Errc::kRelayStorage}};
  for (const auto& [code, expected] : codes) {
    v1::ServerFrame frame;
    frame.mutable_answer()->set_correlation(3);
    frame.mutable_answer()->mutable_refusal()->set_code(code);
    frame.mutable_answer()->mutable_refusal()->set_last_control(8);
    const auto read = from_proto(frame);
    ASSERT_TRUE(read);
    const auto& refusal = std::get<Refusal>(std::get<Answer>(*read).result);
    EXPECT_EQ(refusal.code, expected);
    EXPECT_EQ(refusal.last_control, 8U);
  }
}

TEST(FrameCodec, every_limit_has_its_kind_and_a_later_one_is_a_limit_too) {
  std::set<std::string_view> sites;
  for (int kind = 0; kind <= v1::Limit_ARRAYSIZE; ++kind) {
    v1::ServerFrame frame;
    frame.mutable_answer()->set_correlation(3);
    frame.mutable_answer()->mutable_refusal()->set_code(v1::Refusal::LIMIT);
    frame.mutable_answer()->mutable_refusal()->set_limit(static_cast<v1::Limit>(kind));
    const auto read = from_proto(frame);
    ASSERT_TRUE(read);
    const auto error = error_of(std::get<Refusal>(std::get<Answer>(*read).result));
    EXPECT_EQ(error.code, Errc::kLimit);
    EXPECT_TRUE(error.site.starts_with("limit: "));
    sites.insert(error.site);
  }
  EXPECT_EQ(sites.size(), static_cast<std::size_t>(v1::Limit_ARRAYSIZE));
}

TEST(FrameCodec, token_keys_and_tokens_go_both_ways) {
  ClientFrame create{1, CreateRoom{}};
  auto& token = std::get<CreateRoom>(create.body).token.emplace();
  token.key = 9;
  v1::ClientFrame written;
  to_proto(create, written);
  EXPECT_EQ(written.create_room().token().key(), 9U);
  EXPECT_EQ(written.create_room().token().input().size(), 32U);
  EXPECT_EQ(written.create_room().token().output().size(), 64U);
  to_proto({2, Redeem{{}, 9, {{}, {}}}}, written);
  EXPECT_EQ(written.redeem().code().size(), 10U);
  EXPECT_EQ(written.redeem().blinded_size(), 2);

  v1::ServerFrame frame;
  auto& greeting = *frame.mutable_greeting();
  greeting.set_version(1);
  greeting.set_nonce(std::string(32, 'n'));
  greeting.set_relay_identity(std::string(32, 'i'));
  greeting.set_invited(true);
  for (int i = 1; i <= 3; ++i) {
    greeting.add_token_keys()->set_number(static_cast<std::uint32_t>(i));
    greeting.mutable_token_keys(i - 1)->set_public_key(std::string(32, 'p'));
  }
  const auto read = from_proto(frame);
  ASSERT_TRUE(read);
  EXPECT_TRUE(std::get<Greeting>(*read).invited);
  EXPECT_EQ(std::get<Greeting>(*read).token_keys.at(2).number, 3U);
  greeting.mutable_token_keys(0)->set_public_key("short");
  expect_refused(frame, Errc::kMalformed);
  *greeting.mutable_token_keys(0) = greeting.token_keys(1);
  *greeting.add_token_keys() = greeting.token_keys(1);
  expect_refused(frame, Errc::kTooLarge);

  frame.mutable_answer()->set_correlation(3);
  auto& redeemed = *frame.mutable_answer()->mutable_redeemed();
  redeemed.set_key(9);
  redeemed.set_proof(std::string(64, 'p'));
  redeemed.add_evaluated(std::string(32, 'e'));
  const auto answer = from_proto(frame);
  ASSERT_TRUE(answer);
  EXPECT_EQ(std::get<Redeemed>(std::get<Answer>(*answer).result).evaluated.size(), 1U);
  redeemed.add_evaluated("short");
  expect_refused(frame, Errc::kMalformed);
  redeemed.mutable_evaluated()->RemoveLast();
  redeemed.set_proof("short");
  expect_refused(frame, Errc::kMalformed);
}

TEST(FrameCodec, an_answer_out_of_bounds_is_refused) {
  v1::ServerFrame frame;
  frame.mutable_answer()->mutable_created();
  expect_refused(frame, Errc::kMalformed);  // answers nothing
  frame.mutable_answer()->set_correlation(1);
  EXPECT_TRUE(from_proto(frame));
  frame.mutable_answer()->mutable_appended();
  expect_refused(frame, Errc::kMalformed);
  frame.mutable_answer()->mutable_attached()->set_last_control(2);
  expect_refused(frame, Errc::kMalformed);
  frame.mutable_answer()->mutable_refusal();
  expect_refused(frame, Errc::kMalformed);
  frame.mutable_answer()->mutable_refusal()->set_code(static_cast<v1::Refusal::Code>(77));
  expect_refused(frame, Errc::kUnsupported);
  frame.mutable_answer()->clear_result();
  expect_refused(frame, Errc::kUnsupported);
}

TEST(FrameCodec, unknown_kinds_are_refused) {
  v1::ServerFrame frame;
  expect_refused(frame, Errc::kUnsupported);
  frame.mutable_notice()->set_room(kRoom);
  expect_refused(frame, Errc::kMalformed);
  frame.mutable_notice()->set_kind(static_cast<v1::Notice::Kind>(9));
  expect_refused(frame, Errc::kUnsupported);
  frame.mutable_notice()->set_kind(v1::Notice::ROOM_CLOSED);
  EXPECT_TRUE(from_proto(frame));
}

TEST(FrameCodec, damaged_bytes_are_answered_with_a_frame_or_an_error) {
  constexpr std::uint64_t kSeed = 4711;
  test::SeededRandom random(kSeed);
  int read_count = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = (i % 2 == 0 ? entry(40) : greeting()).SerializeAsString();
    for (auto flips = random.below(3); flips-- > 0;) {
      bytes[random.below(bytes.size())] ^= static_cast<char>(1U << random.below(8));
    }
    v1::ServerFrame frame;
    if (frame.ParseFromString(bytes) && from_proto(frame)) ++read_count;
  }
  EXPECT_GT(read_count, 1000) << "seed " << kSeed;
}

}  // namespace
}  // namespace magpie::client::frames
