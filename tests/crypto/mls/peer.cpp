// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crypto/mls/peer.h"

#include <algorithm>
#include <array>
#include <limits>

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"

namespace magpie::mls::peer {
namespace {

constexpr std::array<std::uint16_t, 2> kSuites = {kSuiteX25519, kSuiteXWing};
constexpr std::array<std::uint16_t, 2> kLeafExtensions = {0xF0A1, 0xF0A2};
constexpr auto kLifetime = std::chrono::hours(24 * 28);
constexpr std::uint8_t kStateVersion = 1;

class PeerPolicy final : public Policy {
 public:
  Result<void> check_credential(Bytes, const crypto::SignPublicKey&) const override { return {}; }
  Result<void> check_change(const Change&) const override { return {}; }
  std::chrono::seconds lifetime_max() const override { return std::chrono::seconds::max(); }
  std::chrono::seconds lifetime_grace() const override { return std::chrono::seconds(0); }
};

Seconds now() {
  return std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
}

tl::unexpected<Refusal> refuse(const char* code, std::string text) {
  return tl::unexpected<Refusal>(Refusal{code, std::move(text)});
}

const char* code_of(Errc code) {
  switch (code) {
    case Errc::kTruncated:
    case Errc::kTrailingBytes:
    case Errc::kMalformed:
    case Errc::kTooLarge:
    case Errc::kBadLength:
    case Errc::kDamaged:
      return "malformed";
    case Errc::kUnsupported:
      return "unsupported";
    case Errc::kUsage:
    case Errc::kNotActive:
      return "usage";
    default:
      return "invalid";
  }
}

tl::unexpected<Refusal> refuse(const Error& error) {
  return refuse(code_of(error.code), std::string(error.site));
}

#define PEER_TRY_IMPL(answer, lhs, expr)      \
  auto answer = (expr);                       \
  if (!answer) return refuse(answer.error()); \
  lhs = *std::move(answer)
#define PEER_TRY(lhs, expr) PEER_TRY_IMPL(MAGPIE_TRY_CAT(peer_, __LINE__), lhs, expr)

tl::unexpected<Refusal> refuse(const Refusal& refusal) { return tl::unexpected<Refusal>(refusal); }

/// A field that must be there.
Answer<Json> field(const Json& in, const char* name) {
  const auto found = in.find(name);
  if (found == in.end()) return refuse("usage", std::string("missing: ") + name);
  return *found;
}

Answer<Buffer> as_hex(const Json& value) {
  if (!value.is_string()) return refuse("usage", "hex expected");
  auto bytes = from_hex(value.get_ref<const std::string&>());
  if (!bytes) return refuse("malformed", "not hex");
  return *std::move(bytes);
}

Answer<Buffer> hex_field(const Json& in, const char* name) {
  PEER_TRY(const Json value, field(in, name));
  return as_hex(value);
}

Answer<std::uint64_t> as_number(const Json& value, std::uint64_t max) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > max) {
    return refuse("usage", "number expected");
  }
  return value.get<std::uint64_t>();
}

/// An optional field, or `missing`.
Json optional_field(const Json& in, const char* name, Json missing) {
  const auto found = in.find(name);
  return found == in.end() || found->is_null() ? std::move(missing) : *found;
}

Answer<const Suite*> suite_field(const Json& in) {
  PEER_TRY(const Json value, field(in, "suite"));
  PEER_TRY(const std::uint64_t id, as_number(value, std::numeric_limits<std::uint64_t>::max()));
  if (std::ranges::find(kSuites, id) == kSuites.end()) return refuse("unsupported", "suite");
  return find_suite(static_cast<std::uint16_t>(id));
}

Answer<WireFormat> wire_format_field(const Json& in) {
  const Json value = optional_field(in, "wire_format", "private");
  if (value == "private") return WireFormat::kPrivate;
  if (value == "public") return WireFormat::kPublic;
  return refuse("usage", "wire_format");
}

