// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <optional>

#include "crypto/primitives/sign.h"
#include "magpie/relay/v1/relay.grpc.pb.h"
#include "server/room/frames.h"
#include "tests/support/seeded_random.h"

namespace magpie::server::test {

namespace v1 = relay::v1;

template <class Id>
std::string text_of(const Id& id) {
  return std::string(as_text(id.bytes()));
}

/// A bare gRPC client of one relay: says what a test tells it to, valid or not.
class RawClient {
 public:
  /// `address` as the relay prints it; `certificate` is the relay's.
  RawClient(const std::string& address, const std::string& certificate) {
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = certificate;
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride("magpie-relay");
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    channel_ = grpc::CreateCustomChannel(address.substr(0, address.find('#')),
                                         grpc::SslCredentials(tls), arguments);
    stub_ = v1::Relay::NewStub(channel_);
  }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  v1::Relay::Stub& stub() { return *stub_; }

 private:
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::Relay::Stub> stub_;
};

/// What gRPC's health protocol answers, as its one field: 1 is SERVING.
inline int health_of(const RawClient& client) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  // On the wire a call of one message each way is a stream of one message each way.
  const grpc::internal::RpcMethod method("/grpc.health.v1.Health/Check",
                                         grpc::internal::RpcMethod::BIDI_STREAMING);
  const std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>> stream(
      grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(
          client.channel().get(), method, &context));
  const grpc::Slice nothing("");
  stream->Write(grpc::ByteBuffer(&nothing, 1));
  stream->WritesDone();
  grpc::ByteBuffer answer;
  grpc::Slice slice;
  const bool read = stream->Read(&answer) && answer.DumpToSingleSlice(&slice).ok();
  EXPECT_TRUE(stream->Finish().ok());
  return read && slice.size() == 2 ? slice.begin()[1] : -1;
}

/// One stream of it. Every wait ends by the stream's deadline.
class RawStream {
 public:
  explicit RawStream(RawClient& client, std::chrono::seconds patience = std::chrono::seconds(60)) {
    context_.set_deadline(std::chrono::system_clock::now() + patience);
    stream_ = client.stub().Session(&context_);
    if (const auto frame = read(); frame && frame->has_greeting()) greeting_ = frame->greeting();
  }
  ~RawStream() {
    if (!finished_) context_.TryCancel(), (void)finish();
  }

  const v1::Greeting& greeting() const { return greeting_; }
  bool write(const v1::ClientFrame& frame) { return stream_->Write(frame); }
  bool done_writing() { return stream_->WritesDone(); }

  /// Empty where the stream is over.
  std::optional<v1::ServerFrame> read() {
    v1::ServerFrame frame;
    if (!stream_->Read(&frame)) return std::nullopt;
    return frame;
  }

  /// Reads up to the answer to this frame; entries and the like on the way are kept.
  v1::Answer ask(v1::ClientFrame frame) {
    frame.set_correlation(next_++);
    write(frame);
    while (const auto got = read()) {
      if (got->has_answer() && got->answer().correlation() == frame.correlation()) {
        return got->answer();
      }
      others_.push_back(*got);
    }
    ADD_FAILURE() << "the stream ended without an answer";
    return {};
  }

  /// Reads up to CaughtUp; the entries on the way, with those before.
  std::vector<v1::Entry> catch_up() {
    while (others_.empty() || !others_.back().has_caught_up()) {
      const auto got = read();
      if (!got) break;
      others_.push_back(*got);
    }
    std::vector<v1::Entry> entries;
    for (const auto& frame : others_) {
      if (frame.has_entry()) entries.push_back(frame.entry());
    }
    others_.clear();
    return entries;
  }

  v1::ClientFrame attach_frame(const std::string& room, const crypto::SignKeyPair& key,
                               Sequence after) const {
    const auto message = attach_message(*Nonce::from(as_bytes(greeting_.nonce())),
                                        *RelayIdentity::from(as_bytes(greeting_.relay_identity())),
                                        *RoomId::from(as_bytes(room)), after);
    v1::ClientFrame frame;
    auto& attach = *frame.mutable_attach();
    attach.set_room(room);
    attach.set_slot_key(text_of(key.public_key()));
    attach.set_signature(text_of(key.sign(message)));
    attach.set_after(after);
    return frame;
  }

  grpc::Status finish() {
    finished_ = true;
    while (read()) {
    }
    return stream_->Finish();
  }
  void cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::ClientFrame, v1::ServerFrame>> stream_;
  v1::Greeting greeting_;
  std::vector<v1::ServerFrame> others_;
  std::uint64_t next_ = 1;
  bool finished_ = false;
};

inline v1::ClientFrame create_frame(Random& random, const crypto::SignKeyPair& key) {
  v1::ClientFrame frame;
  auto& create = *frame.mutable_create_room();
  create.set_room(text_of(random.id<RoomId>()));
  create.set_entry_id(text_of(random.id<EntryId>()));
  create.set_payload("the first entry");
  auto& slot = *create.add_slots();
  slot.set_key(text_of(key.public_key()));
  slot.set_rights(kAllRights);
  return frame;
}

inline v1::ClientFrame append_frame(Random& random, const std::string& room, Sequence last_control,
                                    const std::string& payload) {
  v1::ClientFrame frame;
  auto& append = *frame.mutable_append();
  append.set_room(room);
  append.set_entry_id(text_of(random.id<EntryId>()));
  append.set_last_control(last_control);
  append.set_payload(payload);
  return frame;
}

}  // namespace magpie::server::test
