// SPDX-License-Identifier: GPL-3.0-or-later
// What others write to a client inside what is sealed: acts, points of the log, Welcomes with
// their padding, and the offer of an inviter who holds the keys and lies.
#include <google/protobuf/stubs/logging.h>

#include <algorithm>

#include "client/core/conversation/act.h"
#include "client/core/identity.h"
#include "client/core/introduction/offer.h"
#include "client/core/introduction/welcome.h"
#include "client/core/text.h"
#include "crypto/base/check.h"
#include "crypto/codec/writer.h"
#include "crypto/primitives/aead.h"
#include "tests/fuzz/alter.h"
#include "tests/support/seeded_random.h"

namespace magpie::client {
namespace {

using fuzz::Alterations;

void check(const act::Text& text) {
  MAGPIE_CHECK(text.body.size() <= kTextSizeMax && is_utf8(text.body));
}
void check(const act::Receipt& receipt) {
  MAGPIE_CHECK(receipt.delivered.size() <= kReceiptIdsMax);
}
void check(const act::Profile& profile) { MAGPIE_CHECK(clean_name(profile.name) == profile.name); }
void check(const act::Unknown&) {}

/// Within its bounds, and once written again it reads the same.
void read_act(Bytes content) {
  const auto act = decode_act(content);
  if (!act) return;
  std::visit([](const auto& body) { check(body); }, act->body);
  MAGPIE_CHECK(std::abs(act->utc_offset_minutes) <= kUtcOffsetMinutesMax);
  const auto again = decode_act(encode_act(*act));
  MAGPIE_CHECK(again && *again == *act);
}

void read_log_point(Bytes bytes) {
  const auto point = decode_log_point(bytes);
  MAGPIE_CHECK(!point || equal(encode_log_point(*point), bytes));
}

void read_welcome(Bytes payload) {
  const auto welcome = unpad_welcome(payload);
  if (!welcome) return;
  MAGPIE_CHECK(welcome->data() == payload.data() && welcome->size() <= payload.size());
  MAGPIE_CHECK(
      std::ranges::all_of(payload.subspan(welcome->size()), [](auto b) { return b == 0; }));
  const Buffer again = pad_welcome(*welcome);
  MAGPIE_CHECK(equal(unpad_welcome(again).value(), *welcome));
}

/// An introduction whose inviter is the fuzzer.
struct Introduction {
  test::SeededRandom random{1};
  crypto::SignKeyPair root = crypto::SignKeyPair::generate(random);
  Secret key = random.secret(crypto::kAeadKeySize);
  RoomId room;
  std::uint16_t suite = 0x4d;

  Result<Offer> open(Bytes sealed) const {
    return open_offer(sealed, key, room, suite, fingerprint_of(root.public_key()));
  }
};

void check_offer(const Result<Offer>& offer) {
  if (!offer) return;
  MAGPIE_CHECK(!offer->name.empty() && clean_name(offer->name) == offer->name);
  MAGPIE_CHECK(offer->greeting.size() <= kGreetingSizeMax && is_utf8(offer->greeting));
}

/// Sealed as docs/protocol.md, "The offer", has it, around any text at all.
void read_sealed_offer(Bytes text) {
  Introduction with;
  constexpr auto kAead = crypto::AeadId::kXChaCha20Poly1305;
  constexpr std::size_t kNonceSize = crypto::aead_nonce_size(kAead);
  Buffer plain(kSealedOfferSize - kNonceSize - crypto::kAeadTagSize);
  std::ranges::copy(text.first(std::min(text.size(), plain.size())), plain.begin());
  Buffer sealed(kSealedOfferSize);
  crypto::aead_seal_into(kAead, with.key.expose(), Bytes(sealed).first(kNonceSize),
                         with.room.bytes(), plain, MutableBytes(sealed).subspan(kNonceSize));
  check_offer(with.open(sealed));
}

/// Fields of the inviter's choice, truly signed.
void read_signed_offer(Alterations& alterations) {
  Introduction with;
  Offer offer;
  offer.suite = with.suite;
  offer.room = with.room;
  offer.root = with.root.public_key();
  Buffer name = to_buffer(as_bytes("Anna"));
  Buffer greeting = to_buffer(as_bytes("Good day"));
  offer.key_package = Buffer(100, 3);
  for (Buffer* field : {&name, &greeting, &offer.key_package}) alterations.maybe(*field);
  alterations.maybe_number(offer.suite);
  offer.name = as_text(name);
  offer.greeting = as_text(greeting);
  std::int64_t expires = 1;
  alterations.maybe_number(expires);
  offer.expires = Time(std::chrono::milliseconds(expires));
  auto sealed = seal_offer(offer, with.root, with.key, with.random);
  if (!sealed) return;
  if (alterations.count() == 0) MAGPIE_CHECK(with.open(*sealed).has_value());
  check_offer(with.open(*sealed));
  alterations.maybe(*sealed);
  check_offer(with.open(*sealed));
}

}  // namespace
}  // namespace magpie::client

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace magpie::client;
  // Else protobuf prints a line for each text that is no UTF-8.
  static const google::protobuf::LogSilencer silencer;
  const magpie::Bytes bytes(data, size);
  read_act(bytes);
  read_log_point(bytes);
  read_welcome(bytes);
  read_sealed_offer(bytes);
  magpie::fuzz::Alterations alterations(data, size);
  read_signed_offer(alterations);
  return 0;
}