Answer<std::vector<Extension>> as_extensions(const Json& list) {
  if (!list.is_array()) return refuse("usage", "extensions");
  std::vector<Extension> extensions;
  for (const Json& item : list) {
    if (!item.is_object()) return refuse("usage", "extensions");
    PEER_TRY(const Json type, field(item, "type"));
    PEER_TRY(const std::uint64_t number, as_number(type, 0xffff));
    PEER_TRY(Buffer data, hex_field(item, "data"));
    extensions.push_back({static_cast<std::uint16_t>(number), std::move(data)});
  }
  return extensions;
}

Answer<std::vector<Buffer>> hex_list(const Json& in, const char* name) {
  const Json list = optional_field(in, name, Json::array());
  if (!list.is_array()) return refuse("usage", name);
  std::vector<Buffer> values;
  for (const Json& item : list) {
    PEER_TRY(Buffer value, as_hex(item));
    values.push_back(std::move(value));
  }
  return values;
}

Answer<LeafIndex> as_index(const Json& value) {
  PEER_TRY(const std::uint64_t index, as_number(value, std::numeric_limits<std::uint32_t>::max()));
  return LeafIndex(static_cast<std::uint32_t>(index));
}

Json hex_or_null(const std::optional<Buffer>& bytes) {
  return bytes ? Json(to_hex(*bytes)) : Json(nullptr);
}

Identity fresh_identity(Buffer identity, Random& random) {
  return {std::move(identity), crypto::SignKeyPair::generate(random)};
}

Capabilities capabilities() { return {{kLeafExtensions.begin(), kLeafExtensions.end()}}; }

void write_group(Writer& writer, const Group* group) {
  writer.presence(group != nullptr);
  if (group == nullptr) return;
  const Group::State state = group->serialize();
  writer.vector(state.epoch.expose()).u32(static_cast<std::uint32_t>(state.tree.size()));
  for (const StoredNode& node : state.tree) writer.u32(node.node.value()).vector(node.encoded);
  writer.vector(state.ratchets.expose());
}

Result<std::unique_ptr<Group>> read_group(Reader& reader, std::shared_ptr<const Policy> policy) {
  MAGPIE_TRY(const bool present, reader.presence());
  if (!present) return nullptr;
  MAGPIE_TRY(const Bytes epoch, reader.vector());
  MAGPIE_TRY(const std::uint32_t nodes, reader.u32());
  std::vector<StoredNode> tree;
  for (std::uint32_t i = 0; i < nodes; ++i) {
    MAGPIE_TRY(const std::uint32_t node, reader.u32());
    MAGPIE_TRY(const Bytes encoded, reader.vector());
    tree.push_back({NodeIndex(node), to_buffer(encoded)});
  }
  MAGPIE_TRY(const Bytes ratchets, reader.vector());
  MAGPIE_TRY(Group group, Group::deserialize(epoch, tree, ratchets, std::move(policy)));
  return std::make_unique<Group>(std::move(group));
}

}  // namespace

struct Peer::Command {
  const char* name;
  Answer<Json> (Peer::*run)(const Json&);
  enum class When { kAlways, kUnlessRemoved, kInGroup } when;
};

Peer::Peer(Random& random) : random_(random), policy_(std::make_shared<const PeerPolicy>()) {}

Answer<Json> Peer::run(const std::string& command, const Json& in) {
  using When = Command::When;
  static constexpr Command kCommands[] = {
      {"hello", &Peer::hello, When::kAlways},
      {"reset", &Peer::reset, When::kAlways},
      {"state", &Peer::state, When::kAlways},
      {"key_package", &Peer::key_package, When::kAlways},
      {"psk", &Peer::add_psk, When::kAlways},
      {"create_group", &Peer::create_group, When::kUnlessRemoved},
      {"join", &Peer::join, When::kUnlessRemoved},
      {"save", &Peer::save, When::kUnlessRemoved},
      {"load", &Peer::load, When::kUnlessRemoved},
      {"propose", &Peer::propose, When::kInGroup},
      {"commit", &Peer::commit, When::kInGroup},
      {"merge", &Peer::merge, When::kInGroup},
      {"discard", &Peer::discard, When::kInGroup},
      {"handle", &Peer::handle, When::kInGroup},
      {"protect", &Peer::protect, When::kInGroup},
      {"export", &Peer::export_secret, When::kInGroup},
      {"ratchet_tree", &Peer::ratchet_tree, When::kInGroup},
  };
  const auto found = std::ranges::find_if(
      kCommands, [&](const Command& candidate) { return command == candidate.name; });
  if (found == std::end(kCommands)) return refuse("usage", "unknown command");
  if (removed_ && found->when != When::kAlways) return refuse("usage", "removed from the group");
  if (group_ == nullptr && found->when == When::kInGroup) return refuse("usage", "in no group");
  return (this->*found->run)(in);
}

