// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/base/result.h"
#include "server/room/ids.h"
#include "server/room/limits.h"

namespace magpie::server {

struct HostPort {
  std::string host;        ///< a name, an IPv4 address, or an IPv6 address without brackets
  std::uint16_t port = 0;  ///< 0: any that is free
  friend bool operator==(const HostPort&, const HostPort&) = default;
};

/// Reads `HOST:PORT`, an IPv6 address in brackets. Total; empty for anything else.
std::optional<HostPort> parse_host_port(std::string_view text);
std::string format_host_port(const HostPort& address);
/// `HOST:PORT#PIN`, what a client is given.
std::string format_address(const HostPort& address, const RelayIdentity& identity);

/// `relay.toml` of a data directory; read once, at the start.
struct Config {
  HostPort listen{"0.0.0.0", 7447};
  /// The host that clients are told, where it differs from the one listened on.
  std::string announce_host;
  std::uint32_t shards = 2;
  /// Where Prometheus finds the metrics, on this machine; empty for nowhere.
  std::optional<HostPort> metrics_listen;
  /// How PostgreSQL is reached where the rooms are there, as libpq has it; empty where they are in
  /// the data directory. May hold a password: never to be told.
  std::string postgresql;
  Limits limits;
  friend bool operator==(const Config&, const Config&) = default;
};

/// Reads a configuration; what is missing has its default. Total. Errors: kMalformed, its site
/// naming the setting.
Result<Config> parse_config(std::string_view toml);
/// Writes `relay.toml` with every default. Errors: kExists where there is one; kStorage.
Result<void> create_config(const std::filesystem::path& directory);
/// Reads `relay.toml`, or writes it with the defaults where it is missing. Errors: kMalformed,
/// kStorage, kTooLarge.
Result<Config> load_or_create_config(const std::filesystem::path& directory);
/// Reads `relay.toml`, or gives the defaults where it is missing. Errors as above.
Result<Config> load_config(const std::filesystem::path& directory);

}  // namespace magpie::server
