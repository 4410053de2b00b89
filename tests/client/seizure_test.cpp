// SPDX-License-Identifier: GPL-3.0-or-later
// A day of a small organisation, and then its relay is seized while it runs: every file and every
// readable byte of its memory is searched for what would name or quote anybody. docs/privacy.md.
#include <gtest/gtest.h>

#include <charconv>
#include <fstream>

#include "client/core/introduction/link.h"
#include "client/core/relay_address.h"
#include "client/core/vault/vault.h"
#include "tests/client/support/person.h"
#include "tests/server/support/relay_process.h"
#include "tests/support/needles.h"
#include "tests/support/temporary_folder.h"

namespace magpie::client::test {
namespace {

namespace fs = std::filesystem;
using magpie::test::Needles;

constexpr int kCases = 9;
constexpr int kAttorneys = 4;
constexpr int kStaff = 5;
constexpr int kRelatives = 31;

/// Everything that the process has mapped and that can be read.
std::vector<std::string> memory_of(pid_t process) {
  const std::string folder = "/proc/" + std::to_string(process);
  std::ifstream maps(folder + "/maps");
  std::ifstream memory(folder + "/mem", std::ios::binary);
  std::vector<std::string> regions;
  for (std::string line; std::getline(maps, line);) {
    const auto dash = line.find('-');
    const auto space = line.find(' ');
    if (line.find(" r") == std::string::npos || line.find("[v") != std::string::npos) continue;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    std::from_chars(line.data(), line.data() + dash, from, 16);
    std::from_chars(line.data() + dash + 1, line.data() + space, to, 16);
    std::string region(to - from, '\0');
    memory.seekg(static_cast<std::streamoff>(from));
    if (memory.read(region.data(), static_cast<std::streamsize>(region.size()))) {
      regions.push_back(std::move(region));
    }
    memory.clear();
  }
  return regions;
}

std::set<std::string> in_memory(const Needles& needles, pid_t process) {
  std::set<std::string> found;
  for (const auto& region : memory_of(process)) found.merge(needles.in(region));
  return found;
}

/// The clients' ends of the connections to this port, as programs write addresses.
std::vector<std::string> peers_of(std::uint16_t port) {
  const auto port_at = [](std::string_view end) {
    unsigned value = 0;
    const auto digits = end.substr(end.find(':') + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return value;
  };
  std::vector<std::string> peers;
  for (const auto* name : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream table(name);
    std::string number;
    std::string local;
    std::string remote;
    std::string state;
    for (std::string line; std::getline(table, line);) {
      std::istringstream(line) >> number >> local >> remote >> state;
      if (state == "01" && port_at(local) == port) {
        peers.push_back("127.0.0.1:" + std::to_string(port_at(remote)));
      }
    }
  }
  return peers;
}

/// Somebody, with the words that are theirs.
struct Somebody {
  Somebody(const fs::path& where, std::string called)
      : folder(where), name(std::move(called)), person(where) {}
  fs::path folder;
  std::string name;
  Person person;
};

class SeizureTest : public ::testing::Test {
 protected:
  SeizureTest()
      : relay_(std::vector<std::string>{"serve", "--data", relay_folder().string(), "--listen",
                                        "127.0.0.1:0", "--open"}),
        address_(parse_relay_address(relay_.address())) {}

  fs::path relay_folder() const { return dir_.path() / "relay"; }

  Somebody& somebody(const std::string& name) {
    const auto folder = dir_.path() / std::to_string(people_.size());
    people_.push_back(std::make_unique<Somebody>(folder, name));
    words_.add("name", name);
    return *people_.back();
  }
  Somebody& inviter(const std::string& name) {
    auto& one = somebody(name);
    const auto created = one.person.create(name, address_);
    EXPECT_TRUE(created);
    if (created) words_.add("fingerprint", created->fingerprint.bytes());
    return one;
  }

  std::string words(const std::string& kind) {
    auto text = kind + " number " + std::to_string(++said_) + ", 다음 주 심리, 下周听证";
    words_.add(kind, text);
    return text;
  }

  /// One lets the other in by a link; both write, and read what was written.
  void meet(Somebody& inviter, Somebody& guest, bool has_profile) {
    const auto introduction = inviter.person.introduce(
        {.label = words("label"), .greeting = words("greeting"), .pin = {}});
    ASSERT_TRUE(introduction) << name(introduction.error().code);
    const auto link = parse_link(introduction->link);
    ASSERT_TRUE(link);
    words_.add("seed of a link", link->seed.expose());
    auto joined = has_profile ? guest.person.ask<JoinedInfo>([&](auto done) {
      guest.person.client().join({introduction->link, {}, guest.name}, std::move(done));
    })
                              : guest.person.join_new(guest.name, introduction->link);
    ASSERT_TRUE(joined) << name(joined.error().code);
    rooms_.push_back(joined->room);
    const auto question = words("message");
    ASSERT_TRUE(guest.person.send(joined->room, question));
    ASSERT_TRUE(inviter.person.saw_text(question));
    const auto answer = words("message");
    ASSERT_TRUE(inviter.person.send(joined->room, answer));
    ASSERT_TRUE(guest.person.saw_text(answer));
    // The last one stays unread at the relay, as at night.
    if (!has_profile) {
      ASSERT_TRUE(guest.person.lock());
      ASSERT_TRUE(inviter.person.send(joined->room, words("message")));
    }
  }

  void day() {
    std::vector<Somebody*> attorneys;
    for (int i = 0; i < kAttorneys; ++i) {
      attorneys.push_back(&inviter("Attorney Seo-yeon Ryu " + std::to_string(i)));
    }
    for (int i = 0; i < kStaff; ++i) {
      auto& staff = inviter("Volunteer 王小梅 " + std::to_string(i));
      ASSERT_NO_FATAL_FAILURE(
          meet(*attorneys[static_cast<std::size_t>(i) % kAttorneys], staff, true));
    }
    for (int i = 0; i < kRelatives; ++i) {
      auto& relative = somebody("Relative 김영호 " + std::to_string(i));
      const auto attorney = static_cast<std::size_t>(i % kCases) % kAttorneys;
      ASSERT_NO_FATAL_FAILURE(meet(*attorneys[attorney], relative, false));
    }
    for (auto* attorney : attorneys) ASSERT_TRUE(attorney->person.settle());
  }

  /// Root keys are told to nobody outside the vault, so some vaults are opened for theirs.
  void add_root_keys() {
    for (std::size_t i = 0; i < people_.size(); i += people_.size() / 5) {
      (void)people_[i]->person.lock();
      const auto vault = Vault::open(people_[i]->folder, passphrase());
      ASSERT_TRUE(vault);
      const auto profile = (*vault)->profile();
      ASSERT_TRUE(profile && *profile);
      const auto root = crypto::SignKeyPair::from_seed((*profile)->root_seed.expose());
      ASSERT_TRUE(root);
      words_.add("root key", root->public_key().bytes());
      words_.add("root key's seed", (*profile)->root_seed.expose());
    }
  }

  magpie::test::TemporaryFolder dir_;
  server::test::RelayProcess relay_;
  std::optional<RelayAddress> address_;
  std::vector<std::unique_ptr<Somebody>> people_;
  std::vector<RoomId> rooms_;
  Needles words_;
  int said_ = 0;
};

TEST_F(SeizureTest, files_and_memory_of_a_relay_name_and_quote_nobody) {
  if (geteuid() != 0) GTEST_SKIP() << "only root may read the memory of a hardened process";
  ASSERT_TRUE(address_);
  ASSERT_NO_FATAL_FAILURE(day());
  ASSERT_EQ(people_.size(), static_cast<std::size_t>(kAttorneys + kStaff + kRelatives));

  // What must be there is found: the search would see the rest.
  Needles stored;
  for (const auto& room : rooms_) stored.add(to_hex(room.bytes()), room.bytes());
  EXPECT_EQ(stored.in_files(relay_folder()).size(), rooms_.size());
  EXPECT_EQ(in_memory(stored, relay_.pid()).size(), rooms_.size());
  Needles addresses;
  const auto peers = peers_of(address_->port);
  EXPECT_FALSE(peers.empty());
  for (const auto& peer : peers) addresses.add(peer, peer);
  EXPECT_FALSE(in_memory(addresses, relay_.pid()).empty());  // of whoever is connected

  EXPECT_EQ(addresses.in_files(relay_folder()), std::set<std::string>{});
  ASSERT_NO_FATAL_FAILURE(add_root_keys());
  EXPECT_EQ(words_.in_files(relay_folder()), std::set<std::string>{});
  EXPECT_EQ(in_memory(words_, relay_.pid()), std::set<std::string>{});

  people_.clear();
  EXPECT_EQ(relay_.stop(SIGTERM), 0);
  EXPECT_EQ(words_.in_files(relay_folder()), std::set<std::string>{});
  EXPECT_EQ(addresses.in_files(relay_folder()), std::set<std::string>{});
}

}  // namespace
}  // namespace magpie::client::test