Answer<Json> Peer::hello(const Json&) {
  return Json{{"impl", "magpie"},
              {"version", "0.1.0"},
              {"suites", kSuites},
              {"wire_formats", {"private", "public"}},
              {"features", {"out_of_order", "persist"}}};
}

Answer<Json> Peer::reset(const Json&) {
  key_packages_.clear();
  psks_.clear();
  group_.reset();
  pending_.reset();
  removed_ = false;
  return Json::object();
}

Answer<Json> Peer::key_package(const Json& in) {
  PEER_TRY(const Suite* suite, suite_field(in));
  PEER_TRY(Buffer identity, hex_field(in, "identity"));
  key_packages_.push_back(make_key_package(*suite, fresh_identity(std::move(identity), random_),
                                           capabilities(), now(), kLifetime, random_));
  return Json{{"key_package", to_hex(key_packages_.back().key_package)}};
}

void Peer::adopt(Group group) {
  for (ExternalPsk& psk : clone_psks()) group.add_psk(std::move(psk));
  group_ = std::make_unique<Group>(std::move(group));
}

std::vector<ExternalPsk> Peer::clone_psks() const {
  std::vector<ExternalPsk> copy;
  for (const ExternalPsk& psk : psks_) copy.push_back({psk.id, psk.secret.clone()});
  return copy;
}

Answer<Json> Peer::create_group(const Json& in) {
  if (group_ != nullptr) return refuse("usage", "in a group already");
  PEER_TRY(const Suite* suite, suite_field(in));
  PEER_TRY(const Buffer group_id, hex_field(in, "group_id"));
  PEER_TRY(Buffer identity, hex_field(in, "identity"));
  PEER_TRY(std::vector<Extension> extensions,
           as_extensions(optional_field(in, "extensions", Json::array())));
  PEER_TRY(Group group,
           Group::create(*suite, group_id, fresh_identity(std::move(identity), random_),
                         capabilities(), std::move(extensions), now(), policy_, random_));
  adopt(std::move(group));
  return Json::object();
}

Answer<Group> Peer::join_with_any(Bytes welcome, std::optional<Bytes> tree) {
  Error last{Errc::kNoKeyPackage, "join: no key package"};
  for (const KeyPackageBundle& bundle : key_packages_) {
    auto joined = Group::join(welcome, bundle, psks_, tree, now(), policy_);
    if (joined) return *std::move(joined);
    last = joined.error();
    if (last.code != Errc::kNoKeyPackage && last.code != Errc::kWrongSuite) break;
  }
  return refuse(last);
}

Answer<Json> Peer::join(const Json& in) {
  if (group_ != nullptr) return refuse("usage", "in a group already");
  PEER_TRY(const Buffer welcome, hex_field(in, "welcome"));
  std::optional<Buffer> tree;
  if (const Json value = optional_field(in, "ratchet_tree", nullptr); !value.is_null()) {
    PEER_TRY(tree, as_hex(value));
  }
  PEER_TRY(Group group, join_with_any(welcome, tree ? std::optional<Bytes>(*tree) : std::nullopt));
  adopt(std::move(group));
  key_packages_.clear();
  return Json::object();
}

