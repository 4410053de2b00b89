// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/transport/tls_policy.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <climits>
#include <cstdlib>
#include <memory>

#include "crypto/primitives/hash.h"

namespace magpie::client {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(unsigned char* bytes) const { OPENSSL_free(bytes); }
};

}  // namespace

void require_tls13() {
  // gRPC 1.51 has no public setting for the lowest version. This list speaks of TLS 1.2 alone
  // (RFC 8446 §B.4 names its own suites apart), and its one suite needs a pre-shared key, which
  // nobody has: so no handshake of TLS 1.2 can succeed.
  setenv("GRPC_SSL_CIPHER_SUITES", "ECDHE-PSK-CHACHA20-POLY1305", 1);
}

Result<RelayIdentity> identity_of_certificate(std::string_view pem) {
  if (pem.size() > INT_MAX) return fail(Errc::kMalformed, "certificate: size");
  const std::unique_ptr<BIO, Free> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!bio) return fail(Errc::kMalformed, "certificate: memory");
  const std::unique_ptr<X509, Free> certificate(
      PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate) return fail(Errc::kMalformed, "certificate: PEM");
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &der);
  const std::unique_ptr<unsigned char, Free> owned(der);
  if (size <= 0) return fail(Errc::kMalformed, "certificate: key");
  const auto digest =
      crypto::hash(crypto::HashId::kSha256, Bytes(der, static_cast<std::size_t>(size)));
  return *RelayIdentity::from(digest.bytes());
}

}  // namespace magpie::client
