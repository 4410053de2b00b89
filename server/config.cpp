// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/config.h"

#include <toml++/toml.h>

#include <charconv>

#include "server/data_dir.h"

namespace magpie::server {
namespace {

constexpr const char* kFileName = "relay.toml";
constexpr std::size_t kHostBytesMax = 253;

constexpr std::string_view kDefaults = R"(# Magpie relay. Changes take effect at the next start.

# Where the relay listens. Port 0 takes any that is free.
listen = "0.0.0.0:7447"

# The host that clients are given in the relay's address, where it differs from the above:
# a name or an address that they can reach.
announce_host = ""

# Threads that handle rooms; each room belongs to one of them.
shards = 2

# Where Prometheus finds the metrics (sums only, at /metrics): a loopback address such as
# "127.0.0.1:9447", or "" for nowhere.
metrics_listen = ""

# Where the rooms are kept: "rocksdb", in this directory, or "postgresql", in a database that several
# relays share (docs/scaling.md), reached by `connection`, for instance
# "host=db1,db2 dbname=magpie user=magpie passfile=/etc/magpie-relay/pgpass".
[store]
kind = "rocksdb"
connection = ""

# Past a limit a request is refused, nothing is changed, and nobody else is slowed.
[limits]
# A room's entries: bytes of each, and how many and how many bytes may wait to be read.
entry_bytes_max = 65536             # at most 65536
control_entry_bytes_max = 1048576   # at most 1048576
entries_per_room_max = 20000
bytes_per_room_max = 67108864
# Unread entries are deleted after this.
retention_hours = 720
# Places in a room, and entries that change a room, for each place and hour.
slots_per_room_max = 512
control_entries_per_slot_hour_max = 240
# Streams of all clients; of each stream, its rooms and its requests that wait for an answer.
streams_max = 50000
rooms_per_stream_max = 4096
frames_in_flight_max = 64
)";

/// Reads a whole number within its bounds, where the setting is there.
template <class T>
Result<void> read(const toml::table& table, std::string_view key, T& out, std::uint64_t min,
                  std::uint64_t max, std::string_view site) {
  const auto* const node = table.get(key);
  if (node == nullptr) return {};
  const auto value = node->value_exact<std::int64_t>();
  if (!value || *value < 0 || static_cast<std::uint64_t>(*value) < min ||
      static_cast<std::uint64_t>(*value) > max) {
    return fail(Errc::kMalformed, site);
  }
  out = static_cast<T>(*value);
  return {};
}

Result<void> read_limits(const toml::table& table, Limits& limits) {
  MAGPIE_TRY_VOID(read(table, "entry_bytes_max", limits.entry_bytes_max, 512, kEntryBytesBound,
                       "limits.entry_bytes_max (512 to 65536)"));
  MAGPIE_TRY_VOID(read(table, "control_entry_bytes_max", limits.control_entry_bytes_max, 4096,
                       kControlEntryBytesBound,
                       "limits.control_entry_bytes_max (4096 to 1048576)"));
  MAGPIE_TRY_VOID(read(table, "entries_per_room_max", limits.entries_per_room_max, 1, 1'000'000,
                       "limits.entries_per_room_max (1 to 1000000)"));
  MAGPIE_TRY_VOID(read(table, "bytes_per_room_max", limits.bytes_per_room_max, 4096,
                       std::uint64_t{1} << 40, "limits.bytes_per_room_max (4096 to 2^40)"));
  MAGPIE_TRY_VOID(read(table, "slots_per_room_max", limits.slots_per_room_max, 2,
                       kSlotsEverPerRoomMax, "limits.slots_per_room_max (2 to 4096)"));
  MAGPIE_TRY_VOID(read(table, "frames_in_flight_max", limits.frames_in_flight_max, 1, 4096,
                       "limits.frames_in_flight_max (1 to 4096)"));
  MAGPIE_TRY_VOID(read(table, "retention_hours", limits.retention_hours, 1, 24 * 366,
                       "limits.retention_hours (1 to 8784)"));
  MAGPIE_TRY_VOID(read(table, "rooms_per_stream_max", limits.rooms_per_stream_max, 1, 65'536,
                       "limits.rooms_per_stream_max (1 to 65536)"));
  MAGPIE_TRY_VOID(read(table, "streams_max", limits.streams_max, 1, 10'000'000,
                       "limits.streams_max (1 to 10000000)"));
  return read(table, "control_entries_per_slot_hour_max", limits.control_entries_per_slot_hour_max,
              1, 1'000'000, "limits.control_entries_per_slot_hour_max (1 to 1000000)");
}

Result<void> read_store(const toml::table& table, std::string& postgresql) {
  const auto kind = table["kind"].value_or(std::string("rocksdb"));
  const auto connection = table["connection"].value_or(std::string());
  if (kind == "rocksdb") return {};
  if (kind != "postgresql") return fail(Errc::kMalformed, "store.kind (rocksdb or postgresql)");
  // What is not named would be taken from the surroundings of the process.
  if (connection.find('=') == std::string::npos || connection.find("://") != std::string::npos) {
    return fail(Errc::kMalformed, "store.connection (such as \"host=... dbname=... user=...\")");
  }
  postgresql = connection;
  return {};
}

Result<Config> read_config(const toml::table& table) {
  Config config;
  if (const auto* const node = table.get("listen")) {
    const auto text = node->value_exact<std::string>();
    const auto listen = text ? parse_host_port(*text) : std::nullopt;
    if (!listen) return fail(Errc::kMalformed, "listen (HOST:PORT)");
    config.listen = *listen;
  }
  if (const auto* const node = table.get("announce_host")) {
    const auto text = node->value_exact<std::string>();
    if (!text || text->size() > kHostBytesMax) return fail(Errc::kMalformed, "announce_host");
    config.announce_host = *text;
  }
  MAGPIE_TRY_VOID(read(table, "shards", config.shards, 1, 64, "shards (1 to 64)"));
  if (const auto* const node = table.get("metrics_listen")) {
    const auto text = node->value_exact<std::string>();
    if (text && !text->empty()) config.metrics_listen = parse_host_port(*text);
    if (!text || (!text->empty() && !config.metrics_listen)) {
      return fail(Errc::kMalformed, "metrics_listen (HOST:PORT)");
    }
  }
  if (const auto* const node = table.get("store")) {
    if (!node->is_table()) return fail(Errc::kMalformed, "store");
    MAGPIE_TRY_VOID(read_store(*node->as_table(), config.postgresql));
  }
  if (const auto* const node = table.get("limits")) {
    if (!node->is_table()) return fail(Errc::kMalformed, "limits");
    MAGPIE_TRY_VOID(read_limits(*node->as_table(), config.limits));
  }
  return config;
}

}  // namespace

