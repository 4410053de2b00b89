// SPDX-License-Identifier: GPL-3.0-or-later
// The whole relay in this process, over real TLS and a real store, asked by a bare gRPC client.
#include "server/relay.h"

#include <thread>

#include "server/data_dir.h"
#include "server/rpc/tls_identity.h"
#include "tests/server/support/raw_client.h"
#include "tests/server/support/stores.h"

namespace magpie::server::test {
namespace {

class RelayTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { require_tls13(); }
  RelayTest() { start(); }

  void start(std::chrono::milliseconds maintenance_period = std::chrono::hours(1)) {
    auto relay = Relay::start({.directory = dir_.path(),
                               .listen = HostPort{"127.0.0.1", 0},
                               .open = true,
                               .maintenance_period = maintenance_period});
    if (!relay) {
      ADD_FAILURE() << name(relay.error().code) << " " << relay.error().site;
      return;
    }
    relay_ = std::move(*relay);
    client_ = std::make_unique<RawClient>(relay_->address(), read_file(dir_.path() / "relay.crt"));
  }

  std::string make_room(RawStream& stream, const crypto::SignKeyPair& key) {
    const auto frame = create_frame(random_, key);
    EXPECT_TRUE(stream.ask(frame).has_created());
    return frame.create_room().room();
  }

