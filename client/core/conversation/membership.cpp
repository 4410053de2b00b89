// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/conversation/membership.h"

#include <algorithm>

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"

namespace magpie::client {
namespace {

constexpr std::uint16_t kRequiredCapabilities = 0x0003;  // RFC 9420 §17.3

tl::unexpected<Error> refused(std::string_view site) { return fail(Errc::kRefusedByPolicy, site); }

// One commit, with what the rules ask of it looked up once.
class Judgement {
 public:
  Judgement(const mls::Change& change, Roles before, Roles after)
      : change_(change), before_(std::move(before)), after_(std::move(after)) {}

  Result<void> run() const {
    MAGPIE_TRY_VOID(check_everybody_has_a_role());
    if (change_.before.empty()) return {};  // a new group, or one that we join: no act to judge
    MAGPIE_TRY_VOID(check_extensions());
    MAGPIE_TRY_VOID(check_added());
    MAGPIE_TRY_VOID(check_removed());
    return check_updated();
  }

 private:
  Result<RootKey> root_before(mls::LeafIndex leaf) const {
    const auto found = std::ranges::find(change_.before, leaf, &mls::Member::index);
    if (found == change_.before.end()) return refused("roles: not a member");
    return root_of_credential(found->identity);
  }

  bool is_manager(const RootKey& root) const {
    const auto found = before_.find(root);
    return found != before_.end() && found->second == Role::kManager;
  }

  Result<void> check_everybody_has_a_role() const {
    for (const mls::Member& member : change_.after) {
      MAGPIE_TRY(const RootKey root, root_of_credential(member.identity));
      if (!after_.contains(root)) return refused("roles: member without one");
    }
    return {};
  }

  Result<void> check_extensions() const {
    if (change_.extensions_before == change_.extensions_after) return {};
    if (!change_.extensions_by) return refused("roles: extensions by nobody");
    MAGPIE_TRY(const RootKey by, root_before(*change_.extensions_by));
    if (!is_manager(by)) return refused("roles: extensions by no manager");
    return {};
  }

  // For a leaf that is added or removed: its own person may, and any manager.
  Result<void> check_by(const mls::Member& leaf, mls::LeafIndex by_leaf) const {
    MAGPIE_TRY(const RootKey by, root_before(by_leaf));
    MAGPIE_TRY(const RootKey of, root_of_credential(leaf.identity));
    if (by != of && !is_manager(by)) return refused("roles: another person, by no manager");
    return {};
  }

  Result<void> check_added() const {
    if (change_.added.size() != change_.added_by.size()) return refused("roles: additions");
    if (change_.before.size() == 1) return {};
    for (std::size_t i = 0; i < change_.added.size(); ++i) {
      MAGPIE_TRY_VOID(check_by(change_.added[i], change_.added_by[i]));
    }
    return {};
  }

  Result<void> check_removed() const {
    if (change_.removed.size() != change_.removed_by.size()) return refused("roles: removals");
    for (std::size_t i = 0; i < change_.removed.size(); ++i) {
      MAGPIE_TRY_VOID(check_by(change_.removed[i], change_.removed_by[i]));
    }
    return {};
  }

  Result<void> check_updated() const {
    for (const mls::Member& leaf : change_.updated) {
      MAGPIE_TRY(const RootKey before, root_before(leaf.index));
      MAGPIE_TRY(const RootKey after, root_of_credential(leaf.identity));
      if (before != after) return refused("roles: another root key");
    }
    return {};
  }

  const mls::Change& change_;
  Roles before_;
  Roles after_;
};

class RoomPolicy final : public mls::Policy {
 public:
  explicit RoomPolicy(std::uint16_t suite) : suite_(suite) {}

  Result<void> check_credential(Bytes identity,
                                const crypto::SignPublicKey& signature_key) const override {
    MAGPIE_TRY_VOID(verify_credential(identity, suite_, signature_key));
    return {};
  }

  Result<void> check_change(const mls::Change& change) const override {
    if (change.external) return refused("roles: from outside");
    if (change.reinit) return refused("roles: re-initialisation");
    auto after = find_roles(change.extensions_after);
    if (!after) return refused("roles: extension");
    Roles before;
    if (!change.before.empty()) {
      auto found = find_roles(change.extensions_before);
      if (!found) return refused("roles: extension before");
      before = std::move(*found);
    }
    return Judgement(change, std::move(before), std::move(*after)).run();
  }

 private:
  std::uint16_t suite_;
};

}  // namespace

mls::Extension encode_roles(const Roles& roles) {
  Writer data;
  data.vector_of([&](Writer& out) {
    for (const auto& [root, role] : roles) {
      out.fixed(root.bytes()).u8(static_cast<std::uint8_t>(role));
    }
  });
  return {kRolesExtension, data.take()};
}

Result<Roles> decode_roles(Bytes data) {
  Reader outer(data);
  MAGPIE_TRY(const Bytes list, outer.vector());
  MAGPIE_TRY_VOID(outer.finish());
  Roles roles;
  bool managed = false;
  Reader reader(list);
  while (!reader.at_end()) {
    MAGPIE_TRY(const Bytes key, reader.fixed(RootKey::kSize));
    MAGPIE_TRY(const std::uint8_t number, reader.u8());
    const RootKey root = *RootKey::from(key);
    if (!roles.empty() && !(roles.rbegin()->first < root)) {
      return fail(Errc::kMalformed, "roles: order");
    }
    if (number < static_cast<std::uint8_t>(Role::kManager) ||
        number > static_cast<std::uint8_t>(Role::kGuest)) {
      return fail(Errc::kMalformed, "roles: role");
    }
    const Role role{number};
    managed = managed || role == Role::kManager;
    roles.emplace(root, role);
  }
  if (!managed) return fail(Errc::kMalformed, "roles: no manager");
  return roles;
}

Result<Roles> find_roles(const std::vector<mls::Extension>& extensions) {
  const auto is_roles = [](const mls::Extension& e) { return e.type == kRolesExtension; };
  if (std::ranges::count_if(extensions, is_roles) != 1) {
    return fail(Errc::kMalformed, "roles: extension");
  }
  return decode_roles(std::ranges::find_if(extensions, is_roles)->data);
}

std::vector<mls::Extension> group_extensions(const Roles& roles) {
  Writer required;
  required.vector_of([](Writer& types) { types.u16(kRolesExtension); });
  required.vector({});  // proposal types
  required.vector({});  // credential types
  return {{kRequiredCapabilities, required.take()}, encode_roles(roles)};
}

mls::Capabilities leaf_capabilities() { return {{kRolesExtension}}; }

std::shared_ptr<const mls::Policy> room_policy(std::uint16_t suite) {
  return std::make_shared<const RoomPolicy>(suite);
}

}  // namespace magpie::client
