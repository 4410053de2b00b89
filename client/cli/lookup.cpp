// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/cli/lookup.h"

#include <algorithm>

#include "client/cli/error_text.h"

namespace magpie::cli {
namespace {

bool begins(const std::string& hex, std::string_view prefix) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; };
  return prefix.size() <= hex.size() &&
         std::ranges::equal(prefix, std::string_view(hex).substr(0, prefix.size()), {}, lower);
}

/// The only one that `fits`.
template <class T, class Fits>
Result<T> only(const std::vector<T>& all, Fits fits, std::string_view where) {
  const auto first = std::ranges::find_if(all, fits);
  if (first == all.end()) return fail(Errc::kNotFound, where);
  if (std::find_if(first + 1, all.end(), fits) != all.end()) return fail(Errc::kAmbiguous, where);
  return *first;
}

}  // namespace

Result<client::RoomInfo> find_room(Session& session, std::string_view prefix) {
  MAGPIE_TRY(const auto rooms, session.rooms());
  return only(
      rooms, [&](const auto& room) { return begins(room.id.hex(), prefix); }, site::kNoRoom);
}

Result<client::MemberInfo> find_person(const client::RoomInfo& room, std::string_view text) {
  auto named = only(
      room.members, [&](const auto& member) { return !member.self && member.name == text; },
      site::kNoPerson);
  if (named || named.error().code == Errc::kAmbiguous) return named;
  return only(
      room.members,
      [&](const auto& member) { return !member.self && begins(member.fingerprint.hex(), text); },
      site::kNoPerson);
}

}  // namespace magpie::cli
