// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/transport/grpc_transport.h"

#include <grpc/support/log.h>
#include <grpcpp/alarm.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "client/core/relay_address.h"
#include "client/core/transport/frame_codec.h"
#include "client/core/transport/tls_policy.h"
#include "magpie/relay/v1/relay.grpc.pb.h"

namespace magpie::client {
namespace {

namespace v1 = relay::v1;

/// Accepts one key and no other. Runs on gRPC's threads, once for each TLS handshake.
class PinVerifier final : public grpc::experimental::ExternalCertificateVerifier {
 public:
  PinVerifier(const RelayIdentity& pinned, std::shared_ptr<std::atomic<bool>> wrong_key)
      : pinned_(pinned), wrong_key_(std::move(wrong_key)) {}

  bool Verify(grpc::experimental::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> /*callback*/, grpc::Status* status) override {
    const auto pem = request->peer_cert();
    const auto shown = identity_of_certificate({pem.data(), pem.size()});
    if (!shown || *shown != pinned_) {
      wrong_key_->store(true);
      *status = grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "");
    }
    return true;  // decided at once
  }
  void Cancel(grpc::experimental::TlsCustomVerificationCheckRequest* /*request*/) override {}

 private:
  const RelayIdentity pinned_;
  const std::shared_ptr<std::atomic<bool>> wrong_key_;
};

/// The relay as a URI for gRPC, whose path takes neither brackets nor a zone's `%` as they are.
std::string target_of(const RelayAddress& relay) {
  std::string target = "dns:///";
  for (const char c : format_host_port(relay.host, relay.port)) {
    if (c == '[') {
      target += "%5B";
    } else if (c == ']') {
      target += "%5D";
    } else if (c == '%') {
      target += "%25";
    } else {
      target += c;
    }
  }
  return target;
}

std::shared_ptr<grpc::Channel> make_channel(const RelayAddress& relay, const GrpcTimeouts& timeouts,
                                            std::shared_ptr<std::atomic<bool>> wrong_key) {
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_verify_server_certs(false);
  options.set_check_call_host(false);
  options.set_certificate_verifier(
      grpc::experimental::ExternalCertificateVerifier::Create<PinVerifier>(relay.identity,
                                                                           std::move(wrong_key)));
  grpc::ChannelArguments arguments;
  // Connections are never shared: another session may pin another key, or belong to another room.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, static_cast<int>(timeouts.keepalive.count()));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                   static_cast<int>(timeouts.keepalive_answer.count()));
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetMaxReceiveMessageSize(frames::kFrameBytesMax);
  return grpc::CreateCustomChannel(target_of(relay), grpc::experimental::TlsCredentials(options),
                                   arguments);
}

/// One stream; at most one read and one write are in flight. A hold keeps the stream open to
/// writes from outside gRPC's own calls, until `finishing_`. Only the owner's thread destroys it,
/// once gRPC has said its last word: the last reference to gRPC's channels must not go on one of
/// gRPC's own threads, which it would wait for.
class GrpcSession final : public Session,
                          private grpc::ClientBidiReactor<v1::ClientFrame, v1::ServerFrame> {
 public:
  GrpcSession(const RelayAddress& relay, SessionCallbacks callbacks, const GrpcTimeouts& timeouts)
      : callbacks_(std::move(callbacks)),
        pinned_(relay.identity),
        stub_(v1::Relay::NewStub(make_channel(relay, timeouts, wrong_key_))) {
    stub_->async()->Session(&context_, this);
    AddHold();
    StartRead(&incoming_);
    alarm_.Set(std::chrono::system_clock::now() + timeouts.connect,
               [this](bool expired) { connect_alarm(expired); });
    StartCall();
  }

  ~GrpcSession() override {
    std::unique_lock lock(mutex_);
    stopped_ = true;
    finish();
    alarm_.Cancel();
    done_changed_.wait(lock, [this] { return done_ && alarm_done_; });
  }

  void send(frames::ClientFrame frame) override {
    const std::lock_guard lock(mutex_);
    if (finishing_) return;
    frames::to_proto(frame, queue_.emplace_back());
    if (queue_.size() == 1) StartWrite(&queue_.front());
  }

  void consumed() override {
    const std::lock_guard lock(mutex_);
    --frames_ahead_;
    if (finishing_ || !reading_paused_) return;
    reading_paused_ = false;
    StartRead(&incoming_);
  }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) {
      const std::lock_guard lock(mutex_);
      release();
      return;
    }
    auto frame = frames::from_proto(incoming_);
    if (frame) {
      if (auto fits = check_greeting(*frame); !fits) frame = tl::unexpected(fits.error());
    }
    {
      const std::lock_guard lock(mutex_);
      if (stopped_) return;
      if (!frame) {
        error_ = frame.error();
        finish();
        return;
      }
    }
    callbacks_.received(*std::move(frame));
    read_on();
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    queue_.pop_front();
    // A failed write is followed by a failed read and OnDone, which say why.
    if (ok && !finishing_ && !queue_.empty()) StartWrite(&queue_.front());
  }

  void OnDone(const grpc::Status& status) override {
    std::unique_lock lock(mutex_);
    if (!stopped_) {
      const Error error = reason(status);
      lock.unlock();
      callbacks_.closed(error);
      lock.lock();
    }
    done_ = true;
    done_changed_.notify_all();
  }

  /// The first frame, and no other, is the greeting of the relay that the address names.
  Result<void> check_greeting(const frames::ServerFrame& frame) {
    const auto* greeting = std::get_if<frames::Greeting>(&frame);
    if ((greeting != nullptr) == greeted_) return fail(Errc::kMalformed, "session: greeting");
    if (greeting == nullptr) return {};
    greeted_ = true;
    alarm_.Cancel();
    if (greeting->relay_identity != pinned_) {
      return fail(Errc::kMalformed, "session: greeting's identity");
    }
    return {};
  }

  void connect_alarm(bool expired) {
    const std::lock_guard lock(mutex_);
    if (expired && !greeted_ && !finishing_) {
      error_ = Error{Errc::kTimedOut, "session: connecting"};
      finish();
    }
    alarm_done_ = true;
    done_changed_.notify_all();
  }

  void read_on() {
    const std::lock_guard lock(mutex_);
    if (finishing_) return;
    if (++frames_ahead_ >= static_cast<std::ptrdiff_t>(kFramesAheadMax)) {
      reading_paused_ = true;
    } else {
      StartRead(&incoming_);
    }
  }

  /// Under the lock: ends the stream.
  void finish() {
    if (!finishing_) context_.TryCancel();
    release();
  }

  /// Under the lock. From here on only gRPC's own completions come, and OnDone last.
  void release() {
    if (!finishing_) RemoveHold();
    finishing_ = true;
  }

  Error reason(const grpc::Status& status) const {
    if (wrong_key_->load()) return {Errc::kWrongRelayKey, "session: pin"};
    if (error_) return *error_;
    switch (status.error_code()) {
      case grpc::StatusCode::INVALID_ARGUMENT:
      case grpc::StatusCode::UNIMPLEMENTED:
        return {Errc::kMalformed, "session: refused as malformed"};
      case grpc::StatusCode::RESOURCE_EXHAUSTED:
        return {Errc::kLimit, "limit: connections"};
      default:
        return {Errc::kUnreachable, "session: ended"};
    }
  }

  const SessionCallbacks callbacks_;
  const RelayIdentity pinned_;
  const std::shared_ptr<std::atomic<bool>> wrong_key_ = std::make_shared<std::atomic<bool>>(false);
  const std::unique_ptr<v1::Relay::Stub> stub_;
  grpc::ClientContext context_;
  grpc::Alarm alarm_;
  v1::ServerFrame incoming_;
  std::atomic<bool> greeted_ = false;

  std::mutex mutex_;
  std::condition_variable done_changed_;
  std::deque<v1::ClientFrame> queue_;  // the first one is being written
  std::optional<Error> error_;
  std::ptrdiff_t frames_ahead_ = 0;
  bool reading_paused_ = false;
  bool finishing_ = false;  // nothing is started any more
  bool stopped_ = false;    // nobody wants to hear
  bool done_ = false;
  bool alarm_done_ = false;
};

}  // namespace

GrpcTransport::GrpcTransport(GrpcTimeouts timeouts) : timeouts_(timeouts) {
  static std::once_flag once;
  std::call_once(once, [] {
    require_tls13();
    // gRPC's own lines name hosts and addresses.
    gpr_set_log_function([](gpr_log_func_args*) {});
  });
}

std::unique_ptr<Session> GrpcTransport::connect(const RelayAddress& relay,
                                                SessionCallbacks callbacks) {
  return std::make_unique<GrpcSession>(relay, std::move(callbacks), timeouts_);
}

}  // namespace magpie::client
