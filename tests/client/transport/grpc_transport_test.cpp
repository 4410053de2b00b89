// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/transport/grpc_transport.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "client/core/transport/tls_policy.h"
#include "tests/client/transport/test_relay.h"

namespace magpie::client {
namespace {

using namespace std::chrono_literals;
namespace v1 = relay::v1;
using test::TestRelay;

constexpr auto kPatience = 20s;

/// What a session said, from whichever thread.
class Listener {
 public:
  SessionCallbacks callbacks() {
    return {.received =
                [this](frames::ServerFrame frame) {
                  const std::lock_guard lock(mutex_);
                  frames_.push_back(std::move(frame));
                  changed_.notify_all();
                },
            .closed =
                [this](Error error) {
                  const std::lock_guard lock(mutex_);
                  closed_.push_back(error);
                  changed_.notify_all();
                }};
  }
  bool wait_frames(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return frames_.size() >= count; });
  }
  std::optional<Errc> wait_closed() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return !closed_.empty(); });
    return closed_.empty() ? std::nullopt : std::optional(closed_.front().code);
  }
  std::vector<frames::ServerFrame> frames() {
    const std::lock_guard lock(mutex_);
    return frames_;
  }
  std::size_t closed_count() {
    const std::lock_guard lock(mutex_);
    return closed_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<frames::ServerFrame> frames_;
  std::vector<Error> closed_;
};

/// Answers each frame as detached, in order.
TestRelay::Answers acknowledge(const v1::ClientFrame& frame) {
  v1::ServerFrame answer;
  answer.mutable_answer()->set_correlation(frame.correlation());
  answer.mutable_answer()->mutable_detached();
  return {answer};
}

frames::ClientFrame frame(std::uint64_t correlation) {
  return {.correlation = correlation, .body = frames::Detach{}};
}

TEST(GrpcTransport, frames_go_both_ways_in_order) {
  TestRelay relay(acknowledge);
  GrpcTransport transport;
  Listener listener;
  const auto session = transport.connect(relay.address(), listener.callbacks());
  constexpr std::uint64_t kCount = 500;
  for (std::uint64_t i = 1; i <= kCount; ++i) session->send(frame(i));
  for (std::uint64_t i = 0; i <= kCount; ++i) {
    ASSERT_TRUE(listener.wait_frames(i + 1));
    session->consumed();
  }
  const auto received = listener.frames();
  EXPECT_TRUE(std::holds_alternative<frames::Greeting>(received[0]));
  for (std::uint64_t i = 1; i <= kCount; ++i) {
    EXPECT_EQ(std::get<frames::Answer>(received[i]).correlation, i);
  }
  EXPECT_EQ(listener.closed_count(), 0U);
}

TEST(GrpcTransport, an_ipv6_address_works) {
  TestRelay relay(acknowledge, {.host = "[::1]"});
  EXPECT_EQ(relay.address().host, "::1");
  GrpcTransport transport;
  Listener listener;
  const auto session = transport.connect(relay.address(), listener.callbacks());
  EXPECT_TRUE(listener.wait_frames(1));
}

TEST(GrpcTransport, another_key_than_the_pinned_one_is_refused_before_any_frame) {
  std::atomic<int> seen = 0;
  TestRelay relay([&](const v1::ClientFrame& sent) {
    ++seen;
    return acknowledge(sent);
  });
  auto address = relay.address();
  address.identity.fill()[0] ^= 1;
  GrpcTransport transport;
  Listener listener;
  const auto session = transport.connect(address, listener.callbacks());
  session->send(frame(1));
  EXPECT_EQ(listener.wait_closed(), Errc::kWrongRelayKey);
  EXPECT_TRUE(listener.frames().empty());
  EXPECT_EQ(seen, 0);
}

TEST(GrpcTransport, nobody_there_is_unreachable) {
  TestRelay relay(acknowledge);
  relay.stop();
  GrpcTransport transport;
  Listener listener;
  const auto session = transport.connect(relay.address(), listener.callbacks());
  EXPECT_EQ(listener.wait_closed(), Errc::kUnreachable);
}

