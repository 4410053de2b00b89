// SPDX-License-Identifier: GPL-3.0-or-later
// Several relays over one PostgreSQL, as an administrator runs them: real processes, real kills.
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "server/rpc/tls_identity.h"
#include "tests/server/support/postgres_cluster.h"
#include "tests/server/support/raw_client.h"
#include "tests/server/support/raw_tokens.h"
#include "tests/server/support/relay_process.h"

namespace magpie::server::test {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::minutes kPatience{3};

/// Asks until it is so, or a minute is over.
template <class Condition>
bool become(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
  }
  return true;
}

/// One relay's directory and process.
class Member {
 public:
  Member(const fs::path& directory, const std::string& connection) : directory_(directory) {
    fs::create_directories(directory);
    std::ofstream(directory / "relay.toml")
        << "[store]\nkind = \"postgresql\"\nconnection = \"" << connection << "\"\n";
  }
  /// Every relay of a cluster has the same key.
  void take_key(const Member& from) {
    for (const auto* name : {"relay.key", "relay.crt"}) {
      fs::copy_file(from.directory_ / name, directory_ / name);
    }
  }
  void start(bool open) {
    std::vector<std::string> words{"serve", "--data", directory_, "--listen", "127.0.0.1:0"};
    if (open) words.emplace_back("--open");
    process_ = std::make_unique<RelayProcess>(words, directory_ / "log");
    address_ = process_->address();
    ASSERT_FALSE(address_.empty()) << log();
  }
  RelayProcess& process() { return *process_; }
  RawClient client() const { return RawClient(address_, read_file(directory_ / "relay.crt")); }
  std::string log() const { return read_file(directory_ / "log"); }
  std::string path() const { return directory_; }
  int run(const std::vector<std::string>& words) const {
    auto all = words;
    all.insert(all.end(), {"--data", directory_});
    return RelayProcess(all, directory_ / "log").wait();
  }

 private:
  fs::path directory_;
  std::unique_ptr<RelayProcess> process_;
  std::string address_;
};

class PostgresProcess : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { require_tls13(); }

  /// Two relays over `connection`.
  void start_members(const std::string& connection, bool open) {
    for (const auto* name : {"one", "two"}) {
      members_.push_back(std::make_unique<Member>(dir_.path() / name, connection));
      if (members_.size() > 1) members_[1]->take_key(*members_[0]);
      members_.back()->start(open);
    }
  }
  /// The same, and a room.
  void start(const std::string& connection) {
    start_members(connection, true);
    auto client = members_[0]->client();
    RawStream stream(client);
    const auto create = create_frame(random_, key_);
    room_ = create.create_room().room();
    ASSERT_TRUE(stream.ask(create).has_created());
  }

  /// Appends by all members at once while `trouble` goes on, and a little longer; then looks what
  /// is there. Gives how many were acknowledged.
  template <class Trouble>
  void under_load(Trouble trouble);

  TempDir dir_;
  magpie::test::SeededRandom random_{91};
  crypto::SignKeyPair key_ = crypto::SignKeyPair::generate(random_);
  std::string room_;
  std::vector<std::unique_ptr<Member>> members_;
};

/// Appends one after the other; each must be acknowledged in the end.
class MemberWriter {
 public:
  MemberWriter(Member& member, const std::string& room, const crypto::SignKeyPair& key,
               std::uint64_t seed)
      : random_(seed), client_(member.client()), stream_(client_, kPatience), room_(room) {
    EXPECT_TRUE(stream_.ask(stream_.attach_frame(room, key, 0)).has_attached());
  }
  void run(const std::atomic<bool>& stop, std::atomic<int>& count) {
    for (int after = 0; after < 3; after += stop ? 1 : 0) {
      const auto frame = append_frame(random_, room_, 1, "entry");
      const auto answer = stream_.ask(frame);
      ASSERT_TRUE(answer.has_appended());
      acknowledged[answer.appended().sequence()] = frame.append().entry_id();
      ++count;
      count.notify_all();
    }
  }
  std::map<Sequence, std::string> acknowledged;

 private:
  magpie::test::SeededRandom random_;
  RawClient client_;
  RawStream stream_;
  std::string room_;
};

template <class Trouble>
void PostgresProcess::under_load(Trouble trouble) {
  std::vector<std::unique_ptr<MemberWriter>> writers;
  for (std::uint64_t i = 0; i < 4; ++i) {
    writers.push_back(std::make_unique<MemberWriter>(*members_[i % 2], room_, key_, i));
  }
  std::atomic<bool> stop{false};
  std::atomic<int> count{0};
  std::vector<std::thread> threads;
  for (auto& writer : writers) threads.emplace_back([&] { writer->run(stop, count); });
  trouble([&](int more) {
    for (int seen = count, enough = seen + more; seen < enough && !HasFailure(); seen = count) {
      count.wait(seen);
    }
  });
  stop = true;
  for (auto& thread : threads) thread.join();
  for (auto& member : members_) {
    auto client = member->client();
    RawStream stream(client, kPatience);
    const auto attached = stream.ask(stream.attach_frame(room_, key_, 0));
    const auto entries = stream.catch_up();
    ASSERT_EQ(entries.size(), attached.attached().head());
    EXPECT_EQ(entries.size(), static_cast<std::size_t>(count) + 1);  // none twice
    for (std::size_t i = 0; i < entries.size(); ++i) EXPECT_EQ(entries[i].sequence(), i + 1);
    for (const auto& writer : writers) {
      for (const auto& [sequence, id] : writer->acknowledged) {
        ASSERT_LE(sequence, entries.size());
        EXPECT_EQ(entries[sequence - 1].entry_id(), id);
      }
    }
  }
  std::printf("%d entries acknowledged, 0 lost, 0 doubled, 0 reordered\n", count.load());
}