std::optional<HostPort> parse_host_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  const bool brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (brackets) host = host.substr(1, host.size() - 2);
  if (host.empty() || host.size() > kHostBytesMax) return std::nullopt;
  if (!brackets && host.find_first_of(":[]") != std::string_view::npos) return std::nullopt;
  if (host.find_first_of(" \t\r\n/#%,") != std::string_view::npos) return std::nullopt;
  HostPort address{std::string(host), 0};
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return address;
}

std::string format_host_port(const HostPort& address) {
  const bool colons = address.host.find(':') != std::string::npos;
  const auto host = colons ? "[" + address.host + "]" : address.host;
  return host + ":" + std::to_string(address.port);
}

std::string format_address(const HostPort& address, const RelayIdentity& identity) {
  return format_host_port(address) + "#" + to_base64url(identity.bytes());
}

Result<Config> parse_config(std::string_view toml) {
  try {
    return read_config(toml::parse(toml));
  } catch (const toml::parse_error&) {
    return fail(Errc::kMalformed, "not TOML");
  }
}

Result<Config> load_config(const std::filesystem::path& directory) {
  const auto text = read_small_file(directory / kFileName);
  if (!text && text.error().code == Errc::kNotFound) return Config{};
  if (!text) return tl::unexpected<Error>(text.error());
  return parse_config(*text);
}

Result<void> create_config(const std::filesystem::path& directory) {
  if (std::filesystem::exists(directory / kFileName)) {
    return fail(Errc::kExists, "relay.toml");
  }
  return write_private_file(directory / kFileName, kDefaults);
}

Result<Config> load_or_create_config(const std::filesystem::path& directory) {
  const auto created = create_config(directory);
  if (!created && created.error().code != Errc::kExists) {
    return tl::unexpected<Error>(created.error());
  }
  return load_config(directory);
}

}  // namespace magpie::server
