// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/introduction/offer.h"

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"

namespace magpie::client {
namespace {

class OfferTest : public ::testing::Test {
 protected:
  OfferTest() : root_(crypto::SignKeyPair::generate(random_)), key_(random_.secret(32)) {
    offer_.suite = 3;
    offer_.room = random_.id<RoomId>();
    offer_.root = root_.public_key();
    offer_.key_package = Buffer(700, 7);
    offer_.name = "Attorney 김";
    offer_.greeting = "Please write to me here.";
    offer_.expires = Time(std::chrono::milliseconds(1'700'000'000'123));
  }
  Result<Offer> open(Bytes sealed) {
    return open_offer(sealed, key_, offer_.room, 3, fingerprint_of(root_.public_key()));
  }
  Buffer seal() { return seal_offer(offer_, root_, key_, random_).value(); }

  test::SeededRandom random_{1};
  crypto::SignKeyPair root_;
  Secret key_;
  Offer offer_;
};

TEST_F(OfferTest, opens_as_it_was_sealed) {
  const Buffer sealed = seal();
  ASSERT_EQ(sealed.size(), kSealedOfferSize);
  const auto opened = open(sealed);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->suite, 3);
  EXPECT_EQ(opened->room, offer_.room);
  EXPECT_EQ(opened->root, offer_.root);
  EXPECT_EQ(opened->key_package, offer_.key_package);
  EXPECT_EQ(opened->name, offer_.name);
  EXPECT_EQ(opened->greeting, offer_.greeting);
  EXPECT_EQ(opened->expires, offer_.expires);
}

TEST_F(OfferTest, is_never_sealed_alike_twice) { EXPECT_NE(seal(), seal()); }

TEST_F(OfferTest, damaged_anywhere_is_refused) {
  const Buffer sealed = seal();
  for (int i = 0; i < 300; ++i) {
    Buffer damaged = sealed;
    damaged[random_.below(damaged.size())] ^= static_cast<std::uint8_t>(1 + random_.below(255));
    EXPECT_EQ(open(damaged).error().code, Errc::kDecryptFailed);
  }
  EXPECT_EQ(open(Bytes(sealed).first(100)).error().code, Errc::kDecryptFailed);
  EXPECT_EQ(open({}).error().code, Errc::kDecryptFailed);
}

TEST_F(OfferTest, for_another_room_key_or_suite_is_refused) {
  const Buffer sealed = seal();
  const auto inviter = fingerprint_of(root_.public_key());
  const auto other_room = random_.id<RoomId>();
  EXPECT_EQ(open_offer(sealed, key_, other_room, 3, inviter).error().code, Errc::kDecryptFailed);
  EXPECT_EQ(open_offer(sealed, random_.secret(32), offer_.room, 3, inviter).error().code,
            Errc::kDecryptFailed);
  EXPECT_EQ(open_offer(sealed, key_, offer_.room, 77, inviter).error().code, Errc::kUnsupported);
}

TEST_F(OfferTest, by_somebody_who_knows_the_seed_but_is_not_the_inviter_is_refused) {
  const auto intruder = crypto::SignKeyPair::generate(random_);
  const auto own_root = seal_offer(offer_, intruder, key_, random_).value();
  EXPECT_EQ(open(own_root).error().code, Errc::kWrongInviter);
  offer_.root = intruder.public_key();
  EXPECT_EQ(open(seal_offer(offer_, intruder, key_, random_).value()).error().code,
            Errc::kWrongInviter);
}

TEST_F(OfferTest, that_does_not_fit_is_refused_when_sealing) {
  offer_.key_package = Buffer(9000);
  EXPECT_EQ(seal_offer(offer_, root_, key_, random_).error().code, Errc::kTooLarge);
  offer_.key_package.clear();
  offer_.greeting = std::string(kGreetingSizeMax + 1, 'x');
  EXPECT_EQ(seal_offer(offer_, root_, key_, random_).error().code, Errc::kTooLarge);
}

}  // namespace
}  // namespace magpie::client
