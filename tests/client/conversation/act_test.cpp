// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/conversation/act.h"

#include <gtest/gtest.h>

#include "magpie/content/v1/content.pb.h"
#include "tests/support/seeded_random.h"

namespace magpie::client {
namespace {

namespace pb = magpie::content::v1;

Act with(decltype(Act::body) body) {
  Act act;
  act.sent_at = Time(std::chrono::milliseconds(1'700'000'000'456));
  act.utc_offset_minutes = -540;
  act.body = std::move(body);
  return act;
}

Errc refused_as(const pb::Content& content) {
  const auto act = decode_act(as_bytes(content.SerializeAsString()));
  return act ? Errc{} : act.error().code;
}

pb::Content version_one() {
  pb::Content content;
  content.set_version(1);
  return content;
}

TEST(Act, every_kind_reads_as_it_was_written) {
  LogPoint seen{7, {}};
  seen.hash.fill()[0] = 9;
  for (Act act : {with(act::Text{"안녕하세요, 你好"}), with(act::Receipt{{EntryId{}, EntryId{}}}),
                  with(act::Profile{"Lee"})}) {
    EXPECT_EQ(decode_act(encode_act(act)).value(), act);
    act.seen = seen;
    EXPECT_EQ(decode_act(encode_act(act)).value(), act);
  }
}

TEST(Act, unknown_kinds_and_versions_are_kept_as_such) {
  pb::Content later = version_one();
  later.GetReflection()->MutableUnknownFields(&later)->AddLengthDelimited(999, "new");
  EXPECT_TRUE(
      std::holds_alternative<act::Unknown>(decode_act(as_bytes(later.SerializeAsString()))->body));
  later.set_version(2);
  later.mutable_text()->set_body("means something else there");
  EXPECT_TRUE(
      std::holds_alternative<act::Unknown>(decode_act(as_bytes(later.SerializeAsString()))->body));
}

TEST(Act, bounds_are_kept) {
  pb::Content content = version_one();
  content.mutable_text();
  EXPECT_EQ(refused_as(content), Errc::kMalformed);
  content.mutable_text()->set_body(std::string(kTextSizeMax + 1, 'x'));
  EXPECT_EQ(refused_as(content), Errc::kMalformed);
  content.mutable_text()->set_body(std::string(kTextSizeMax, 'x'));
  EXPECT_EQ(refused_as(content), Errc{});
  content.set_utc_offset_minutes(901);
  EXPECT_EQ(refused_as(content), Errc::kMalformed);
  content.set_utc_offset_minutes(INT32_MIN);
  EXPECT_EQ(refused_as(content), Errc::kMalformed);
  content.set_utc_offset_minutes(0);
  content.mutable_seen()->set_hash("short");
  EXPECT_EQ(refused_as(content), Errc::kMalformed);
  content = version_one();
  content.mutable_profile()->set_name("\u202E \n");
  EXPECT_EQ(refused_as(content), Errc::kMalformed);
}

TEST(Act, receipts_out_of_bounds_are_refused) {
  test::SeededRandom random(2);
  const auto receipt = [](std::vector<EntryId> ids) {
    return decode_act(encode_act(with(act::Receipt{std::move(ids)})));
  };
  std::vector<EntryId> many;
  EXPECT_FALSE(receipt(many));
  while (many.size() < kReceiptIdsMax) many.push_back(random.id<EntryId>());
  EXPECT_TRUE(receipt(many));
  many.push_back(random.id<EntryId>());
  EXPECT_FALSE(receipt(many));
  pb::Content content = version_one();
  content.mutable_receipt()->add_delivered(std::string(15, 'x'));
  EXPECT_EQ(refused_as(content), Errc::kMalformed);
}

TEST(Act, invalid_utf8_is_refused) {
  pb::Content content = version_one();
  content.mutable_text()->set_body("ab");
  std::string bytes = content.SerializeAsString();
  bytes.replace(bytes.find("ab"), 2, "\xFF\xFE");
  EXPECT_EQ(decode_act(as_bytes(bytes)).error().code, Errc::kMalformed);
}

TEST(Act, any_bytes_give_an_act_or_an_error) {
  test::SeededRandom random(1);
  Act act = with(act::Text{"some text"});
  act.seen = LogPoint{3, {}};
  const Buffer good = encode_act(act);
  for (int i = 0; i < 5000; ++i) {
    Buffer bytes(good.begin(),
                 good.begin() + static_cast<std::ptrdiff_t>(random.below(good.size())));
    for (std::uint64_t k = random.below(4); k > 0 && !bytes.empty(); --k) {
      bytes[random.below(bytes.size())] = static_cast<std::uint8_t>(random.below(256));
    }
    const auto read = decode_act(bytes);
    EXPECT_TRUE(read || read.error().code == Errc::kMalformed);
  }
}

}  // namespace
}  // namespace magpie::client
