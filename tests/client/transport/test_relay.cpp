// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/client/transport/test_relay.h"

#include <grpcpp/grpcpp.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <deque>

#include "client/core/transport/tls_policy.h"
#include "crypto/base/check.h"
#include "magpie/relay/v1/relay.grpc.pb.h"

namespace magpie::test {
namespace {

namespace v1 = relay::v1;

template <class Write>
std::string pem(Write&& write) {
  BIO* bio = BIO_new(BIO_s_mem());
  MAGPIE_CHECK(write(bio) == 1);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

class StreamReactor final : public grpc::ServerBidiReactor<v1::ClientFrame, v1::ServerFrame> {
 public:
  StreamReactor(const TestRelay::OnFrame& on_frame, const TestRelay::Options& options,
                const client::RelayIdentity& identity)
      : on_frame_(on_frame), options_(options) {
    if (options_.greet) {
      v1::ServerFrame frame;
      frame.mutable_greeting()->set_version(1);
      frame.mutable_greeting()->set_nonce(std::string(32, 'n'));
      frame.mutable_greeting()->set_relay_identity(
          std::string(as_text(options_.greet_as.value_or(identity).bytes())));
      push({frame});
    }
    StartRead(&incoming_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return end(grpc::Status::OK);
    if (options_.end_with != 0) {
      return end({static_cast<grpc::StatusCode>(options_.end_with), ""});
    }
    push(on_frame_(incoming_));
    StartRead(&incoming_);
  }
  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    queue_.pop_front();
    if (ok && !ended_ && !queue_.empty()) StartWrite(&queue_.front());
  }
  void OnCancel() override { end(grpc::Status::CANCELLED); }
  void OnDone() override { delete this; }

 private:
  void push(const TestRelay::Answers& frames) {
    const std::lock_guard lock(mutex_);
    for (const auto& frame : frames) {
      queue_.push_back(frame);
      if (queue_.size() == 1 && !ended_) StartWrite(&queue_.front());
    }
  }
  void end(const grpc::Status& status) {
    const std::lock_guard lock(mutex_);
    if (!ended_) Finish(status);
    ended_ = true;
  }

  const TestRelay::OnFrame& on_frame_;
  const TestRelay::Options& options_;
  v1::ClientFrame incoming_;
  std::mutex mutex_;
  std::deque<v1::ServerFrame> queue_;
  bool ended_ = false;
};

}  // namespace

TestCertificate::TestCertificate() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("magpie-relay"), -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  MAGPIE_CHECK(X509_sign(certificate, key, EVP_sha256()) > 0);
  certificate_pem = pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
  key_pem = pem([&](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
  identity = *client::identity_of_certificate(certificate_pem);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

struct TestRelay::Impl final : public v1::Relay::CallbackService {
  grpc::ServerBidiReactor<v1::ClientFrame, v1::ServerFrame>* Session(
      grpc::CallbackServerContext* /*context*/) override {
    return new StreamReactor(on_frame, options, address.identity);
  }

  OnFrame on_frame;
  Options options;
  client::RelayAddress address;
  std::unique_ptr<grpc::Server> server;
};

TestRelay::TestRelay(OnFrame on_frame) : TestRelay(std::move(on_frame), Options{}) {}

TestRelay::TestRelay(OnFrame on_frame, Options options) : impl_(std::make_unique<Impl>()) {
  impl_->on_frame = std::move(on_frame);
  impl_->options = std::move(options);
  const TestCertificate certificate;
  impl_->address.identity = certificate.identity;
  grpc::SslServerCredentialsOptions credentials;
  credentials.pem_key_cert_pairs.push_back({certificate.key_pem, certificate.certificate_pem});
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(impl_->options.host + ":0", grpc::SslServerCredentials(credentials),
                           &port);
  builder.RegisterService(impl_.get());
  impl_->server = builder.BuildAndStart();
  MAGPIE_CHECK(impl_->server != nullptr && port != 0);
  const auto& host = impl_->options.host;
  impl_->address.host = host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
  impl_->address.port = static_cast<std::uint16_t>(port);
}

TestRelay::~TestRelay() { stop(); }

const client::RelayAddress& TestRelay::address() const { return impl_->address; }

void TestRelay::stop() { impl_->server->Shutdown(std::chrono::system_clock::now()); }

}  // namespace magpie::test
