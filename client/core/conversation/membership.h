// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>

#include "client/core/event.h"
#include "client/core/identity.h"

namespace magpie::client {

/// The GroupContext extension that holds everybody's role (a private-use type, RFC 9420 §17.3).
constexpr std::uint16_t kRolesExtension = 0xF0A1;

/// Who is what in a room, by root key.
using Roles = std::map<RootKey, Role>;

/// `struct { opaque root_key[32]; uint8 role; } RoleEntry; RoleEntry roles<V>;` in rising order of
/// the root keys.
mls::Extension encode_roles(const Roles& roles);
/// Errors: kMalformed for another order, a role that is not known, or no manager; parse errors.
Result<Roles> decode_roles(Bytes data);
/// Errors: kMalformed where the extension is absent or there twice; those of `decode_roles`.
Result<Roles> find_roles(const std::vector<mls::Extension>& extensions);

/// The GroupContext extensions of a new group: the roles, and required_capabilities (RFC 9420
/// §11.1) that lists their type, so that nobody is in a room whose rules their program ignores.
std::vector<mls::Extension> group_extensions(const Roles& roles);
/// What every leaf of ours says that it can do.
mls::Capabilities leaf_capabilities();

/// The rules of every room, for the MLS engine to ask before it applies anything:
/// a leaf's credential is signed by its root key for this suite; everybody has a role; only a
/// manager adds or removes another person, or changes the extensions; each may remove, add and
/// renew own leaves; a leaf keeps its root key; nobody enters by themselves from outside; the
/// group is never re-initialised. Who is alone in a group may add whom the roles name.
/// All else is kRefusedByPolicy; credentials also kBadLength, kBadSignature.
std::shared_ptr<const mls::Policy> room_policy(std::uint16_t suite);

}  // namespace magpie::client