TEST(GrpcTransport, a_relay_that_goes_away_closes_the_session_once) {
  TestRelay relay(acknowledge);
  GrpcTransport transport;
  Listener listener;
  auto session = transport.connect(relay.address(), listener.callbacks());
  ASSERT_TRUE(listener.wait_frames(1));
  relay.stop();
  EXPECT_EQ(listener.wait_closed(), Errc::kUnreachable);
  session->send(frame(1));  // harmless
  session.reset();
  EXPECT_EQ(listener.closed_count(), 1U);
}

TEST(GrpcTransport, a_relay_that_does_not_greet_times_out) {
  TestRelay relay(acknowledge, {.greet = false});
  GrpcTransport transport({.connect = 300ms});
  Listener listener;
  const auto session = transport.connect(relay.address(), listener.callbacks());
  EXPECT_EQ(listener.wait_closed(), Errc::kTimedOut);
}

TEST(GrpcTransport, a_relay_that_speaks_before_its_greeting_breaks_the_protocol) {
  TestRelay relay(acknowledge, {.greet = false});
  GrpcTransport transport;
  Listener listener;
  const auto session = transport.connect(relay.address(), listener.callbacks());
  session->send(frame(1));
  EXPECT_EQ(listener.wait_closed(), Errc::kMalformed);
  EXPECT_TRUE(listener.frames().empty());
}

TEST(GrpcTransport, a_greeting_of_another_relay_breaks_the_protocol) {
  TestRelay relay(acknowledge, {.greet_as = RelayIdentity{}});
  GrpcTransport transport;
  Listener listener;
  const auto session = transport.connect(relay.address(), listener.callbacks());
  EXPECT_EQ(listener.wait_closed(), Errc::kMalformed);
  EXPECT_TRUE(listener.frames().empty());
}

TEST(GrpcTransport, a_second_greeting_breaks_the_protocol) {
  v1::ServerFrame again;
  again.mutable_greeting()->set_version(1);
  again.mutable_greeting()->set_nonce(std::string(32, 'n'));
  again.mutable_greeting()->set_relay_identity(std::string(32, 'i'));
  TestRelay relay([&](const v1::ClientFrame&) { return TestRelay::Answers{again}; });
  GrpcTransport transport;
  Listener listener;
  const auto session = transport.connect(relay.address(), listener.callbacks());
  session->send(frame(1));
  EXPECT_EQ(listener.wait_closed(), Errc::kMalformed);
  EXPECT_EQ(listener.frames().size(), 1U);
}

TEST(GrpcTransport, a_malformed_frame_closes_the_session) {
  TestRelay relay([](const v1::ClientFrame&) {
    v1::ServerFrame bad;
    bad.mutable_entry()->set_room("short");
    return TestRelay::Answers{bad};
  });
  GrpcTransport transport;
  Listener listener;
  const auto session = transport.connect(relay.address(), listener.callbacks());
  session->send(frame(1));
  EXPECT_EQ(listener.wait_closed(), Errc::kMalformed);
}

TEST(GrpcTransport, a_frame_over_the_bound_closes_the_session) {
  TestRelay relay([](const v1::ClientFrame&) {
    v1::ServerFrame large;
    large.mutable_entry()->set_payload(std::string(2 * 1024 * 1024, 'x'));
    return TestRelay::Answers{large};
  });
  GrpcTransport transport;
  Listener listener;
  const auto session = transport.connect(relay.address(), listener.callbacks());
  session->send(frame(1));
  EXPECT_TRUE(listener.wait_closed());
  EXPECT_EQ(listener.frames().size(), 1U);
}

TEST(GrpcTransport, the_relays_refusal_of_a_frame_is_told) {
  TestRelay relay(acknowledge, {.end_with = 3 /* INVALID_ARGUMENT */});
  GrpcTransport transport;
  Listener listener;
  const auto session = transport.connect(relay.address(), listener.callbacks());
  session->send(frame(1));
  EXPECT_EQ(listener.wait_closed(), Errc::kMalformed);
}

