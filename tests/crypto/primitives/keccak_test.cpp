// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/primitives/keccak.h"

#include <gtest/gtest.h>

#include <functional>

namespace magpie::crypto {
namespace {

template <std::size_t kSize>
Buffer digest(void (*function)(std::initializer_list<Bytes>, std::span<std::uint8_t, kSize>),
              std::initializer_list<Bytes> parts) {
  std::array<std::uint8_t, kSize> out{};
  function(parts, out);
  return to_buffer(out);
}

Buffer xof(ShakeId id, Bytes input, std::size_t size) {
  Buffer out(size);
  shake(id, {input}, out);
  return out;
}

Buffer numbered(std::size_t size) {
  Buffer bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(7 * i + size);
  return bytes;
}

TEST(Keccak, known_answers_of_fips_202) {
  EXPECT_EQ(to_hex(digest(sha3_256, {})),
            "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a");
  EXPECT_EQ(to_hex(digest(sha3_256, {as_bytes("abc")})),
            "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532");
  EXPECT_EQ(to_hex(digest(sha3_512, {as_bytes("abc")})),
            "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
            "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0");
  EXPECT_EQ(to_hex(xof(ShakeId::kShake128, {}, 32)),
            "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26");
  EXPECT_EQ(to_hex(xof(ShakeId::kShake256, {}, 32)),
            "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f");
}

// SHA3-256 over the outputs for every input size below 600; the values are OpenSSL's.
TEST(Keccak, every_size_around_the_block_boundaries) {
  const auto over_all_sizes = [](const std::function<Buffer(Bytes)>& function) {
    Buffer outputs;
    for (std::size_t size = 0; size < 600; ++size) {
      const Buffer output = function(numbered(size));
      outputs.insert(outputs.end(), output.begin(), output.end());
    }
    return to_hex(digest(sha3_256, {outputs}));
  };
  EXPECT_EQ(over_all_sizes([](Bytes input) { return digest(sha3_256, {input}); }),
            "63f9b4962b53a1be698e5c2d6cdba360df4d02220b023f75f047c79bd35281c6");
  EXPECT_EQ(over_all_sizes([](Bytes input) { return digest(sha3_512, {input}); }),
            "ef116662015fa5b917c9c292812cb8afd3fee8f2d0501aad8e7f824f72238af7");
  EXPECT_EQ(
      over_all_sizes([](Bytes input) { return xof(ShakeId::kShake128, input, input.size() + 1); }),
      "494bc41d015844cc8d1099d077e09a2cbcd733e9d5d314ff95ec90393ad952c3");
  EXPECT_EQ(
      over_all_sizes([](Bytes input) { return xof(ShakeId::kShake256, input, input.size() + 1); }),
      "d28fed43b423deda73705fa111a36c0838d4cc9afe9ed2a80cc876627ca62305");
}

TEST(Keccak, parts_are_one_text_however_they_are_cut) {
  const Buffer text = numbered(400);
  const Buffer whole = digest(sha3_256, {text});
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(digest(sha3_256, {Bytes(text).first(cut), Bytes(text).subspan(cut)}), whole);
  }
}

TEST(Keccak, four_side_by_side_are_four_apart) {
  for (const ShakeId id : {ShakeId::kShake128, ShakeId::kShake256}) {
    const std::size_t rate = shake_rate(id);
    for (std::size_t size = 0; size < rate; ++size) {
      std::array<Buffer, 4> inputs;
      std::array<Buffer, 4> outputs;
      for (std::size_t k = 0; k < 4; ++k) {
        inputs[k] = numbered(size);
        if (size > 0) inputs[k][0] = static_cast<std::uint8_t>(k);
        outputs[k].resize(2 * rate);
      }
      ShakeX4 four(id, {inputs[0], inputs[1], inputs[2], inputs[3]});
      for (std::size_t at = 0; at < 2 * rate; at += rate) {
        four.squeeze_block({&outputs[0][at], &outputs[1][at], &outputs[2][at], &outputs[3][at]},
                           rate);
      }
      for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(outputs[k], xof(id, inputs[k], 2 * rate));
    }
  }
}

}  // namespace
}  // namespace magpie::crypto
