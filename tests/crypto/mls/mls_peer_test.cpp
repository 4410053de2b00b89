// SPDX-License-Identifier: GPL-3.0-or-later
// Peers of mls-peer against each other, as processes over their protocol: scripted and random
// groups of two to eight, agreement after each step, errors that change nothing, restarts.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/seeded_random.h"

namespace magpie::mls {
namespace {

using Json = nlohmann::json;

/// One running peer. Its answers come line by line.
class PeerProcess {
 public:
  PeerProcess() {
    int in[2];
    int out[2];
    EXPECT_EQ(pipe2(in, O_CLOEXEC), 0);
    EXPECT_EQ(pipe2(out, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    std::string program = MLS_PEER_PROGRAM;
    char* const arguments[] = {program.data(), nullptr};
    EXPECT_EQ(posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    to_ = fdopen(in[1], "w");
    from_ = fdopen(out[0], "r");
  }
  PeerProcess(const PeerProcess&) = delete;
  PeerProcess& operator=(const PeerProcess&) = delete;
  ~PeerProcess() { EXPECT_EQ(finish(), 0); }

  /// Sends a line as it is; the answer.
  Json raw(const std::string& line) {
    std::fputs((line + "\n").c_str(), to_);
    std::fflush(to_);
    std::string answer;
    for (int c = std::fgetc(from_); c != '\n' && c != EOF; c = std::fgetc(from_)) {
      answer.push_back(static_cast<char>(c));
    }
    return Json::parse(answer, nullptr, false);
  }

  /// A command that must succeed.
  Json ok(const std::string& command, Json arguments = Json::object()) {
    const Json answer = call(command, std::move(arguments));
    EXPECT_TRUE(answer.contains("ok")) << command << ": " << answer.dump();
    return answer.value("ok", Json::object());
  }

  /// A command that must be refused with this code, leaving the state as it was.
  void refused(const std::string& command, Json arguments, const std::string& code) {
    const Json before = ok("state");
    const Json answer = call(command, std::move(arguments));
    EXPECT_EQ(answer.value("/error/code"_json_pointer, ""), code)
        << command << ": " << answer.dump();
    EXPECT_EQ(ok("state"), before);
  }

  /// Closes its input and waits; the exit status.
  int finish() {
    if (to_ == nullptr) return 0;
    std::fclose(std::exchange(to_, nullptr));
    std::fclose(std::exchange(from_, nullptr));
    int status = -1;
    waitpid(pid_, &status, 0);
    return status;
  }

 private:
  Json call(const std::string& command, Json arguments) {
    arguments["id"] = ++id_;
    arguments["cmd"] = command;
    Json answer = raw(arguments.dump());
    EXPECT_EQ(answer.value("id", 0), id_);
    return answer;
  }

  pid_t pid_ = -1;
  FILE* to_ = nullptr;
  FILE* from_ = nullptr;
  int id_ = 0;
};

using PeerPtr = std::unique_ptr<PeerProcess>;

std::string hex(const std::string& text) { return to_hex(as_bytes(text)); }

class Peers {
 public:
  explicit Peers(int suite) : suite_(suite) {}

  PeerProcess& creator(const Json& extensions = Json::array()) {
    peers_.push_back(std::make_unique<PeerProcess>());
    peers_[0]->ok("create_group", {{"suite", suite_},
                                   {"group_id", hex("group")},
                                   {"identity", hex("peer0")},
                                   {"extensions", extensions}});
    return *peers_[0];
  }

  Json offer(PeerProcess& peer, const std::string& name) const {
    return peer.ok("key_package", {{"suite", suite_}, {"identity", hex(name)}})["key_package"];
  }

  /// `from` commits with `arguments`; the others follow; `joining` joins.
  void commit(std::size_t from, Json arguments, std::vector<PeerPtr> joining = {}) {
    const Json made = peers_[from]->ok("commit", std::move(arguments));
    if (!made.contains("commit")) return;
    std::vector<PeerPtr> staying;
    for (std::size_t i = 0; i < peers_.size(); ++i) {
      bool active = true;
      if (i == from) {
        peers_[i]->ok("merge");
      } else {
        const Json handled = peers_[i]->ok("handle", {{"message", made["commit"]}});
        EXPECT_EQ(handled.value("kind", ""), "commit");
        active = handled.value("active", true);
      }
      if (active) {
        staying.push_back(std::move(peers_[i]));
      } else {
        peers_[i]->refused("protect", {{"plaintext", ""}}, "usage");
        EXPECT_EQ(peers_[i]->ok("state"), Json({{"active", false}, {"removed", true}}));
      }
    }
    for (PeerPtr& peer : joining) {
      Json welcome = {{"welcome", made["welcome"]}};
      if (!made["ratchet_tree"].is_null()) welcome["ratchet_tree"] = made["ratchet_tree"];
      peer->ok("join", welcome);
      staying.push_back(std::move(peer));
    }
    peers_ = std::move(staying);
  }

  void add(std::size_t from, bool tree_in_welcome = true) {
    auto peer = std::make_unique<PeerProcess>();
    const Json key_package = offer(*peer, "peer" + std::to_string(++names_));
    std::vector<PeerPtr> joining;
    joining.push_back(std::move(peer));
    commit(from, {{"add", {key_package}}, {"tree_in_welcome", tree_in_welcome}},
           std::move(joining));
  }

  /// Sends a proposal to all others.
  void propose(std::size_t from, Json arguments) {
    const Json message = peers_[from]->ok("propose", std::move(arguments))["message"];
    for (std::size_t i = 0; i < peers_.size(); ++i) {
      if (i == from) continue;
      EXPECT_EQ(peers_[i]->ok("handle", {{"message", message}})["kind"], "proposal");
    }
  }

  void check() {
    Json shared;
    for (PeerPtr& peer : peers_) {
      Json state = peer->ok("state");
      state.erase("own_index");
      state.erase("pending");
      state["exported"] =
          peer->ok("export", {{"label", "test"}, {"context", "0102"}, {"length", 40}});
      state["tree"] = peer->ok("ratchet_tree");
      if (shared.is_null()) shared = state;
      EXPECT_EQ(state, shared);
    }
    for (std::size_t from = 0; from < peers_.size(); ++from) {
      const Json message = peers_[from]->ok(
          "protect", {{"plaintext", "00ff"}, {"authenticated_data", "ad"}})["message"];
      const Json own_index = peers_[from]->ok("state")["own_index"];
      for (std::size_t to = 0; to < peers_.size(); ++to) {
        if (to == from) continue;
        EXPECT_EQ(peers_[to]->ok("handle", {{"message", message}}),
                  Json({{"kind", "application"},
                        {"sender", own_index},
                        {"plaintext", "00ff"},
                        {"authenticated_data", "ad"}}));
        peers_[to]->refused("handle", {{"message", message}}, "invalid");
      }
      peers_[from]->refused("handle", {{"message", message}}, "invalid");
    }
  }

  /// A peer's process ends, and another goes on from what it saved.
  void restart(std::size_t at) {
    const Json saved = peers_[at]->ok("save");
    const Json before = peers_[at]->ok("state");
    auto fresh = std::make_unique<PeerProcess>();
    fresh->ok("load", saved);
    EXPECT_EQ(fresh->ok("state"), before);
    peers_[at] = std::move(fresh);
  }

  PeerProcess& operator[](std::size_t i) { return *peers_[i]; }
  std::size_t size() const { return peers_.size(); }
  Json index_of(std::size_t i) { return peers_[i]->ok("state")["own_index"]; }

 private:
  int suite_;
  int names_ = 0;
  std::vector<PeerPtr> peers_;
};

class MlsPeer : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Suites, MlsPeer, testing::Values(3, 77));

TEST_P(MlsPeer, a_scripted_group_goes_through_everything) {
  Peers peers(GetParam());
  peers.creator({{{"type", 0xF0A1}, {"data", "01"}}});
  peers.add(0);
  peers.check();
  peers.add(1, false);
  peers.add(0);
  peers.check();
  for (std::size_t i = 0; i < peers.size(); ++i) {
    peers[i].ok("psk", {{"psk_id", "aa"}, {"secret", "bbcc"}});
  }
  peers.commit(2, {{"psk", {"aa"}}, {"extensions", {{{"type", 0xF0A2}, {"data", ""}}}}});
  peers.check();
  peers.propose(1, {{"type", "update"}});
  peers.propose(1, {{"type", "psk"}, {"psk_id", "aa"}, {"wire_format", "public"}});
  peers.propose(2, {{"type", "remove"}, {"index", peers.index_of(3)}});
  peers.restart(0);
  peers.commit(0, {{"wire_format", "public"}});
  EXPECT_EQ(peers.size(), 3U);
  peers.check();
  peers.commit(1, Json::object());
  peers.check();
}

TEST_P(MlsPeer, random_operations_keep_the_group_in_agreement) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    test::SeededRandom random(seed);
    Peers peers(GetParam());
    peers.creator();
    peers.add(0);
    for (int step = 0; step < 15 && !testing::Test::HasFailure(); ++step) {
      const std::size_t actor = random.below(peers.size());
      const std::size_t other = random.below(peers.size());
      const char* format = random.chance(500) ? "private" : "public";
      switch (random.below(5)) {
        case 0:
          if (peers.size() < 8) peers.add(actor, random.chance(500));
          break;
        case 1:
          if (peers.size() > 2 && actor != other) {
            peers.commit(actor, {{"remove", {peers.index_of(other)}}, {"wire_format", format}});
          }
          break;
        case 2:
          peers.propose(other, {{"type", "update"}, {"wire_format", format}});
          break;
        case 3:
          peers.restart(actor);
          break;
        default:
          peers.commit(actor, {{"wire_format", format}});
          break;
      }
      peers.check();
    }
  }
}

TEST_P(MlsPeer, a_waiting_commit_survives_a_restart_and_gives_way_to_another) {
  Peers peers(GetParam());
  peers.creator();
  peers.add(0);
  peers.add(0);
  const Json first = peers[0].ok("commit");
  EXPECT_EQ(peers[0].ok("state")["pending"], true);
  peers.restart(0);
  EXPECT_EQ(peers[0].ok("state")["pending"], true);
  const Json handled = peers[1].ok("handle", {{"message", first["commit"]}});
  EXPECT_EQ(handled["active"], true);
  peers[2].ok("handle", {{"message", first["commit"]}});
  peers[0].ok("merge");
  peers.check();
  peers[0].ok("commit");
  peers[0].ok("discard");
  peers[0].refused("merge", Json::object(), "usage");
  peers[0].ok("commit");
  peers.commit(1, Json::object());
  EXPECT_EQ(peers[0].ok("state")["pending"], false);
  peers.check();
}

TEST(MlsPeerErrors, are_named_and_change_nothing) {
  Peers peers(3);
  PeerProcess& first = peers.creator();
  peers.add(0);
  EXPECT_EQ(first.raw("not json")["id"], nullptr);
  EXPECT_EQ(first.raw("not json")["error"]["code"], "malformed");
  EXPECT_EQ(first.raw("[1]")["error"]["code"], "usage");
  EXPECT_EQ(first.raw("{\"id\":{\"a\":1}}")["id"], Json({{"a", 1}}));
  EXPECT_EQ(first.raw(std::string(100000, '['))["error"]["code"], "malformed");
  EXPECT_EQ(first.raw("{\"id\":\"\\ud800\"}")["error"]["code"], "malformed");
  first.refused("nonsense", Json::object(), "usage");
  first.refused("handle", Json::object(), "usage");
  first.refused("handle", {{"message", 7}}, "usage");
  first.refused("handle", {{"message", "0g"}}, "malformed");
  first.refused("handle", {{"message", ""}}, "malformed");
  first.refused("handle", {{"message", "00010001"}}, "malformed");
  first.refused("handle", {{"message", "0002000100"}}, "unsupported");
  first.refused("key_package", {{"suite", 1}, {"identity", "00"}}, "unsupported");
  first.refused("create_group", {{"suite", 3}, {"group_id", ""}, {"identity", ""}}, "usage");
  first.refused("propose", {{"type", "add"}, {"key_package", "00"}}, "malformed");
  first.refused("propose", {{"type", "remove"}, {"index", 9}}, "invalid");
  first.refused("propose", {{"type", "remove"}, {"index", -1}}, "usage");
  first.refused("propose", {{"type", "psk"}, {"psk_id", "00"}}, "invalid");
  first.refused("propose",
                {{"type", "extensions"}, {"extensions", {{{"type", 61440}, {"data", ""}}}}},
                "invalid");
  first.refused("commit", {{"remove", {0}}}, "invalid");
  first.refused("commit", {{"add", {"00"}}}, "malformed");
  first.refused("export", {{"label", "l"}, {"context", ""}, {"length", 8161}}, "usage");
  first.refused("load", {{"state", "00"}}, "malformed");
  first.refused("join", {{"welcome", "00010003"}}, "usage");
  const Json own = first.ok("propose", {{"type", "update"}});
  first.refused("handle", {{"message", own["message"]}}, "invalid");
  EXPECT_EQ(first.ok("state")["proposals"], 1);
  peers[1].ok("handle", {{"message", own["message"]}});
  peers.check();
}

TEST(MlsPeerReset, forgets_everything) {
  PeerProcess peer;
  EXPECT_EQ(peer.ok("hello")["suites"], Json({3, 77}));
  peer.ok("create_group", {{"suite", 3}, {"group_id", "01"}, {"identity", "02"}});
  peer.ok("reset");
  EXPECT_EQ(peer.ok("state"), Json({{"active", false}, {"removed", false}}));
  peer.refused("protect", {{"plaintext", ""}}, "usage");
  peer.refused("join", {{"welcome", "zz"}}, "malformed");
}

}  // namespace
}  // namespace magpie::mls