TEST(GrpcTransport, a_slow_owner_makes_the_relay_wait) {
  TestRelay relay([](const v1::ClientFrame& sent) {
    return TestRelay::Answers(3 * kFramesAheadMax, acknowledge(sent)[0]);
  });
  GrpcTransport transport;
  Listener listener;
  const auto session = transport.connect(relay.address(), listener.callbacks());
  session->send(frame(1));
  ASSERT_TRUE(listener.wait_frames(kFramesAheadMax));
  // The next frame comes only once one was consumed.
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(listener.frames().size(), kFramesAheadMax);
  session->consumed();
  ASSERT_TRUE(listener.wait_frames(kFramesAheadMax + 1));
  for (std::size_t i = 0; i < 2 * kFramesAheadMax; ++i) session->consumed();
  EXPECT_TRUE(listener.wait_frames(3 * kFramesAheadMax + 1));
}

TEST(GrpcTransport, nothing_is_called_after_the_session_is_gone) {
  TestRelay relay(acknowledge);
  GrpcTransport transport;
  for (int i = 0; i < 40; ++i) {
    auto alive = std::make_unique<std::atomic<bool>>(true);
    SessionCallbacks callbacks{.received = [&](frames::ServerFrame) { ASSERT_TRUE(*alive); },
                               .closed = [&](Error) { ASSERT_TRUE(*alive); }};
    auto session = transport.connect(relay.address(), std::move(callbacks));
    for (std::uint64_t n = 1; n <= 20; ++n) session->send(frame(n));
    std::this_thread::sleep_for(std::chrono::milliseconds(i % 8));
    session.reset();
    *alive = false;
    alive.reset();
  }
}

/// gRPC reads the policy once in a process, here also for the relays of these tests.
const bool kPolicySet = (require_tls13(), true);

/// A TLS server by hand, because gRPC's own cannot be told to be old.
class RawTlsServer {
 public:
  explicit RawTlsServer(int version) {
    context_ = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_min_proto_version(context_, version);
    SSL_CTX_set_max_proto_version(context_, version);
    use(certificate_);
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] {
      const int connection = accept(listener_, nullptr, nullptr);
      SSL* ssl = SSL_new(context_);
      SSL_set_fd(ssl, connection);
      // In TLS 1.3 the server is done once it has the client's Finished.
      agreed_ = SSL_accept(ssl) == 1;
      SSL_free(ssl);
      close(connection);
    });
  }
  ~RawTlsServer() {
    join();
    close(listener_);
    SSL_CTX_free(context_);
  }
  RelayAddress address() const { return {"127.0.0.1", port_, certificate_.identity}; }
  bool agreed() {
    join();
    return agreed_;
  }

 private:
  void use(const test::TestCertificate& certificate) {
    BIO* bio = BIO_new_mem_buf(certificate.certificate_pem.data(), -1);
    X509* x509 = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(context_, x509);
    X509_free(x509);
    BIO_free(bio);
    bio = BIO_new_mem_buf(certificate.key_pem.data(), -1);
    EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
    SSL_CTX_use_PrivateKey(context_, key);
    EVP_PKEY_free(key);
    BIO_free(bio);
  }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

  test::TestCertificate certificate_;
  SSL_CTX* context_ = nullptr;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
  std::atomic<bool> agreed_ = false;
};

TEST(GrpcTransport, tls_1_2_is_refused_and_tls_1_3_is_not) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL's own sockets raise it
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    RawTlsServer server(version);
    GrpcTransport transport;
    Listener listener;
    const auto session = transport.connect(server.address(), listener.callbacks());
    EXPECT_EQ(listener.wait_closed(), Errc::kUnreachable);
    EXPECT_EQ(server.agreed(), version == TLS1_3_VERSION);
  }
}

}  // namespace
}  // namespace magpie::client