  TempDir dir_;
  magpie::test::SeededRandom random_{17};
  crypto::SignKeyPair key_ = crypto::SignKeyPair::generate(random_);
  std::unique_ptr<Relay> relay_;
  std::unique_ptr<RawClient> client_;
};

TEST_F(RelayTest, greets_with_the_identity_that_its_address_pins) {
  RawStream stream(*client_);
  const auto& address = relay_->address();
  const auto pin = from_base64url(address.substr(address.find('#') + 1));
  ASSERT_TRUE(pin);
  EXPECT_TRUE(equal(as_bytes(stream.greeting().relay_identity()), *pin));
  EXPECT_EQ(stream.greeting().nonce().size(), 32u);
  EXPECT_EQ(stream.greeting().limits().entry_bytes_max(), 65536u);
}

TEST_F(RelayTest, carries_entries_from_one_stream_to_another) {
  RawStream writer(*client_);
  const auto room = make_room(writer, key_);
  const auto attached = writer.ask(writer.attach_frame(room, key_, 0));
  ASSERT_TRUE(attached.has_attached());
  EXPECT_EQ(attached.attached().head(), 1u);
  RawStream reader(*client_);
  reader.ask(reader.attach_frame(room, key_, 1));
  reader.catch_up();
  const auto appended = writer.ask(append_frame(random_, room, 1, "hello"));
  EXPECT_EQ(appended.appended().sequence(), 2u);
  const auto got = reader.read();
  ASSERT_TRUE(got && got->has_entry());
  EXPECT_EQ(got->entry().sequence(), 2u);
  EXPECT_TRUE(got->entry().own());  // the same slot, on another stream
  EXPECT_EQ(relay_->status().sessions, 2u);
}

TEST_F(RelayTest, a_wrong_signature_is_answered_and_the_stream_goes_on) {
  RawStream stream(*client_);
  const auto room = make_room(stream, key_);
  auto frame = stream.attach_frame(room, key_, 0);
  frame.mutable_attach()->set_after(1);
  EXPECT_EQ(stream.ask(frame).refusal().code(), v1::Refusal::BAD_SIGNATURE);
  const auto stranger = crypto::SignKeyPair::generate(random_);
  EXPECT_EQ(stream.ask(stream.attach_frame(room, stranger, 0)).refusal().code(),
            v1::Refusal::NO_SUCH_SLOT);
  // What was signed for one stream opens nothing on another.
  RawStream other(*client_);
  EXPECT_EQ(other.ask(stream.attach_frame(room, key_, 0)).refusal().code(),
            v1::Refusal::BAD_SIGNATURE);
  EXPECT_TRUE(stream.ask(stream.attach_frame(room, key_, 0)).has_attached());
}

TEST_F(RelayTest, a_bad_frame_ends_its_own_stream_alone) {
  RawStream honest(*client_);
  const auto room = make_room(honest, key_);
  honest.ask(honest.attach_frame(room, key_, 0));
  const auto expect_end = [&](const v1::ClientFrame& frame) {
    RawStream stream(*client_);
    stream.write(frame);
    EXPECT_EQ(stream.finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  };
  expect_end({});
  auto short_id = append_frame(random_, room, 1, "x");
  short_id.mutable_append()->mutable_entry_id()->pop_back();
  expect_end(short_id);
  expect_end(append_frame(random_, room, 1, std::string(kEntryBytesBound + 1, 'x')));
  EXPECT_EQ(honest.ask(append_frame(random_, room, 1, "hello")).appended().sequence(), 2u);
}

TEST_F(RelayTest, bytes_that_are_no_frame_end_their_own_stream_alone) {
  RawStream honest(*client_);
  const auto room = make_room(honest, key_);
  honest.ask(honest.attach_frame(room, key_, 0));
  for (const auto size : {std::size_t{1}, std::size_t{300}, kFrameBytesBound + 1}) {
    std::string noise(size, '\xff');
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    // The same method, with raw messages.
    grpc::internal::RpcMethod method("/magpie.relay.v1.Relay/Session",
                                     grpc::internal::RpcMethod::BIDI_STREAMING);
    const std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>> stream(
        grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(
            client_->channel().get(), method, &context));
    const grpc::Slice slice(noise);
    stream->Write(grpc::ByteBuffer(&slice, 1));
    grpc::ByteBuffer in;
    while (stream->Read(&in)) {
    }
    const auto code = stream->Finish().error_code();
    // Beyond the size of any frame gRPC itself refuses it.
    EXPECT_EQ(code, size > kFrameBytesBound ? grpc::StatusCode::RESOURCE_EXHAUSTED
                                            : grpc::StatusCode::INVALID_ARGUMENT);
  }
  EXPECT_EQ(honest.ask(append_frame(random_, room, 1, "hello")).appended().sequence(), 2u);
}

TEST_F(RelayTest, many_requests_at_once_are_each_answered_in_order) {
  RawStream stream(*client_);
  const auto room = make_room(stream, key_);
  stream.ask(stream.attach_frame(room, key_, 1));
  stream.catch_up();
  constexpr std::uint64_t kCount = 500;
  std::thread writer([&] {
    for (std::uint64_t i = 1; i <= kCount; ++i) {
      auto frame = append_frame(random_, room, 1, std::string(1000, 'x'));
      frame.set_correlation(1000 + i);
      ASSERT_TRUE(stream.write(frame));
    }
  });
  // Past the limit of requests in flight a request is refused; numbers stay without a gap.
  std::uint64_t answers = 0;
  std::uint64_t sequence = 1;
  while (answers < kCount) {
    const auto got = stream.read();
    ASSERT_TRUE(got);
    if (!got->has_answer()) continue;
    ++answers;
    EXPECT_EQ(got->answer().correlation(), 1000 + answers);
    if (got->answer().has_refusal()) {
      EXPECT_EQ(got->answer().refusal().code(), v1::Refusal::LIMIT);
    } else {
      EXPECT_EQ(got->answer().appended().sequence(), ++sequence);
    }
  }
  writer.join();
}

TEST_F(RelayTest, a_reader_that_does_not_read_slows_nobody) {
  RawStream writer(*client_);
  const auto room = make_room(writer, key_);
  writer.ask(writer.attach_frame(room, key_, 1));
  const auto idle_key = crypto::SignKeyPair::generate(random_);
  auto add = append_frame(random_, room, 1, "add");
  add.mutable_append()->set_control(true);
  auto& slot = *add.mutable_append()->add_slot_changes()->mutable_add();
  slot.set_key(text_of(idle_key.public_key()));
  slot.set_rights(kRead);
  ASSERT_EQ(writer.ask(add).appended().sequence(), 2u);
  RawStream idle(*client_);
  idle.ask(idle.attach_frame(room, idle_key, 2));
  constexpr Sequence kCount = 100;
  for (Sequence i = 1; i <= kCount; ++i) {
    ASSERT_EQ(
        writer.ask(append_frame(random_, room, 2, std::string(60'000, 'x'))).appended().sequence(),
        2 + i);
  }
  // When it reads at last, all of it is there, in order.
  Sequence expected = 3;
  while (expected <= 2 + kCount) {
    const auto got = idle.read();
    ASSERT_TRUE(got);
    if (!got->has_entry()) continue;
    EXPECT_EQ(got->entry().sequence(), expected++);
  }
}

TEST_F(RelayTest, a_client_that_hangs_up_still_gets_what_it_asked_for_done) {
  RawStream stream(*client_);
  auto frame = create_frame(random_, key_);
  frame.set_correlation(77);
  stream.write(frame);
  stream.done_writing();
  EXPECT_TRUE(stream.finish().ok());
  RawStream again(*client_);
  EXPECT_TRUE(again.ask(again.attach_frame(frame.create_room().room(), key_, 0)).has_attached());
}

TEST_F(RelayTest, drains_and_comes_back_with_everything) {
  RawStream stream(*client_);
  const auto room = make_room(stream, key_);
  stream.ask(stream.attach_frame(room, key_, 0));
  for (Sequence i = 2; i <= 20; ++i) {
    ASSERT_EQ(stream.ask(append_frame(random_, room, 1, "entry")).appended().sequence(), i);
  }
  const auto address = relay_->address();
  std::thread reader(
      [&] { EXPECT_EQ(stream.finish().error_code(), grpc::StatusCode::UNAVAILABLE); });
  relay_->drain();
  reader.join();
  relay_.reset();
  EXPECT_EQ(*address_of(dir_.path()), address);
  const auto stopped = stopped_status(dir_.path());
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->health, "stopped");
  EXPECT_EQ(stopped->counts.rooms, 1u);
  start();
  RawStream again(*client_);
  EXPECT_EQ(again.ask(again.attach_frame(room, key_, 0)).attached().head(), 20u);
  EXPECT_EQ(again.catch_up().size(), 20u);
  const auto before = address.substr(address.find('#'));
  EXPECT_EQ(relay_->address().substr(relay_->address().find('#')), before);
}

TEST_F(RelayTest, what_was_read_goes_from_the_files_by_itself) {
  relay_.reset();
  start(std::chrono::milliseconds(50));
  const std::string canary = "a text that must not stay";
  RawStream stream(*client_);
  const auto room = make_room(stream, key_);
  stream.ask(stream.attach_frame(room, key_, 0));
  ASSERT_TRUE(stream.ask(append_frame(random_, room, 1, canary)).has_appended());
  ASSERT_GT(files_with(dir_.path(), canary), 0);
  v1::ClientFrame acknowledge;
  acknowledge.mutable_acknowledge()->set_room(room);
  acknowledge.mutable_acknowledge()->set_through(2);
  ASSERT_TRUE(stream.ask(acknowledge).has_acknowledged());
  // Ends by the test's own time limit where it never does.
  while (files_with(dir_.path(), canary) > 0) std::this_thread::yield();
}

TEST_F(RelayTest, streams_beyond_the_limit_are_refused_and_room_comes_back) {
  relay_.reset();
  ASSERT_TRUE(write_private_file(dir_.path() / "relay.toml", "[limits]\nstreams_max = 1\n"));
  start();
  {
    RawStream first(*client_);
    make_room(first, key_);
    RawStream second(*client_);
    EXPECT_EQ(second.finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    make_room(first, key_);
  }
  while (relay_->status().sessions > 0) std::this_thread::yield();
  RawStream third(*client_);
  make_room(third, key_);
}

TEST_F(RelayTest, a_directory_in_use_and_a_port_in_use_are_told_apart) {
  const auto second = Relay::start({.directory = dir_.path(), .listen = HostPort{"127.0.0.1", 0}});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::kInUse);
  EXPECT_TRUE(second.error().site.starts_with("data directory"));
  const TempDir other;
  const auto taken = parse_host_port(relay_->address().substr(0, relay_->address().find('#')));
  const auto third = Relay::start({.directory = other.path(), .listen = taken});
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, Errc::kInUse);
  EXPECT_TRUE(third.error().site.starts_with("grpc"));
}

}  // namespace
}  // namespace magpie::server::test