Answer<Json> Peer::propose(const Json& in) {
  PEER_TRY(const Json type, field(in, "type"));
  PEER_TRY(const WireFormat format, wire_format_field(in));
  const auto propose_it = [&]() -> Answer<Buffer> {
    if (type == "add") {
      PEER_TRY(const Buffer key_package, hex_field(in, "key_package"));
      PEER_TRY(Buffer message, group_->propose_add(key_package, format, now(), random_));
      return message;
    }
    if (type == "remove") {
      PEER_TRY(const Json value, field(in, "index"));
      PEER_TRY(const LeafIndex index, as_index(value));
      PEER_TRY(Buffer message, group_->propose_remove(index, format, random_));
      return message;
    }
    if (type == "update") {
      PEER_TRY(Buffer message, group_->propose_update(format, random_));
      return message;
    }
    if (type == "psk") {
      PEER_TRY(const Buffer psk_id, hex_field(in, "psk_id"));
      PEER_TRY(Buffer message, group_->propose_psk(psk_id, format, random_));
      return message;
    }
    if (type == "extensions") {
      PEER_TRY(const Json list, field(in, "extensions"));
      PEER_TRY(const std::vector<Extension> extensions, as_extensions(list));
      PEER_TRY(Buffer message, group_->propose_extensions(extensions, format, random_));
      return message;
    }
    return refuse("usage", "type");
  };
  PEER_TRY(const Buffer message, propose_it());
  return Json{{"message", to_hex(message)}};
}

Answer<Json> Peer::commit(const Json& in) {
  CommitOptions options;
  PEER_TRY(options.wire_format, wire_format_field(in));
  PEER_TRY(options.add, hex_list(in, "add"));
  PEER_TRY(options.psk_ids, hex_list(in, "psk"));
  const Json removals = optional_field(in, "remove", Json::array());
  if (!removals.is_array()) return refuse("usage", "remove");
  for (const Json& value : removals) {
    PEER_TRY(const LeafIndex index, as_index(value));
    options.remove.push_back(index);
  }
  if (const Json list = optional_field(in, "extensions", nullptr); !list.is_null()) {
    PEER_TRY(options.extensions, as_extensions(list));
  }
  const Json tree_in_welcome = optional_field(in, "tree_in_welcome", true);
  if (!tree_in_welcome.is_boolean()) return refuse("usage", "tree_in_welcome");
  options.tree_in_welcome = tree_in_welcome.get<bool>();

  PEER_TRY(PendingCommit committed, group_->commit(options, now(), random_));
  pending_ = std::move(committed.next);
  return Json{{"commit", to_hex(committed.commit)},
              {"welcome", hex_or_null(committed.welcome)},
              {"ratchet_tree", hex_or_null(committed.ratchet_tree)}};
}

Answer<Json> Peer::merge(const Json&) {
  if (pending_ == nullptr) return refuse("usage", "no commit waits");
  group_ = std::move(pending_);
  return Json::object();
}

Answer<Json> Peer::discard(const Json&) {
  if (pending_ == nullptr) return refuse("usage", "no commit waits");
  pending_.reset();
  return Json::object();
}

Answer<Json> Peer::handle(const Json& in) {
  PEER_TRY(const Buffer message, hex_field(in, "message"));
  PEER_TRY(Handled handled, group_->handle(message, now()));
  if (const auto* application = std::get_if<ApplicationMessage>(&handled)) {
    return Json{{"kind", "application"},
                {"sender", application->sender.value()},
                {"plaintext", to_hex(application->plaintext.expose())},
                {"authenticated_data", to_hex(application->authenticated_data)}};
  }
  if (const auto* proposal = std::get_if<ProposalReceived>(&handled)) {
    return Json{{"kind", "proposal"}, {"sender", proposal->sender.value()}};
  }
  auto& commit = std::get<CommitReceived>(handled);
  pending_.reset();
  removed_ = !commit.active;
  group_ = std::move(commit.next);
  return Json{{"kind", "commit"}, {"sender", commit.sender.value()}, {"active", commit.active}};
}

Answer<Json> Peer::protect(const Json& in) {
  PEER_TRY(const Buffer plaintext, hex_field(in, "plaintext"));
  PEER_TRY(const Buffer data, as_hex(optional_field(in, "authenticated_data", "")));
  PEER_TRY(const Buffer message, group_->protect(plaintext, data, nullptr, random_));
  return Json{{"message", to_hex(message)}};
}

Answer<Json> Peer::export_secret(const Json& in) {
  PEER_TRY(const Json label, field(in, "label"));
  if (!label.is_string()) return refuse("usage", "label");
  PEER_TRY(const Buffer context, hex_field(in, "context"));
  PEER_TRY(const Json value, field(in, "length"));
  // HKDF gives no more (RFC 5869 §2.3).
  PEER_TRY(const std::uint64_t length, as_number(value, 255 * group_->suite().hash_size()));
  const Secret secret = group_->export_secret(label.get_ref<const std::string&>(), context, length);
  return Json{{"secret", to_hex(secret.expose())}};
}

