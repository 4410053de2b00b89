// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client/core/ids.h"

namespace magpie::client {

struct HostPort {
  std::string host;  ///< an IPv6 address without its brackets
  std::uint16_t port = 0;
};

/// Reads `HOST:PORT`: a name, an IPv4 address, or an IPv6 address in brackets, of 1 to 253
/// characters, and a port of 1 to 65535 without leading zeros. Total; empty for anything else.
std::optional<HostPort> parse_host_port(std::string_view text);
std::string format_host_port(std::string_view host, std::uint16_t port);

/// Reads `HOST:PORT#PIN`, as a relay prints it. Total; empty for anything else.
std::optional<RelayAddress> parse_relay_address(std::string_view text);
std::string format_relay_address(const RelayAddress& address);

}  // namespace magpie::client
