// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/introduction/link.h"

#include <algorithm>

#include "client/core/relay_address.h"
#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"
#include "crypto/primitives/hash.h"

namespace magpie::client {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kScheme = "magpie://";
constexpr std::string_view kDataMark = "/#";
constexpr std::uint8_t kLinkVersion = 1;
constexpr std::uint8_t kFlagPin = 1;
constexpr std::uint8_t kFlagStanding = 2;
constexpr std::string_view kCheckLabel = "Magpie link 1\0"sv;
constexpr std::size_t kCheckSize = 4;
constexpr std::size_t kDataSize = 1 + 2 + 1 + 32 + Link::kSeedSize + 32 + kCheckSize;
constexpr std::size_t kDataTextSize = (kDataSize * 4 + 2) / 3;
constexpr std::size_t kLinkSizeMax = 4096;

// Line breaks and quote marks that mail programs put inside a long word.
bool is_inserted(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '>' || c == '<';
}

bool is_data(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '_';
}

struct Parts {
  std::string_view place;
  std::string_view data;
};

// Of a text without inserted characters: what lies between the scheme, the mark and the end of
// the data. Text that follows in the next sentence is not part of it.
Result<Parts> split(std::string_view text) {
  const std::size_t scheme = text.find(kScheme);
  if (scheme == std::string_view::npos) return fail(Errc::kBadLink, "link: scheme");
  text.remove_prefix(scheme + kScheme.size());
  const std::size_t mark = text.find(kDataMark);
  if (mark == std::string_view::npos) return fail(Errc::kBadLink, "link: mark");
  std::string_view data = text.substr(mark + kDataMark.size());
  data = data.substr(0, std::min(data.size(), kDataTextSize));
  if (!std::ranges::all_of(data, is_data)) return fail(Errc::kBadLink, "link: data");
  return Parts{text.substr(0, mark), data};
}

// Finds a link that was cut off or mistyped, before anything is asked of a relay.
std::array<std::uint8_t, 32> check_of(Bytes data) {
  return crypto::blake2b_256({as_bytes(kCheckLabel), data});
}

// The version alone, which is in the first characters: a later one may have another length.
bool is_known_version(std::string_view data) {
  const auto start = data.size() < 4 ? std::nullopt : from_base64url(data.substr(0, 4));
  return !start || start->front() == kLinkVersion;
}

Result<Link> read_data(Bytes data) {
  if (data.size() != kDataSize) return fail(Errc::kBadLink, "link: length");
  const Bytes checked = data.first(kDataSize - kCheckSize);
  if (!equal(Bytes(check_of(checked)).first(kCheckSize), data.last(kCheckSize))) {
    return fail(Errc::kBadLink, "link: check");
  }
  Reader reader(checked);
  MAGPIE_TRY_VOID(reader.u8());
  Link link;
  MAGPIE_TRY(link.suite, reader.u16());
  MAGPIE_TRY(const std::uint8_t flags, reader.u8());
  MAGPIE_TRY(const Bytes relay, reader.fixed(RelayIdentity::kSize));
  MAGPIE_TRY(const Bytes seed, reader.fixed(Link::kSeedSize));
  MAGPIE_TRY(const Bytes inviter, reader.fixed(Fingerprint::kSize));
  MAGPIE_TRY_VOID(reader.finish());
  if (link.suite != kConversationSuite) return fail(Errc::kUnsupported, "link: suite");
  if ((flags & ~(kFlagPin | kFlagStanding)) != 0) return fail(Errc::kUnsupported, "link: flags");
  link.needs_pin = (flags & kFlagPin) != 0;
  link.standing = (flags & kFlagStanding) != 0;
  link.relay.identity = *RelayIdentity::from(relay);
  link.seed = Secret::copy_of(seed);
  link.inviter = *Fingerprint::from(inviter);
  return link;
}

}  // namespace

std::string format_link(const Link& link) {
  Writer data(kDataSize);
  data.u8(kLinkVersion).u16(link.suite);
  data.u8(static_cast<std::uint8_t>((link.needs_pin ? kFlagPin : 0) |
                                    (link.standing ? kFlagStanding : 0)));
  data.fixed(link.relay.identity.bytes()).fixed(link.seed.expose()).fixed(link.inviter.bytes());
  data.fixed(Bytes(check_of(data.view())).first(kCheckSize));
  return std::string(kScheme) + format_host_port(link.relay.host, link.relay.port) +
         std::string(kDataMark) + to_base64url(data.view());
}

Result<Link> parse_link(std::string_view text) {
  if (text.size() > kLinkSizeMax) return fail(Errc::kBadLink, "link: size");
  std::string compact;
  std::ranges::copy_if(text, std::back_inserter(compact), [](char c) { return !is_inserted(c); });
  MAGPIE_TRY(const Parts parts, split(compact));
  if (!is_known_version(parts.data)) return fail(Errc::kUnsupported, "link: version");
  auto place = parse_host_port(parts.place);
  if (!place) return fail(Errc::kBadLink, "link: host");
  auto data = from_base64url(parts.data);
  if (!data) return fail(Errc::kBadLink, "link: encoding");
  auto link = read_data(*data);
  wipe(*data);
  if (!link) return link;
  link->relay.host = std::move(place->host);
  link->relay.port = place->port;
  return link;
}

}  // namespace magpie::client