Answer<Json> Peer::add_psk(const Json& in) {
  PEER_TRY(Buffer id, hex_field(in, "psk_id"));
  PEER_TRY(const Buffer secret, hex_field(in, "secret"));
  std::erase_if(psks_, [&](const ExternalPsk& psk) { return psk.id == id; });
  if (group_ != nullptr) group_->add_psk({id, Secret::copy_of(secret)});
  if (pending_ != nullptr) pending_->add_psk({id, Secret::copy_of(secret)});
  psks_.push_back({std::move(id), Secret::copy_of(secret)});
  return Json::object();
}

Answer<Json> Peer::ratchet_tree(const Json&) {
  return Json{{"ratchet_tree", to_hex(group_->ratchet_tree())}};
}

Answer<Json> Peer::state(const Json&) {
  Json out{{"active", group_ != nullptr}, {"removed", removed_}};
  if (group_ == nullptr) return out;
  out["suite"] = group_->suite().id;
  out["group_id"] = to_hex(group_->group_id());
  out["epoch"] = group_->epoch().value();
  out["own_index"] = group_->own_index().value();
  out["epoch_authenticator"] = to_hex(group_->epoch_authenticator());
  out["tree_hash"] = to_hex(group_->tree_hash());
  out["group_context"] = to_hex(group_->group_context());
  out["members"] = Json::array();
  for (const Member& member : group_->members()) {
    out["members"].push_back({{"index", member.index.value()},
                              {"identity", to_hex(member.identity)},
                              {"signature_key", member.signature_key.hex()}});
  }
  out["proposals"] = group_->proposal_count();
  out["pending"] = pending_ != nullptr;
  return out;
}

Answer<Json> Peer::save(const Json&) {
  Writer writer;
  writer.u8(kStateVersion).u32(static_cast<std::uint32_t>(key_packages_.size()));
  for (const KeyPackageBundle& bundle : key_packages_) writer.vector(bundle.serialize().expose());
  writer.u32(static_cast<std::uint32_t>(psks_.size()));
  for (const ExternalPsk& psk : psks_) writer.vector(psk.id).vector(psk.secret.expose());
  write_group(writer, group_.get());
  write_group(writer, pending_.get());
  return Json{{"state", to_hex(writer.view())}};
}

Answer<Json> Peer::load(const Json& in) {
  PEER_TRY(const Buffer state, hex_field(in, "state"));
  Peer loaded(random_);
  const auto read = [&]() -> Result<void> {
    Reader reader(state);
    MAGPIE_TRY(const std::uint8_t version, reader.u8());
    if (version != kStateVersion) return fail(Errc::kDamaged, "state: version");
    MAGPIE_TRY(const std::uint32_t bundles, reader.u32());
    for (std::uint32_t i = 0; i < bundles; ++i) {
      MAGPIE_TRY(const Bytes bytes, reader.vector());
      MAGPIE_TRY(KeyPackageBundle bundle, KeyPackageBundle::deserialize(bytes));
      loaded.key_packages_.push_back(std::move(bundle));
    }
    MAGPIE_TRY(const std::uint32_t psks, reader.u32());
    for (std::uint32_t i = 0; i < psks; ++i) {
      MAGPIE_TRY(const Bytes id, reader.vector());
      MAGPIE_TRY(const Bytes secret, reader.vector());
      loaded.psks_.push_back({to_buffer(id), Secret::copy_of(secret)});
    }
    MAGPIE_TRY(loaded.group_, read_group(reader, loaded.policy_));
    MAGPIE_TRY(loaded.pending_, read_group(reader, loaded.policy_));
    return reader.finish();
  };
  if (const auto result = read(); !result) return refuse(result.error());
  policy_ = std::move(loaded.policy_);
  key_packages_ = std::move(loaded.key_packages_);
  psks_ = std::move(loaded.psks_);
  group_ = std::move(loaded.group_);
  pending_ = std::move(loaded.pending_);
  return Json::object();
}

}  // namespace magpie::mls::peer
