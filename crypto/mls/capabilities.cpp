// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/capabilities.h"

#include <array>

#include "crypto/mls/credential.h"
#include "crypto/mls/suite.h"

namespace magpie::mls {
namespace {

/// 0x0A0A, 0x1A1A … 0xEAEA, chosen at random (RFC 9420 §13.5).
std::uint16_t grease(Random& random) {
  std::array<std::uint8_t, 1> octet;
  random.fill(octet);
  const auto half = static_cast<std::uint16_t>((octet[0] % 15) << 4 | 0x0a);
  return static_cast<std::uint16_t>(half << 8 | half);
}

constexpr bool is_default_proposal(std::uint16_t type) { return type >= 1 && type <= 7; }

}  // namespace

Result<LeafCapabilities> LeafCapabilities::decode(Reader& reader) {
  const Reader start = reader;
  LeafCapabilities capabilities;
  MAGPIE_TRY(capabilities.versions, U16List::decode(reader));
  MAGPIE_TRY(capabilities.cipher_suites, U16List::decode(reader));
  MAGPIE_TRY(capabilities.extensions, U16List::decode(reader));
  MAGPIE_TRY(capabilities.proposals, U16List::decode(reader));
  MAGPIE_TRY(capabilities.credentials, U16List::decode(reader));
  capabilities.encoded = reader.since(start);
  return capabilities;
}

bool LeafCapabilities::satisfy(const RequiredCapabilities& required) const {
  return required.extensions.all_in(extensions, is_default_extension) &&
         required.proposals.all_in(proposals, is_default_proposal) &&
         required.credentials.all_in(credentials, [](std::uint16_t) { return false; });
}

Buffer encode_capabilities(const Capabilities& capabilities, Random& random) {
  std::vector<std::uint16_t> cipher_suites;
  for (const Suite& suite : suites()) cipher_suites.push_back(suite.id);
  cipher_suites.push_back(grease(random));
  std::vector<std::uint16_t> extensions = capabilities.extensions;
  extensions.push_back(grease(random));

  Writer writer;
  encode_u16_list(writer, std::array{kVersion});
  encode_u16_list(writer, cipher_suites);
  encode_u16_list(writer, extensions);
  encode_u16_list(writer, std::array{grease(random)});
  encode_u16_list(writer, std::array{kBasicCredential, grease(random)});
  return writer.take();
}

}  // namespace magpie::mls
