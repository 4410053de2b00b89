// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/introduction/keys.h"

#include "crypto/base/check.h"
#include "crypto/primitives/hkdf.h"
#include "crypto/primitives/passphrase.h"

namespace magpie::client {
namespace {

constexpr crypto::StretchCost kPinCost = {3, std::size_t{64} << 20};
constexpr auto kHash = crypto::HashId::kSha256;

Secret expand(const Secret& key, std::string_view label, std::size_t size) {
  return crypto::hkdf_expand(kHash, key.expose(), {as_bytes(label)}, size);
}

// White space out; U+FF01 to U+FF5E (EF BC 81 to EF BD 9E) to their ASCII forms.
std::string canonical_pin(std::string_view pin) {
  std::string canonical;
  for (std::size_t i = 0; i < pin.size(); ++i) {
    const auto byte = [&](std::size_t k) {
      return i + k < pin.size() ? static_cast<std::uint8_t>(pin[i + k]) : 0U;
    };
    const unsigned wide = byte(0) == 0xEF ? (byte(1) << 6 | (byte(2) & 0x3FU)) : 0;
    const unsigned first = 0xBCU << 6 | 0x01U;
    const unsigned last = 0xBDU << 6 | 0x1EU;
    if (wide >= first && wide <= last) {
      canonical += static_cast<char>(wide - first + '!');
      i += 2;
    } else if (std::string_view(" \t\r\n").find(pin[i]) == std::string_view::npos) {
      canonical += pin[i];
    }
  }
  return canonical;
}

}  // namespace

Result<IntroductionKeys> derive_introduction_keys(const Secret& seed, std::string_view pin) {
  Secret key = crypto::hkdf_extract(kHash, as_bytes("Magpie introduction 1"), {seed.expose()});
  const Secret room = expand(key, "room", RoomId::kSize);
  std::string canonical = canonical_pin(pin);
  const bool with_pin = !canonical.empty();
  if (with_pin) {
    const Secret salt = expand(key, "pin salt", crypto::kStretchSaltSize);
    auto stretched = crypto::stretch(as_bytes(canonical),
                                     salt.expose().first<crypto::kStretchSaltSize>(), kPinCost, 32);
    wipe({reinterpret_cast<std::uint8_t*>(canonical.data()), canonical.size()});
    if (!stretched) return tl::unexpected(stretched.error());
    key = crypto::hkdf_extract(kHash, key.expose(), {stretched->expose()});
  }
  auto guest_slot = crypto::SignKeyPair::from_seed(expand(key, "guest slot", 32).expose());
  MAGPIE_CHECK(guest_slot.has_value());
  return IntroductionKeys{*RoomId::from(room.expose()), std::move(*guest_slot),
                          expand(key, "offer", 32), with_pin};
}

}  // namespace magpie::client
