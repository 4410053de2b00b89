// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "client/core/conversation/log_chain.h"
#include "crypto/base/result.h"

namespace magpie::client {

// What people say to each other, as plain values; proto/magpie/content/v1/content.proto says what
// each means and how large it may be. Only act.cpp knows protobuf.

constexpr std::size_t kTextSizeMax = 60'000;
constexpr std::size_t kReceiptIdsMax = 1500;
constexpr std::int32_t kUtcOffsetMinutesMax = 900;

namespace act {
struct Text {
  std::string body;
  friend bool operator==(const Text&, const Text&) = default;
};
struct Receipt {
  std::vector<EntryId> delivered;
  friend bool operator==(const Receipt&, const Receipt&) = default;
};
struct Profile {
  std::string name;
  friend bool operator==(const Profile&, const Profile&) = default;
};
/// Of a kind or version that this program does not know.
struct Unknown {
  friend bool operator==(const Unknown&, const Unknown&) = default;
};
}  // namespace act

struct Act {
  Time sent_at{};
  std::int32_t utc_offset_minutes = 0;
  std::optional<LogPoint> seen;
  std::variant<act::Text, act::Receipt, act::Profile, act::Unknown> body;
  friend bool operator==(const Act&, const Act&) = default;
};

/// Serialises an act of this device: a Content message. Act::Unknown is written as no act.
Buffer encode_act(const Act& act);

/// Reads a Content message; total. A kind or version that is not known is an act::Unknown.
/// Errors: kMalformed where it does not parse or breaks a bound of content.proto.
Result<Act> decode_act(Bytes content);

}  // namespace magpie::client
