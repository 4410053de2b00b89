// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/load.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "crypto/base/check.h"
#include "crypto/base/random.h"
#include "magpie/relay/v1/relay.pb.h"
#include "server/room/frames.h"

namespace magpie::bench {

namespace {

namespace v1 = relay::v1;
using Clock = std::chrono::steady_clock;

/// Streams are opened so many at a time: a server waits 20 s for a handshake.
constexpr std::size_t kOpening = 64;

template <class Id>
std::string text(const Id& id) {
  return std::string(as_text(id.bytes()));
}

/// What all streams of a load share.
struct Tally {
  std::mutex mutex;
  std::condition_variable wake;
  std::size_t ready = 0;
  std::size_t in_flight = 0;
  std::uint64_t answered = 0;
  bool running = false;
  std::vector<double> latencies_ns;
};

struct RoomOfLoad {
  std::string id;
  crypto::SignKeyPair key;
  std::uint32_t in_flight;
};

class Stream final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  Stream(Tally& tally, grpc::GenericStub& stub, Load::Kind kind,
         const std::vector<std::uint32_t>& in_flight, std::size_t payload_bytes)
      : tally_(tally), kind_(kind), payload_(payload_bytes, 'x') {
    for (const auto count : in_flight) {
      rooms_.push_back(
          {text(random_.id<server::RoomId>()), crypto::SignKeyPair::generate(random_), count});
    }
    stub.PrepareBidiStreamingCall(&context_, "/magpie.relay.v1.Relay/Session", {}, this);
    StartRead(&incoming_);
    StartCall();
    if (kind_ == Load::Kind::kEcho) write(append_frame(0, 1));
  }
  ~Stream() override {
    context_.TryCancel();
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return done_; });
  }

  /// As many as the rooms say.
  void begin() {
    std::lock_guard lock(mutex_);
    for (std::size_t room = 0; room < rooms_.size(); ++room) {
      for (std::uint32_t i = 0; i < rooms_[room].in_flight; ++i) append(room);
    }
  }
  void append_one() {
    std::lock_guard lock(mutex_);
    append(0);
  }
  std::size_t in_flight() const {
    std::size_t sum = 0;
    for (const auto& room : rooms_) sum += room.in_flight;
    return sum;
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    {
      std::lock_guard lock(mutex_);
      if (kind_ == Load::Kind::kEcho) {
        echoed();
      } else {
        received();
      }
    }
    StartRead(&incoming_);
  }
  void OnWriteDone(bool ok) override {
    std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok) return;
    queue_.pop_front();
    write_next();
  }
  void OnDone(const grpc::Status&) override {
    std::lock_guard lock(mutex_);
    done_ = true;
    wake_.notify_all();
  }

 private:
  // All with the lock held.
  void echoed() {
    if (!std::exchange(opened_, true)) return ready();
    // Echoes come in order.
    const auto next = waiting_.find(++echoes_);
    MAGPIE_CHECK(next != waiting_.end());
    answered(next);
  }

  void received() {
    grpc::Slice slice;
    MAGPIE_CHECK(incoming_.DumpToSingleSlice(&slice).ok());
    v1::ServerFrame frame;
    MAGPIE_CHECK(frame.ParseFromArray(slice.begin(), static_cast<int>(slice.size())));
    if (frame.has_greeting()) return greet(frame.greeting());
    if (!frame.has_answer()) return;
    if (frame.answer().has_refusal()) {
      std::fprintf(stderr, "refused: %s\n", frame.answer().refusal().ShortDebugString().c_str());
      std::abort();
    }
    if (frame.answer().has_attached() && ++attached_ == rooms_.size()) return ready();
    const auto found = waiting_.find(frame.answer().correlation());
    if (frame.answer().has_appended() && found != waiting_.end()) answered(found);
  }

  void greet(const v1::Greeting& greeting) {
    for (auto& room : rooms_) {
      v1::ClientFrame create;
      create.set_correlation(kSetup + ++setups_);
      create.mutable_create_room()->set_room(room.id);
      create.mutable_create_room()->set_entry_id(text(random_.id<server::EntryId>()));
      create.mutable_create_room()->set_payload("first");
      auto& slot = *create.mutable_create_room()->add_slots();
      slot.set_key(text(room.key.public_key()));
      slot.set_rights(server::kAllRights);
      write(create);
      const auto message =
          server::attach_message(*server::Nonce::from(as_bytes(greeting.nonce())),
                                 *server::RelayIdentity::from(as_bytes(greeting.relay_identity())),
                                 *server::RoomId::from(as_bytes(room.id)), 1);
      v1::ClientFrame attach;
      attach.set_correlation(kSetup + ++setups_);
      attach.mutable_attach()->set_room(room.id);
      attach.mutable_attach()->set_slot_key(text(room.key.public_key()));
      attach.mutable_attach()->set_signature(text(room.key.sign(message)));
      attach.mutable_attach()->set_after(1);
      write(attach);
    }
  }

  v1::ClientFrame append_frame(std::size_t room, std::uint64_t correlation) {
    v1::ClientFrame frame;
    frame.set_correlation(correlation);
    auto& append = *frame.mutable_append();
    append.set_room(rooms_[room].id);
    append.set_entry_id(text(random_.id<server::EntryId>()));
    append.set_last_control(1);
    append.set_payload(payload_);
    return frame;
  }

  void append(std::size_t room) {
    waiting_.emplace(++correlation_, std::pair(room, Clock::now()));
    write(append_frame(room, correlation_));
  }

  using Waiting = std::unordered_map<std::uint64_t, std::pair<std::size_t, Clock::time_point>>;
  void answered(Waiting::iterator which) {
    const auto [room, sent] = which->second;
    waiting_.erase(which);
    bool again = false;
    {
      std::lock_guard lock(tally_.mutex);
      ++tally_.answered;
      again = tally_.running;
      if (!again) {
        tally_.latencies_ns.push_back(
            static_cast<double>(std::chrono::nanoseconds(Clock::now() - sent).count()));
        if (--tally_.in_flight == 0) tally_.wake.notify_all();
      }
    }
    if (again) append(room);
  }

  void ready() {
    std::lock_guard lock(tally_.mutex);
    ++tally_.ready;
    tally_.wake.notify_all();
  }

  void write(const v1::ClientFrame& frame) {
    const grpc::Slice slice(frame.SerializeAsString());
    queue_.emplace_back(&slice, 1);
    write_next();
  }
  void write_next() {
    if (writing_ || queue_.empty()) return;
    writing_ = true;
    StartWrite(&queue_.front());
  }

  static constexpr std::uint64_t kSetup = std::uint64_t{1} << 60;

  Tally& tally_;
  const Load::Kind kind_;
  std::mutex mutex_;
  std::condition_variable wake_;
  SystemRandom random_;
  const std::string payload_;
  std::vector<RoomOfLoad> rooms_;
  grpc::ClientContext context_;
  grpc::ByteBuffer incoming_;
  std::deque<grpc::ByteBuffer> queue_;
  bool writing_ = false;
  bool done_ = false;
  bool opened_ = false;
  std::size_t attached_ = 0;
  std::uint64_t setups_ = 0;
  std::uint64_t correlation_ = 0;
  std::uint64_t echoes_ = 0;
  Waiting waiting_;
};

}  // namespace

