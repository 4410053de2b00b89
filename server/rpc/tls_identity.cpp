// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rpc/tls_identity.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <climits>
#include <cstdlib>
#include <memory>

#include "crypto/primitives/hash.h"
#include "server/data_dir.h"

namespace magpie::server {
namespace {

constexpr const char* kName = "magpie-relay";

struct Free {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
  void operator()(unsigned char* bytes) const { OPENSSL_free(bytes); }
};
using Bio = std::unique_ptr<BIO, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;

std::filesystem::path key_path(const std::filesystem::path& directory) {
  return directory / "relay.key";
}
std::filesystem::path certificate_path(const std::filesystem::path& directory) {
  return directory / "relay.crt";
}

bool add_extension(X509* certificate, int id, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, id, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

/// Empty where OpenSSL fails, which it does for want of memory alone.
Certificate self_signed(EVP_PKEY* key) {
  Certificate certificate(X509_new());
  if (!certificate) return nullptr;
  auto* const subject = X509_get_subject_name(certificate.get());
  const bool ok =
      X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
      ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1) == 1 &&
      // RFC 5280 §4.1.2.5: 99991231235959Z is the date of a certificate that does not end.
      ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate.get()), "20200101000000Z") == 1 &&
      ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate.get()), "99991231235959Z") == 1 &&
      X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                                 reinterpret_cast<const unsigned char*>(kName), -1, -1, 0) == 1 &&
      X509_set_issuer_name(certificate.get(), subject) == 1 &&
      X509_set_pubkey(certificate.get(), key) == 1 &&
      add_extension(certificate.get(), NID_subject_alt_name, "DNS:magpie-relay") &&
      add_extension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE") &&
      X509_sign(certificate.get(), key, EVP_sha256()) != 0;
  return ok ? std::move(certificate) : nullptr;
}

std::string contents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

Bio reader(const std::string& pem) {
  return Bio(pem.size() > INT_MAX ? nullptr
                                  : BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

Result<RelayIdentity> identity_of(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  const std::unique_ptr<unsigned char, Free> owned(der);
  if (size <= 0) return fail(Errc::kDamaged, "relay identity: public key");
  const auto digest =
      crypto::hash(crypto::HashId::kSha256, Bytes(der, static_cast<std::size_t>(size)));
  return *RelayIdentity::from(digest.bytes());
}

Result<TlsIdentity> parse(std::string key_pem, std::string certificate_pem) {
  const auto key_bio = reader(key_pem);
  const auto certificate_bio = reader(certificate_pem);
  if (!key_bio || !certificate_bio) return fail(Errc::kDamaged, "relay identity: size");
  const Key key(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr));
  const Certificate certificate(
      PEM_read_bio_X509(certificate_bio.get(), nullptr, nullptr, nullptr));
  if (!key || !certificate) return fail(Errc::kDamaged, "relay identity: PEM");
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return fail(Errc::kDamaged, "relay identity: key and certificate");
  }
  MAGPIE_TRY(const auto identity, identity_of(certificate.get()));
  return TlsIdentity{std::move(key_pem), std::move(certificate_pem), identity};
}

Result<TlsIdentity> create(const std::filesystem::path& directory) {
  const Key key(EVP_EC_gen("P-256"));
  const auto certificate = key ? self_signed(key.get()) : nullptr;
  const Bio key_bio(BIO_new(BIO_s_mem()));
  const Bio certificate_bio(BIO_new(BIO_s_mem()));
  const bool ok = certificate && key_bio && certificate_bio &&
                  PEM_write_bio_PKCS8PrivateKey(key_bio.get(), key.get(), nullptr, nullptr, 0,
                                                nullptr, nullptr) == 1 &&
                  PEM_write_bio_X509(certificate_bio.get(), certificate.get()) == 1;
  if (!ok) return fail(Errc::kStorage, "relay identity: making a key");
  // The key last: a crash between the two leaves a certificate alone, which may be made anew.
  MAGPIE_TRY_VOID(write_private_file(certificate_path(directory), contents(certificate_bio.get())));
  MAGPIE_TRY_VOID(write_private_file(key_path(directory), contents(key_bio.get())));
  return load_identity(directory);
}

}  // namespace

Result<TlsIdentity> load_identity(const std::filesystem::path& directory) {
  MAGPIE_TRY(auto key, read_small_file(key_path(directory)));
  auto certificate = read_small_file(certificate_path(directory));
  if (!certificate) return fail(Errc::kDamaged, "relay identity: certificate missing");
  return parse(std::move(key), std::move(*certificate));
}

Result<TlsIdentity> load_or_create_identity(const std::filesystem::path& directory) {
  auto loaded = load_identity(directory);
  if (loaded || loaded.error().code != Errc::kNotFound) return loaded;
  return create(directory);
}

void require_tls13() {
  // gRPC 1.51 has no public setting for the lowest version. This list speaks of TLS 1.2 alone
  // (RFC 8446 §B.4 names its own suites apart), and its one suite needs a pre-shared key, which
  // nobody has: so no handshake of TLS 1.2 can succeed.
  setenv("GRPC_SSL_CIPHER_SUITES", "ECDHE-PSK-CHACHA20-POLY1305", 1);
}

}  // namespace magpie::server
