// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/labels.h"

#include <array>

#include "crypto/base/check.h"
#include "crypto/codec/writer.h"
#include "crypto/primitives/hkdf.h"

namespace magpie::mls {
namespace {

constexpr std::string_view kPrefix = "MLS 1.0 ";

/// The length header of a `<V>` (RFC 9420 §2.1.2) on the stack: derivations are too frequent to
/// allocate for it.
class LengthHeader {
 public:
  explicit LengthHeader(std::size_t length) {
    if (length < 0x40) {
      put(length, 1);
    } else if (length < 0x4000) {
      put(length | 0x4000, 2);
    } else {
      MAGPIE_CHECK(length < (1U << 30));
      put(length | 0x80000000, 4);
    }
  }
  Bytes bytes() const { return Bytes(octets_).first(size_); }

 private:
  void put(std::size_t value, std::size_t size) {
    size_ = size;
    for (std::size_t i = 0; i < size; ++i) {
      octets_[i] = static_cast<std::uint8_t>(value >> (8 * (size - 1 - i)));
    }
  }

  std::array<std::uint8_t, 4> octets_{};
  std::size_t size_ = 0;
};

std::size_t total_size(std::initializer_list<Bytes> parts) {
  std::size_t size = 0;
  for (const Bytes part : parts) size += part.size();
  return size;
}

/// SignContent (RFC 9420 §5.1.2), and EncryptContext (§5.1.3), which has the same form. In a
/// Writer, because that wipes itself: what is signed may be a text that nobody else may read.
class Labelled {
 public:
  Labelled(std::string_view label, std::initializer_list<Bytes> content)
      : writer_(total_size(content) + label.size() + kPrefix.size() + 8) {
    writer_.vector_length(kPrefix.size() + label.size());
    writer_.fixed(as_bytes(kPrefix)).fixed(as_bytes(label)).vector_length(total_size(content));
    for (const Bytes part : content) writer_.fixed(part);
  }
  Bytes bytes() const { return writer_.view(); }

 private:
  Writer writer_;
};

}  // namespace

Secret expand_with_label(crypto::HashId hash, Bytes secret, std::string_view label, Bytes context,
                         std::size_t size) {
  MAGPIE_CHECK(size <= 0xffff);
  const std::array<std::uint8_t, 2> length = {static_cast<std::uint8_t>(size >> 8),
                                              static_cast<std::uint8_t>(size)};
  const LengthHeader label_header(kPrefix.size() + label.size());
  const LengthHeader context_header(context.size());
  return crypto::hkdf_expand(hash, secret,
                             {length, label_header.bytes(), as_bytes(kPrefix), as_bytes(label),
                              context_header.bytes(), context},
                             size);
}

Secret derive_secret(crypto::HashId hash, Bytes secret, std::string_view label) {
  return expand_with_label(hash, secret, label, {}, crypto::hash_size(hash));
}

Secret derive_tree_secret(crypto::HashId hash, Bytes secret, std::string_view label,
                          Generation generation, std::size_t size) {
  const std::uint32_t value = generation.value();
  const std::array<std::uint8_t, 4> context = {
      static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
      static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
  return expand_with_label(hash, secret, label, context, size);
}

crypto::Digest ref_hash(crypto::HashId hash, std::string_view label,
                        std::initializer_list<Bytes> value) {
  Writer writer;
  writer.vector(as_bytes(label)).vector_length(total_size(value));
  for (const Bytes part : value) writer.fixed(part);
  return crypto::hash(hash, writer.view());
}

crypto::Signature sign_with_label(const crypto::SignKeyPair& key, std::string_view label,
                                  std::initializer_list<Bytes> content) {
  return key.sign(Labelled(label, content).bytes());
}

Result<void> verify_with_label(Bytes key, std::string_view label,
                               std::initializer_list<Bytes> content, Bytes signature) {
  const auto public_key = crypto::SignPublicKey::from(key);
  if (!public_key) return fail(Errc::kBadSignature, "verify_with_label: key size");
  return crypto::verify(*public_key, Labelled(label, content).bytes(), signature);
}

Result<crypto::HpkeCiphertext> encrypt_with_label(const Suite& suite, Bytes public_key,
                                                  std::string_view label, Bytes context,
                                                  Bytes plaintext, Random& random) {
  return crypto::hpke_seal(suite.hpke, public_key, Labelled(label, {context}).bytes(), {},
                           plaintext, random);
}

Result<Secret> decrypt_with_label(const Suite& suite, Bytes private_key, Bytes public_key,
                                  std::string_view label, Bytes context, Bytes enc,
                                  Bytes ciphertext) {
  return crypto::hpke_open(suite.hpke, private_key, public_key, enc,
                           Labelled(label, {context}).bytes(), {}, ciphertext);
}

}  // namespace magpie::mls
