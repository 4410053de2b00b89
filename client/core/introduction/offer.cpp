// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/introduction/offer.h"

#include <google/protobuf/stubs/logging.h>

#include "client/core/text.h"
#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"
#include "crypto/primitives/aead.h"
#include "magpie/content/v1/content.pb.h"

namespace magpie::client {
namespace {

using namespace std::string_view_literals;
namespace pb = magpie::content::v1;

constexpr auto kAead = crypto::AeadId::kXChaCha20Poly1305;
constexpr std::size_t kNonceSize = crypto::aead_nonce_size(kAead);
constexpr std::size_t kPlainSize = kSealedOfferSize - kNonceSize - crypto::kAeadTagSize;
constexpr std::uint32_t kOfferVersion = 1;
constexpr std::string_view kOfferLabel = "Magpie offer 1\0"sv;

Buffer statement(std::string_view body) {
  Writer writer;
  writer.fixed(as_bytes(kOfferLabel)).fixed(as_bytes(body));
  return writer.take();
}

template <class Id>
std::string text_of(const Id& id) {
  return std::string(as_text(id.bytes()));
}

std::string encode_body(const Offer& offer) {
  pb::OfferBody body;
  body.set_version(kOfferVersion);
  body.set_suite(offer.suite);
  body.set_room(text_of(offer.room));
  body.set_root_key(text_of(offer.root));
  body.set_key_package(std::string(as_text(offer.key_package)));
  body.set_name(offer.name);
  body.set_greeting(offer.greeting);
  body.set_expires_at_ms(offer.expires.time_since_epoch().count());
  return body.SerializeAsString();
}

// The fields, once the signature over them was found to be the inviter's.
Result<Offer> read_body(const pb::OfferBody& body, const RoomId& room, std::uint16_t suite) {
  if (body.suite() != suite) return fail(Errc::kUnsupported, "offer: suite");
  if (body.room() != text_of(room)) return fail(Errc::kMalformed, "offer: room");
  Offer offer;
  offer.suite = suite;
  offer.room = room;
  offer.root = *RootKey::from(as_bytes(body.root_key()));
  offer.key_package = to_buffer(as_bytes(body.key_package()));
  offer.name = clean_name(body.name());
  offer.greeting = body.greeting();
  offer.expires = Time(std::chrono::milliseconds(body.expires_at_ms()));
  if (offer.name.empty()) return fail(Errc::kMalformed, "offer: name");
  if (offer.greeting.size() > kGreetingSizeMax || !is_utf8(offer.greeting)) {
    return fail(Errc::kMalformed, "offer: greeting");
  }
  return offer;
}

}  // namespace

Result<Buffer> seal_offer(const Offer& offer, const crypto::SignKeyPair& root,
                          const Secret& offer_key, Random& random) {
  if (offer.greeting.size() > kGreetingSizeMax) return fail(Errc::kTooLarge, "offer: greeting");
  const std::string body = encode_body(offer);
  pb::Offer signed_offer;
  signed_offer.set_body(body);
  signed_offer.set_signature(text_of(root.sign(statement(body))));
  const std::string encoded = signed_offer.SerializeAsString();
  if (encoded.size() > kPlainSize - 2) return fail(Errc::kTooLarge, "offer: size");

  Writer plain(kPlainSize);
  plain.u16(static_cast<std::uint16_t>(encoded.size())).fixed(as_bytes(encoded));
  plain.fixed(Buffer(kPlainSize - plain.size()));
  Buffer sealed(kSealedOfferSize);
  const MutableBytes nonce = MutableBytes(sealed).first(kNonceSize);
  random.fill(nonce);
  crypto::aead_seal_into(kAead, offer_key.expose(), nonce, offer.room.bytes(), plain.view(),
                         MutableBytes(sealed).subspan(kNonceSize));
  return sealed;
}

Result<Offer> open_offer(Bytes sealed, const Secret& offer_key, const RoomId& room,
                         std::uint16_t suite, const Fingerprint& inviter) {
  if (sealed.size() != kSealedOfferSize) return fail(Errc::kDecryptFailed, "offer: size");
  MAGPIE_TRY(const Buffer plain,
             crypto::aead_open(kAead, offer_key.expose(), sealed.first(kNonceSize), room.bytes(),
                               sealed.subspan(kNonceSize)));
  Reader reader(plain);
  MAGPIE_TRY(const std::uint16_t size, reader.u16());
  MAGPIE_TRY(const Bytes encoded, reader.fixed(size));
  // protobuf would print a line to stderr for text that is no UTF-8.
  const google::protobuf::LogSilencer silencer;
  pb::Offer offer;
  pb::OfferBody body;
  if (!offer.ParseFromArray(encoded.data(), static_cast<int>(encoded.size())) ||
      !body.ParseFromString(offer.body())) {
    return fail(Errc::kMalformed, "offer: encoding");
  }
  if (body.version() != kOfferVersion) return fail(Errc::kUnsupported, "offer: version");
  const auto root = RootKey::from(as_bytes(body.root_key()));
  if (!root || fingerprint_of(*root) != inviter) return fail(Errc::kWrongInviter, "offer: root");
  if (!crypto::verify(*root, statement(offer.body()), as_bytes(offer.signature()))) {
    return fail(Errc::kWrongInviter, "offer: signature");
  }
  return read_body(body, room, suite);
}

}  // namespace magpie::client
