// SPDX-License-Identifier: GPL-3.0-or-later
// Sealed streams: with parts left out, repeated, moved or altered, and from a maker who holds the
// key and breaks the format. What opens is the true contents, in order, and it is called whole
// only where it is.
#include <sodium.h>

#include <algorithm>

#include "crypto/base/check.h"
#include "crypto/primitives/stream.h"
#include "tests/fuzz/alter.h"
#include "tests/support/seeded_random.h"

namespace magpie::crypto {
namespace {

const Buffer kKey(kStreamKeySize, 7);
constexpr std::size_t kContentsSize = 200'000;  // four parts

struct Sealed {
  Buffer contents;
  StreamHeader header{};
  std::vector<Buffer> parts;

  Sealed() : contents(kContentsSize) {
    test::SeededRandom random(2);
    random.fill(contents);
    StreamSealer sealer(kKey, contents.size(), random);
    header = sealer.header();
    for (Bytes rest = contents; !sealer.done();) {
      const std::size_t size = sealer.wanted();
      parts.push_back(sealer.seal(rest.first(size)));
      rest = rest.subspan(size);
    }
  }
};

const Sealed& sealed() {
  static const Sealed sealed;
  return sealed;
}

void open_disturbed(fuzz::Alterations& alterations) {
  std::vector<Buffer> parts = sealed().parts;
  Buffer header(sealed().header.begin(), sealed().header.end());
  alterations.maybe(header);
  for (Buffer& part : parts) alterations.maybe(part);
  if (alterations.here())
    parts.erase(parts.begin() + static_cast<int>(alterations.below(parts.size())));
  if (alterations.here()) std::swap(parts.front(), parts[alterations.below(parts.size())]);
  if (alterations.here()) parts.push_back(parts[alterations.below(parts.size())]);

  auto opener = StreamOpener::start(kKey, header);
  if (!opener) {
    MAGPIE_CHECK(header.size() != kStreamHeaderSize);
    return;
  }
  Buffer opened;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto contents = opener->open(parts[i]);
    if (!contents) {
      MAGPIE_CHECK(!opener->finish());
      break;
    }
    MAGPIE_CHECK(i < sealed().parts.size() && parts[i] == sealed().parts[i]);
    opened.insert(opened.end(), contents->begin(), contents->end());
    MAGPIE_CHECK(equal(opened, Bytes(sealed().contents).first(opened.size())));
  }
  MAGPIE_CHECK(opener->finish().has_value() ==
               (parts == sealed().parts && equal(header, sealed().header)));
}

/// Parts of any size and tag with anything in them, under the right key.
void open_malformed(fuzz::Alterations& alterations) {
  crypto_secretstream_xchacha20poly1305_state state;
  Buffer header(kStreamHeaderSize);
  crypto_secretstream_xchacha20poly1305_init_push(&state, header.data(), kKey.data());
  auto opener = StreamOpener::start(kKey, header);
  std::uint64_t given = 0;
  for (std::size_t count = 1 + alterations.below(4); count > 0; --count) {
    constexpr std::size_t kSizes[] = {1, 7, 8, 9, 14336, 16384, 18432, 65536};
    Buffer plain(kSizes[alterations.below(std::size(kSizes))]);
    const Buffer start = alterations.bytes(std::min<std::size_t>(plain.size(), 10));
    std::ranges::copy(start, plain.begin());
    Buffer part(plain.size() + kStreamPartOverhead);
    constexpr std::string_view kPurpose = "Magpie stream 1";
    crypto_secretstream_xchacha20poly1305_push(
        &state, part.data(), nullptr, plain.data(), plain.size(), as_bytes(kPurpose).data(),
        kPurpose.size(), static_cast<std::uint8_t>(alterations.below(4)));
    const auto contents = opener->open(part);
    if (!contents) {
      MAGPIE_CHECK(!opener->finish());
      return;
    }
    given += contents->size();
    MAGPIE_CHECK(given <= opener->size());
  }
  if (opener->finish()) MAGPIE_CHECK(given == opener->size());
}

}  // namespace
}  // namespace magpie::crypto

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  magpie::fuzz::Alterations alterations(data, size);
  if (alterations.below(2) == 0) {
    magpie::crypto::open_disturbed(alterations);
  } else {
    magpie::crypto::open_malformed(alterations);
  }
  return 0;
}
