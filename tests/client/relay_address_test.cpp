// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/relay_address.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/seeded_random.h"

namespace magpie::client {
namespace {

TEST(RelayAddress, reads_what_it_writes) {
  test::SeededRandom random(1);
  for (const auto* host : {"relay.example.org", "127.0.0.1", "::1", "fe80::1%eth0"}) {
    const RelayAddress address{host, 4433, random.id<RelayIdentity>()};
    EXPECT_EQ(parse_relay_address(format_relay_address(address)), address) << host;
  }
}

TEST(RelayAddress, refuses_what_is_not_whole) {
  const std::string pin(43, 'A');
  for (const auto& text : std::vector<std::string>{
           "", "#", "host#" + pin, "host:0#" + pin, "host:65536#" + pin, "host:01#" + pin,
           "host:80x#" + pin, ":80#" + pin, "ho st:80#" + pin, "host:80", "host:80#" + pin + "A",
           "host:80#" + pin.substr(1), "[::1:80#" + pin, "::1:80#" + pin, "[host]:80#" + pin,
           "[1%eth0]:80#" + pin, std::string(254, 'a') + ":80#" + pin}) {
    EXPECT_FALSE(parse_relay_address(text)) << text;
  }
}

}  // namespace
}  // namespace magpie::client
