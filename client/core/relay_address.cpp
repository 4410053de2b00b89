// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/relay_address.h"

#include <algorithm>
#include <charconv>

namespace magpie::client {
namespace {

constexpr std::size_t kHostSizeMax = 253;  // RFC 1035 §2.3.4, less the root's dot and length

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_host(std::string_view host, bool bracketed) {
  const auto allowed = [bracketed](char c) {
    // A colon, dot or scope marks an IPv6 address; the resolver has the last word on both.
    return is_alphanumeric(c) || c == '.' ||
           (bracketed ? c == ':' || c == '%' : c == '-' || c == '_');
  };
  // Brackets around anything else would be lost where the address is written again.
  if (bracketed && host.find(':') == std::string_view::npos) return false;
  return !host.empty() && host.size() <= kHostSizeMax && std::ranges::all_of(host, allowed);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || port == 0 || text.front() == '0') return std::nullopt;
  return port;
}

}  // namespace

std::optional<HostPort> parse_host_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon + 1 == text.size()) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const auto port = parse_port(text.substr(colon + 1));
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!port || !is_host(host, bracketed)) return std::nullopt;
  return HostPort{std::string(host), *port};
}

std::string format_host_port(std::string_view host, std::uint16_t port) {
  const bool bracketed = host.find(':') != std::string_view::npos;
  std::string text(bracketed ? "[" : "");
  text += host;
  text += bracketed ? "]:" : ":";
  return text + std::to_string(port);
}

std::optional<RelayAddress> parse_relay_address(std::string_view text) {
  const std::size_t hash = text.find('#');
  if (hash == std::string_view::npos) return std::nullopt;
  auto place = parse_host_port(text.substr(0, hash));
  const auto pin = from_base64url(text.substr(hash + 1));
  const auto identity = pin ? RelayIdentity::from(*pin) : std::nullopt;
  if (!place || !identity) return std::nullopt;
  return RelayAddress{std::move(place->host), place->port, *identity};
}

std::string format_relay_address(const RelayAddress& address) {
  return format_host_port(address.host, address.port) + '#' +
         to_base64url(address.identity.bytes());
}

}  // namespace magpie::client