TEST_F(PostgresProcess, relays_of_one_cluster_are_one_relay) {
  auto& cluster = PostgresCluster::shared();
  start(cluster.fresh_database() + " password=a-secret-of-the-administrator");
  auto here = members_[0]->client();
  auto there = members_[1]->client();
  RawStream writer(here);
  RawStream reader(there);
  ASSERT_TRUE(writer.ask(writer.attach_frame(room_, key_, 1)).has_attached());
  ASSERT_TRUE(reader.ask(reader.attach_frame(room_, key_, 1)).has_attached());
  EXPECT_TRUE(reader.catch_up().empty());
  ASSERT_TRUE(writer.ask(append_frame(random_, room_, 1, "hello")).has_appended());
  const auto woken = reader.read();
  ASSERT_TRUE(woken && woken->has_entry());
  EXPECT_EQ(woken->entry().sequence(), 2u);
  EXPECT_EQ(reader.ask(append_frame(random_, room_, 1, "hello")).appended().sequence(), 3u);

  // What an administrator asks, beside the relays and without them.
  EXPECT_EQ(members_[0]->run({"check"}), 0);
  EXPECT_EQ(members_[0]->run({"backup", "--to", (dir_.path() / "backup").string()}), 1);
  EXPECT_NE(members_[0]->log().find("pg_dump or pg_basebackup"), std::string::npos);
  const auto told = [&] {
    RelayProcess status({"status", "--json", "--data", members_[0]->path()});
    return nlohmann::json::parse(status.read_line());
  };
  EXPECT_EQ(told()["health"], "ok");
  EXPECT_EQ(health_of(here), 1);
  cluster.kill();
  ASSERT_TRUE(become([&] { return told()["health"] == "waiting" && health_of(here) == 2; }));
  EXPECT_EQ(members_[1]->process().stop(SIGTERM), 0);  // also while PostgreSQL is gone
  cluster.start();
  ASSERT_TRUE(writer.ask(append_frame(random_, room_, 1, "hello")).has_appended());
  EXPECT_EQ(members_[0]->process().stop(SIGTERM), 0);
  EXPECT_EQ(told()["health"], "stopped");
  EXPECT_EQ(told()["entries"], 3);  // the first was read by everybody
  for (const auto& member : members_) {
    EXPECT_EQ(member->log().find("a-secret-of-the-administrator"), std::string::npos);
  }
}

TEST_F(PostgresProcess, refuses_settings_under_which_an_acknowledgement_would_be_no_promise) {
  auto& cluster = PostgresCluster::shared();
  const auto connection = cluster.fresh_database();
  for (const std::string setting : {"off", "local", "remote_write"}) {
    Member member(dir_.path() / setting,
                  connection + " options='-c synchronous_commit=" + setting + "'");
    EXPECT_EQ(member.run({"serve", "--listen", "127.0.0.1:0", "--open"}), 1);
    EXPECT_NE(member.log().find("synchronous_commit must be on"), std::string::npos);
  }
}

TEST_F(PostgresProcess, who_is_invited_at_one_relay_is_at_each_and_pays_once) {
  start_members(PostgresCluster::shared().fresh_database(), false);
  RelayProcess invite({"invite", "--data", members_[0]->path(), "--rooms", "2"});
  const auto code = code_of(invite.read_line());
  auto here = members_[0]->client();
  auto there = members_[1]->client();
  RawStream one(here);
  RawStream two(there);
  const auto key = token_key_of(one);
  EXPECT_EQ(token_key_of(two).public_key, key.public_key);
  const TokenBuyer buyer(code, key, 2, random_);
  const auto answer = two.ask(redeem_frame(buyer.frame()));
  ASSERT_TRUE(answer.has_redeemed());
  const auto tokens = buyer.tokens(redeemed_of(answer.redeemed()));
  ASSERT_EQ(tokens.size(), 2u);
  for (const auto& token : tokens) {
    auto create = create_frame(random_, key_);
    pay(create, token);
    EXPECT_TRUE(one.ask(create).has_created());
    create.mutable_create_room()->set_room(text_of(random_.id<RoomId>()));
    EXPECT_EQ(two.ask(create).refusal().code(), v1::Refusal::NOT_INVITED);
  }
  // Also by an administrator whose relay does not run.
  EXPECT_EQ(members_[0]->process().stop(SIGTERM), 0);
  EXPECT_EQ(members_[0]->run({"invite"}), 0);
}

/// How often; `./dev drill postgres` asks for more.
int cluster_kills() {
  const char* const text = std::getenv("MAGPIE_DRILL_POSTGRES_KILLS");
  return text != nullptr ? std::atoi(text) : 3;
}

TEST_F(PostgresProcess, postgresql_killed_under_load_loses_and_doubles_nothing) {
  auto& cluster = PostgresCluster::shared();
  start(cluster.fresh_database());
  under_load([&](const auto& wait_for_more) {
    for (int i = 0; i < cluster_kills(); ++i) {
      wait_for_more(1 + static_cast<int>(random_.below(60)));
      cluster.kill();
      cluster.start();
    }
    wait_for_more(20);
  });
}

TEST_F(PostgresProcess, a_standby_promoted_under_load_has_everything) {
  PostgresCluster primary;
  PostgresCluster standby(primary);
  start(PostgresCluster::connection({&primary, &standby}));
  under_load([&](const auto& wait_for_more) {
    wait_for_more(40);
    primary.kill();
    standby.promote();
    wait_for_more(40);
  });
}

}  // namespace
}  // namespace magpie::server::test
