// SPDX-License-Identifier: GPL-3.0-or-later
// What Reader accepts, Writer writes again byte for byte: one value has one encoding.
#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <cctype>

#include "crypto/base/check.h"
#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"

namespace magpie {
namespace {

/// Reads one thing of some kind and writes it again; false at the first error.
bool copy_one(std::uint8_t kind, std::size_t size, Reader& reader, Writer& writer) {
  const auto copy = [&](const auto& result, auto&& write) {
    if (result) write(*result);
    return bool(result);
  };
  switch (kind) {
    case 0:
      return copy(reader.u8(), [&](std::uint8_t value) { writer.u8(value); });
    case 1:
      return copy(reader.u16(), [&](std::uint16_t value) { writer.u16(value); });
    case 2:
      return copy(reader.u32(), [&](std::uint32_t value) { writer.u32(value); });
    case 3:
      return copy(reader.u64(), [&](std::uint64_t value) { writer.u64(value); });
    case 4:
      return copy(reader.fixed(size), [&](Bytes bytes) { writer.fixed(bytes); });
    case 5:
      return copy(reader.vector(), [&](Bytes bytes) { writer.vector(bytes); });
    case 6:
      return copy(reader.vector_length(),
                  [&](std::uint32_t value) { writer.vector_length(value); });
    default:
      return copy(reader.presence(), [&](bool value) { writer.presence(value); });
  }
}

void copy_sequence(FuzzedDataProvider& choices, Bytes input) {
  Reader reader(input);
  Writer writer;
  const Reader start = reader;
  while (choices.remaining_bytes() > 0) {
    const Reader before = reader;
    if (!copy_one(choices.ConsumeIntegralInRange<std::uint8_t>(0, 7),
                  choices.ConsumeIntegral<std::uint8_t>(), reader, writer)) {
      reader = before;
      break;
    }
  }
  MAGPIE_CHECK(equal(writer.view(), reader.since(start)));
  MAGPIE_CHECK(bool(reader.finish()) == (writer.size() == input.size()));
  const Buffer expected = to_buffer(writer.view());
  MAGPIE_CHECK(equal(writer.take_secret().expose(), expected));
}

void copy_texts(std::string_view text) {
  if (const auto bytes = from_base64url(text)) MAGPIE_CHECK(to_base64url(*bytes) == text);
  if (const auto bytes = from_hex(text)) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    MAGPIE_CHECK(to_hex(*bytes) == lower);
  }
}

}  // namespace
}  // namespace magpie

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  magpie::copy_texts({reinterpret_cast<const char*>(data), size});
  FuzzedDataProvider choices(data, size);
  const std::string input = choices.ConsumeRandomLengthString();
  magpie::copy_sequence(choices, magpie::as_bytes(input));
  return 0;
}
