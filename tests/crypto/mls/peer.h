// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "crypto/mls/group.h"

namespace magpie::mls::peer {

using Json = nlohmann::json;

/// Why a command was refused, in the words of the peers' protocol.
struct Refusal {
  const char* code;
  std::string text;
};
template <class T>
using Answer = tl::expected<T, Refusal>;

/// One client in at most one group, as the peers' protocol describes it: program policy is off,
/// every check of RFC 9420 is on. A command either does what it says or changes nothing.
class Peer {
 public:
  explicit Peer(Random& random);

  /// Answers one command. Never throws of its own; the JSON library may, for a wrong type.
  Answer<Json> run(const std::string& command, const Json& in);

 private:
  struct Command;
  Answer<Json> hello(const Json& in);
  Answer<Json> reset(const Json& in);
  Answer<Json> key_package(const Json& in);
  Answer<Json> create_group(const Json& in);
  Answer<Json> join(const Json& in);
  Answer<Json> propose(const Json& in);
  Answer<Json> commit(const Json& in);
  Answer<Json> merge(const Json& in);
  Answer<Json> discard(const Json& in);
  Answer<Json> handle(const Json& in);
  Answer<Json> protect(const Json& in);
  Answer<Json> export_secret(const Json& in);
  Answer<Json> add_psk(const Json& in);
  Answer<Json> ratchet_tree(const Json& in);
  Answer<Json> state(const Json& in);
  Answer<Json> save(const Json& in);
  Answer<Json> load(const Json& in);

  Answer<Group> join_with_any(Bytes welcome, std::optional<Bytes> tree);
  void adopt(Group group);
  std::vector<ExternalPsk> clone_psks() const;

  Random& random_;
  std::shared_ptr<const Policy> policy_;
  std::vector<KeyPackageBundle> key_packages_;
  std::vector<ExternalPsk> psks_;
  std::unique_ptr<Group> group_;
  std::unique_ptr<Group> pending_;  // what the waiting commit leads to
  bool removed_ = false;
};

}  // namespace magpie::mls::peer
