// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/primitives/stream.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <set>

namespace magpie::crypto {
namespace {

Buffer pattern(std::size_t size) {
  Buffer bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 >> 3);
  return bytes;
}

struct Sealed {
  Secret key;
  Buffer header;
  std::vector<Buffer> parts;
};

Sealed seal(Bytes contents) {
  SystemRandom random;
  Sealed sealed;
  sealed.key = random.secret(kStreamKeySize);
  StreamSealer sealer(sealed.key.expose(), contents.size(), random);
  sealed.header = to_buffer(sealer.header());
  while (!sealer.done()) {
    const std::size_t take = sealer.wanted();
    sealed.parts.push_back(sealer.seal(contents.first(take)));
    contents = contents.subspan(take);
  }
  EXPECT_TRUE(contents.empty());
  return sealed;
}

/// The contents, or the first error.
Result<Buffer> open(const Sealed& sealed) {
  MAGPIE_TRY(auto opener, StreamOpener::start(sealed.key.expose(), sealed.header));
  Buffer contents;
  for (const Buffer& part : sealed.parts) {
    MAGPIE_TRY(const Buffer opened, opener.open(part));
    contents.insert(contents.end(), opened.begin(), opened.end());
  }
  MAGPIE_TRY_VOID(opener.finish());
  EXPECT_EQ(opener.size(), contents.size());
  return contents;
}

Errc error_of(const Sealed& sealed) {
  const auto opened = open(sealed);
  return opened ? Errc{} : opened.error().code;
}

TEST(Stream, contents_round_trip_at_every_boundary) {
  for (const std::size_t size :
       {0UL, 1UL, 16376UL, 16377UL, 65527UL, 65528UL, 65529UL, 131064UL, 131065UL, 300000UL}) {
    const Buffer contents = pattern(size);
    const Sealed sealed = seal(contents);
    std::size_t total = sealed.header.size();
    for (const Buffer& part : sealed.parts) total += part.size();
    EXPECT_EQ(total, stream_sealed_size(size));
    const auto opened = open(sealed);
    ASSERT_TRUE(opened) << size;
    EXPECT_EQ(*opened, contents);
  }
}

TEST(Stream, sizes_fall_into_few_buckets_and_waste_at_most_an_eighth) {
  std::set<std::uint64_t> buckets;
  for (std::uint64_t size = 0; size <= 1U << 20; ++size) {
    const std::uint64_t padded = stream_padded_size(size);
    ASSERT_GE(padded, size + 8);
    ASSERT_LE(padded, std::max<std::uint64_t>(16384, (size + 8) / 8 * 9 + 9));
    buckets.insert(padded);
  }
  EXPECT_EQ(buckets.size(),
            1U + 6 * 8 + 1);  // 16 KiB, eight to each doubling, the first over 1 MiB
  EXPECT_EQ(stream_padded_size(kStreamSizeMax), (kStreamSizeMax / 8) * 9);
}

TEST(Stream, equal_buckets_look_alike) {
  EXPECT_EQ(seal(pattern(100)).parts.front().size(), seal(pattern(16000)).parts.front().size());
}

TEST(Stream, a_part_dropped_repeated_moved_or_foreign_is_noticed) {
  const Sealed sealed = seal(pattern(300000));
  ASSERT_GE(sealed.parts.size(), 4U);
  const auto changed = [&](auto&& change) {
    Sealed copy{sealed.key.clone(), sealed.header, sealed.parts};
    change(copy.parts);
    return error_of(copy);
  };
  EXPECT_EQ(changed([](auto&) {}), Errc{});
  EXPECT_EQ(changed([](auto& parts) { parts.pop_back(); }), Errc::kTruncated);
  EXPECT_EQ(changed([](auto& parts) { parts.clear(); }), Errc::kTruncated);
  EXPECT_EQ(changed([](auto& parts) { parts.erase(parts.begin()); }), Errc::kDecryptFailed);
  EXPECT_EQ(changed([](auto& parts) { parts.erase(parts.begin() + 1); }), Errc::kDecryptFailed);
  EXPECT_EQ(changed([](auto& parts) { std::swap(parts[1], parts[2]); }), Errc::kDecryptFailed);
  EXPECT_EQ(changed([](auto& parts) { parts.insert(parts.begin(), parts[0]); }),
            Errc::kDecryptFailed);
  EXPECT_EQ(changed([](auto& parts) { parts.push_back(parts.back()); }), Errc::kTrailingBytes);
  EXPECT_EQ(changed([](auto& parts) { parts[1].pop_back(); }), Errc::kDecryptFailed);
  EXPECT_EQ(changed([](auto& parts) { parts[1].clear(); }), Errc::kDecryptFailed);
  const Sealed other = seal(pattern(300000));
  EXPECT_EQ(changed([&](auto& parts) { parts[2] = other.parts[2]; }), Errc::kDecryptFailed);
  Sealed spliced{sealed.key.clone(), other.header, sealed.parts};
  EXPECT_EQ(error_of(spliced), Errc::kDecryptFailed);
}

TEST(Stream, every_flipped_byte_is_noticed) {
  const Sealed sealed = seal(pattern(10));
  for (std::size_t at = 0; at < sealed.parts[0].size(); at += 7) {
    Sealed copy{sealed.key.clone(), sealed.header, sealed.parts};
    copy.parts[0][at] = static_cast<std::uint8_t>(copy.parts[0][at] ^ 0x40);
    EXPECT_EQ(error_of(copy), Errc::kDecryptFailed) << at;
  }
}

/// What a holder of the key can seal that StreamSealer never would.
Sealed forge(const std::vector<std::pair<Buffer, std::uint8_t>>& parts, std::string_view purpose) {
  SystemRandom random;
  Sealed sealed;
  sealed.key = random.secret(kStreamKeySize);
  sealed.header.resize(kStreamHeaderSize);
  crypto_secretstream_xchacha20poly1305_state state;
  crypto_secretstream_xchacha20poly1305_init_push(&state, sealed.header.data(),
                                                  sealed.key.expose().data());
  for (const auto& [plain, tag] : parts) {
    Buffer part(plain.size() + kStreamPartOverhead);
    crypto_secretstream_xchacha20poly1305_push(&state, part.data(), nullptr, plain.data(),
                                               plain.size(), as_bytes(purpose).data(),
                                               purpose.size(), tag);
    sealed.parts.push_back(std::move(part));
  }
  return sealed;
}

TEST(Stream, streams_that_break_the_format_under_the_right_key_are_refused) {
  constexpr std::string_view kPurpose = "Magpie stream 1";
  constexpr std::uint8_t kMessage = crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
  constexpr std::uint8_t kFinal = crypto_secretstream_xchacha20poly1305_TAG_FINAL;
  Buffer plain(16384);
  plain[7] = 5;  // the length
  EXPECT_EQ(error_of(forge({{plain, kFinal}}, kPurpose)), Errc{});
  EXPECT_EQ(error_of(forge({{plain, kFinal}}, "another")), Errc::kDecryptFailed);
  EXPECT_EQ(error_of(forge({{plain, kMessage}}, kPurpose)), Errc::kMalformed);
  EXPECT_EQ(error_of(forge({{plain, crypto_secretstream_xchacha20poly1305_TAG_REKEY}}, kPurpose)),
            Errc::kMalformed);
  EXPECT_EQ(error_of(forge({{Buffer(8), kFinal}}, kPurpose)), Errc::kMalformed);
  EXPECT_EQ(error_of(forge({{Buffer(7), kFinal}}, kPurpose)), Errc::kMalformed);
  Buffer dirty = plain;
  dirty.back() = 1;
  EXPECT_EQ(error_of(forge({{dirty, kFinal}}, kPurpose)), Errc::kMalformed);
  Buffer huge = plain;
  huge[0] = 1;
  EXPECT_EQ(error_of(forge({{huge, kMessage}}, kPurpose)), Errc::kTooLarge);
}

TEST(Stream, after_an_error_nothing_opens_any_more) {
  const Sealed sealed = seal(pattern(100000));
  auto opener = StreamOpener::start(sealed.key.expose(), sealed.header).value();
  EXPECT_EQ(opener.open(sealed.parts[1]).error().code, Errc::kDecryptFailed);
  EXPECT_EQ(opener.open(sealed.parts[0]).error().code, Errc::kDecryptFailed);
  EXPECT_EQ(opener.finish().error().code, Errc::kTruncated);
  EXPECT_EQ(StreamOpener::start(Buffer(31), sealed.header).error().code, Errc::kBadLength);
  EXPECT_EQ(StreamOpener::start(sealed.key.expose(), Buffer(23)).error().code, Errc::kBadLength);
}

}  // namespace
}  // namespace magpie::crypto