struct Load::Impl {
  std::shared_ptr<grpc::Channel> channel() const {
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = certificate;
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride("magpie-relay");
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(address, grpc::SslCredentials(tls), arguments);
  }
  /// The relay takes so many streams on one connection; the echo is given as many connections.
  static constexpr std::size_t kStreamsPerConnection = 32;

  std::string address;
  std::string certificate;
  Kind kind{};
  Connections connections{};
  Tally tally;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs;
  std::vector<std::unique_ptr<Stream>> streams;
};

Load::Load(const std::string& address, const std::string& certificate, Kind kind,
           Connections connections)
    : impl_(std::make_unique<Impl>()) {
  impl_->address = address.substr(0, address.find('#'));
  impl_->certificate = certificate;
  impl_->kind = kind;
  impl_->connections = connections;
}

Load::~Load() { impl_->streams.clear(); }

void Load::open(std::size_t streams, const std::vector<std::uint32_t>& in_flight,
                std::size_t payload_bytes) {
  auto& impl = *impl_;
  const auto per_connection =
      impl.connections == Connections::kOne ? Impl::kStreamsPerConnection : 1;
  for (std::size_t i = 0; i < streams; ++i) {
    const auto number = impl.streams.size();
    if (number / per_connection >= impl.stubs.size()) {
      impl.stubs.push_back(std::make_unique<grpc::GenericStub>(impl.channel()));
    }
    impl.streams.push_back(std::make_unique<Stream>(impl.tally, *impl.stubs.back(), impl.kind,
                                                    in_flight, payload_bytes));
    if ((i + 1) % kOpening != 0 && i + 1 != streams) continue;
    std::unique_lock lock(impl.tally.mutex);
    impl.tally.wake.wait(lock, [&] { return impl.tally.ready == impl.streams.size(); });
  }
}

Load::Result Load::run(std::chrono::milliseconds time) {
  auto& tally = impl_->tally;
  {
    std::lock_guard lock(tally.mutex);
    tally.running = true;
    tally.answered = 0;
    for (const auto& stream : impl_->streams) tally.in_flight += stream->in_flight();
  }
  const auto begin = Clock::now();
  for (const auto& stream : impl_->streams) stream->begin();
  std::this_thread::sleep_for(time);
  std::unique_lock lock(tally.mutex);
  tally.running = false;
  tally.wake.wait(lock, [&] { return tally.in_flight == 0; });
  tally.latencies_ns.clear();
  return {tally.answered, Clock::now() - begin};
}

Load::Latency Load::paced(std::chrono::milliseconds time, std::chrono::nanoseconds interval) {
  auto& tally = impl_->tally;
  const auto begin = Clock::now();
  std::uint64_t count = 0;
  for (auto next = begin; next < begin + time; next += interval) {
    std::this_thread::sleep_until(next);
    {
      std::lock_guard lock(tally.mutex);
      ++tally.in_flight;
    }
    impl_->streams[count++ % impl_->streams.size()]->append_one();
  }
  std::unique_lock lock(tally.mutex);
  tally.wake.wait(lock, [&] { return tally.in_flight == 0; });
  auto times = std::exchange(tally.latencies_ns, {});
  std::ranges::sort(times);
  return {count, times.at(times.size() / 2), times.at(times.size() * 99 / 100)};
}

}  // namespace magpie::bench
