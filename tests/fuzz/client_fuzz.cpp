// SPDX-License-Identifier: GPL-3.0-or-later
// What the client reads before it trusts anything: addresses, links, names, the file of a vault's
// key slots, a sealed page. What is accepted is written again so that it reads the same.
#include "client/core/introduction/link.h"
#include "client/core/relay_address.h"
#include "client/core/text.h"
#include "client/core/vault/unlock.h"
#include "crypto/base/check.h"
#include "tests/fuzz/alter.h"
#include "tests/support/seeded_random.h"

namespace magpie::client {
namespace {

using fuzz::Alterations;

void read_address(const std::string& text) {
  if (const auto place = parse_host_port(text)) {
    const auto again = parse_host_port(format_host_port(place->host, place->port));
    MAGPIE_CHECK(again && again->host == place->host && again->port == place->port);
  }
  if (const auto address = parse_relay_address(text)) {
    MAGPIE_CHECK(parse_relay_address(format_relay_address(*address)) == address);
  }
}

bool same(const Link& a, const Link& b) {
  return a.relay == b.relay && a.suite == b.suite && a.needs_pin == b.needs_pin &&
         a.standing == b.standing && equal(a.seed.expose(), b.seed.expose()) &&
         a.inviter == b.inviter;
}

void read_link(std::string_view text) {
  const auto link = parse_link(text);
  if (!link) return;
  const auto again = parse_link(format_link(*link));
  MAGPIE_CHECK(again && same(*link, *again));
}

/// A true link, altered before its check is computed and again as a text.
void read_altered_link(Alterations& alterations) {
  Link link;
  link.relay.port = 443;
  link.seed = Secret(Link::kSeedSize);
  Buffer host = to_buffer(as_bytes("relay.example"));
  alterations.maybe(host);
  link.relay.host = as_text(host);
  alterations.maybe_number(link.relay.port);
  alterations.maybe_number(link.suite);
  link.needs_pin = alterations.here();
  link.standing = alterations.here();
  Buffer text = to_buffer(as_bytes(format_link(link)));
  alterations.maybe(text);
  if (alterations.count() == 0) MAGPIE_CHECK(parse_link(as_text(text)));
  read_link(as_text(text));
}

void read_name(const std::string& text) {
  const std::string name = clean_name(text);
  MAGPIE_CHECK(name.size() <= kNameSizeMax && is_utf8(name) && clean_name(name) == name);
  MAGPIE_CHECK(is_utf8(text) || name.empty());
}

const Buffer& slots_file() {
  static const Buffer file = [] {
    test::SeededRandom random(1);
    return KeySlots::create(Secret::copy_of(as_bytes("passphrase")), crypto::kStretchCostMin,
                            random.secret(kVaultKeySize), random)
        .value()
        .encode();
  }();
  return file;
}

/// Two copies: damage to one is survived, and repaired when it is written again.
void read_slots(Alterations& alterations) {
  Buffer file = slots_file();
  const std::size_t copy = alterations.below(2) * KeySlots::kCopySize;
  for (std::size_t i = alterations.below(5); i > 0; --i) {
    file[copy + alterations.below(KeySlots::kCopySize)] ^=
        static_cast<std::uint8_t>(1 + alterations.below(255));
  }
  const auto survived = KeySlots::parse(file);
  MAGPIE_CHECK(survived && survived->encode() == slots_file());
  alterations.maybe(file);
  if (const auto slots = KeySlots::parse(file)) {
    MAGPIE_CHECK(KeySlots::parse(slots->encode())->encode() == slots->encode());
  }
}

void read_page(Alterations& alterations) {
  const Buffer key(kVaultKeySize, 3);
  Buffer page(kPageRoom, 5);
  Buffer sealed(page.size() + kSealSize);
  std::uint64_t number = 7;
  Buffer context = {1};
  seal_unit(key, UnitKind::kPage, number, page, sealed, context);
  alterations.maybe_number(number);
  alterations.maybe(context);
  Buffer altered = sealed;
  alterations.maybe(altered);
  // Sizes are the caller's part: it reads whole units.
  altered.resize(sealed.size());
  const bool genuine = alterations.count() == 0;
  const auto opened = open_unit(key, UnitKind::kPage, number, altered, page, context);
  MAGPIE_CHECK(!genuine || opened);
  MAGPIE_CHECK(!opened || (altered == sealed && number == 7 && context == Buffer{1}));
}

}  // namespace
}  // namespace magpie::client

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace magpie::client;
  magpie::fuzz::Alterations alterations(data, size);
  const std::string text(reinterpret_cast<const char*>(data), size);
  read_address(text);
  read_name(text);
  read_link(text);
  switch (alterations.below(3)) {
    case 0:
      read_altered_link(alterations);
      break;
    case 1:
      read_slots(alterations);
      break;
    default:
      read_page(alterations);
      break;
  }
  return 0;
}
