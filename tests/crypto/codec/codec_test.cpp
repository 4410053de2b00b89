// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"

namespace magpie {
namespace {

TEST(Codec, vectors_return_at_every_width_of_their_length) {
  for (const std::size_t size : {0UL, 1UL, 63UL, 64UL, 16383UL, 16384UL, 100000UL}) {
    const Buffer contents(size, 7);
    Writer writer;
    writer.u16(0xabcd).vector(contents).u8(9);
    Reader reader(writer.view());
    EXPECT_EQ(reader.u16().value(), 0xabcd);
    EXPECT_TRUE(equal(reader.vector().value(), contents));
    EXPECT_EQ(reader.u8().value(), 9);
    EXPECT_TRUE(reader.finish());
  }
}

TEST(Codec, every_truncation_is_an_error) {
  Writer writer;
  writer.u64(1).vector(Buffer(70, 1));
  for (std::size_t size = 0; size < writer.size(); ++size) {
    Reader reader(writer.view().first(size));
    const auto number = reader.u64();
    if (!number) {
      EXPECT_EQ(number.error().code, Errc::kTruncated);
      continue;
    }
    EXPECT_EQ(reader.vector().error().code, Errc::kTruncated);
  }
}

TEST(Codec, lengths_that_are_not_minimal_and_the_reserved_prefix_are_refused) {
  for (const Buffer& bytes :
       {Buffer{0x40, 0x01, 0}, Buffer{0x80, 0, 0x3f, 0xff}, Buffer{0xc0, 0}}) {
    EXPECT_EQ(Reader(bytes).vector().error().code, Errc::kMalformed);
  }
}

TEST(Codec, presence_is_zero_or_one) {
  EXPECT_FALSE(Reader(Buffer{0}).presence().value());
  EXPECT_TRUE(Reader(Buffer{1}).presence().value());
  const Buffer two{2};
  EXPECT_EQ(Reader(two).presence().error().code, Errc::kMalformed);
}

TEST(Codec, trailing_bytes_are_an_error) {
  const Buffer bytes{1, 2};
  Reader reader(bytes);
  ASSERT_TRUE(reader.u8());
  EXPECT_EQ(reader.finish().error().code, Errc::kTrailingBytes);
}

}  // namespace
}  // namespace magpie
