// SPDX-License-Identifier: GPL-3.0-or-later
// magpie-relay as an administrator runs it: real processes, real signals.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "server/rpc/tls_identity.h"
#include "server/sandbox.h"
#include "tests/server/support/raw_client.h"
#include "tests/server/support/relay_process.h"
#include "tests/server/support/temp_dir.h"

namespace magpie::server::test {
namespace {

class ProcessTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { require_tls13(); }

  std::vector<std::string> serve() const {
    return {"serve", "--data", data(), "--listen", "127.0.0.1:0", "--open"};
  }
  std::string data() const { return (dir_.path() / "relay").string(); }
  std::string certificate() const { return read_file(dir_.path() / "relay" / "relay.crt"); }

  TempDir dir_;
  magpie::test::SeededRandom random_{23};
};

TEST_F(ProcessTest, serves_until_it_is_told_to_stop) {
  RelayProcess relay(serve());
  const auto address = relay.address();
  ASSERT_FALSE(address.empty());
  RelayProcess asked({"address", "--data", data()});
  EXPECT_EQ(asked.read_line(), address);
  EXPECT_EQ(asked.wait(), 0);

  RawClient client(address, certificate());
  RawStream stream(client);
  const auto key = crypto::SignKeyPair::generate(random_);
  EXPECT_TRUE(stream.ask(create_frame(random_, key)).has_created());
  RelayProcess status({"status", "--data", data(), "--json"});
  const auto told = nlohmann::json::parse(status.read_line());
  EXPECT_EQ(status.wait(), 0);
  EXPECT_EQ(told["health"], "ok");
  EXPECT_EQ(told["address"], address);
  EXPECT_EQ(told["rooms"], 1);
  EXPECT_EQ(told["entries"], 1);
  EXPECT_EQ(told["sessions"], 1);
  EXPECT_EQ(told["limits"]["entry_bytes_max"], 65536);

  EXPECT_EQ(relay.stop(SIGTERM), 0);
  EXPECT_EQ(relay.read_line(), "");  // one line and no other
  EXPECT_EQ(stream.finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  RelayProcess stopped({"status", "--data", data(), "--json"});
  const auto after = nlohmann::json::parse(stopped.read_line());
  EXPECT_EQ(after["health"], "stopped");
  EXPECT_EQ(after["rooms"], 1);
}

TEST_F(ProcessTest, every_thread_of_it_is_confined) {
  if (!kSandboxPossible) GTEST_SKIP() << "not under a sanitizer";
  RelayProcess relay(serve());
  const auto address = relay.address();
  ASSERT_FALSE(address.empty());
  RawClient client(address, certificate());
  RawStream stream(client);
  EXPECT_TRUE(
      stream.ask(create_frame(random_, crypto::SignKeyPair::generate(random_))).has_created());
  int threads = 0;
  const auto tasks = "/proc/" + std::to_string(relay.pid()) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks)) {
    const auto status = read_file(task.path() / "status");
    if (status.empty()) continue;  // it has just ended
    EXPECT_NE(status.find("\nSeccomp:\t2\n"), std::string::npos) << status;
    EXPECT_NE(status.find("\nNoNewPrivs:\t1\n"), std::string::npos) << status;
    ++threads;
  }
  EXPECT_GT(threads, 3);
  EXPECT_EQ(relay.stop(SIGTERM), 0);
}

TEST_F(ProcessTest, says_what_it_cannot_do) {
  EXPECT_EQ(RelayProcess({"invite", "--data", data()}).wait(), 1);  // there is none
  EXPECT_EQ(RelayProcess({"invite", "--data", data(), "--rooms", "0"}).wait(), 2);
  EXPECT_EQ(RelayProcess({"invite", "--data", data(), "--rooms", "129"}).wait(), 2);
  EXPECT_FALSE(std::filesystem::exists(data()));
  EXPECT_EQ(RelayProcess({"serve", "--data", data(), "--open", "--listen", "nowhere"}).wait(), 2);
  EXPECT_EQ(RelayProcess({"serve", "--open"}).wait(), 2);
  EXPECT_EQ(RelayProcess({}).wait(), 2);
  EXPECT_EQ(RelayProcess({"--help"}).wait(), 0);
  EXPECT_EQ(RelayProcess({"address", "--data", data()}).wait(), 1);
  EXPECT_EQ(RelayProcess({"status", "--data", data()}).wait(), 1);
  RelayProcess relay(serve());
  ASSERT_FALSE(relay.address().empty());
  EXPECT_EQ(RelayProcess(serve()).wait(), 1);
  EXPECT_EQ(relay.stop(SIGTERM), 0);
}

/// Appends without end until its stream breaks; knows what was acknowledged.
class Writer {
 public:
  Writer(const std::string& address, const std::string& certificate, std::uint64_t seed)
      : random_(seed), client_(address, certificate), stream_(client_) {
    const auto create = create_frame(random_, key_);
    room_ = create.create_room().room();
    EXPECT_TRUE(stream_.ask(create).has_created());
    EXPECT_TRUE(stream_.ask(stream_.attach_frame(room_, key_, 0)).has_attached());
  }

  void run(std::atomic<int>& acknowledged_count) {
    std::thread sender([this] {
      for (std::uint64_t i = 0; i < 100'000; ++i) {
        auto frame = append_frame(random_, room_, 1, "entry");
        frame.set_correlation(1'000'000 + i);
        {
          std::lock_guard lock(mutex_);
          sent_[frame.correlation()] = frame.append().entry_id();
        }
        if (!stream_.write(frame)) return;
      }
    });
    while (const auto got = stream_.read()) {
      if (!got->has_answer() || !got->answer().has_appended()) continue;
      std::lock_guard lock(mutex_);
      acknowledged_[got->answer().appended().sequence()] = sent_[got->answer().correlation()];
      ++acknowledged_count;
      acknowledged_count.notify_one();
    }
    sender.join();
  }

  /// Nothing acknowledged is lost, doubled or reordered.
  void check(const std::string& address, const std::string& certificate) {
    RawClient client(address, certificate);
    RawStream stream(client);
    const auto attached = stream.ask(stream.attach_frame(room_, key_, 0));
    ASSERT_TRUE(attached.has_attached());
    const auto entries = stream.catch_up();
    ASSERT_EQ(entries.size(), attached.attached().head());
    std::map<std::string, int> times;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      EXPECT_EQ(entries[i].sequence(), i + 1);
      ++times[entries[i].entry_id()];
    }
    EXPECT_EQ(times.size(), entries.size());
    for (const auto& [sequence, id] : acknowledged_) {
      ASSERT_LE(sequence, entries.size());
      EXPECT_EQ(entries[sequence - 1].entry_id(), id);
    }
  }

 private:
  magpie::test::SeededRandom random_;
  crypto::SignKeyPair key_ = crypto::SignKeyPair::generate(random_);
  RawClient client_;
  RawStream stream_;
  std::string room_;
  std::mutex mutex_;
  std::map<std::uint64_t, std::string> sent_;
  std::map<Sequence, std::string> acknowledged_;
};

/// How often; `./dev drill kill` asks for more.
std::uint64_t kills() {
  const char* const text = std::getenv("MAGPIE_DRILL_KILLS");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 200;
}

TEST_F(ProcessTest, killed_under_load_it_keeps_what_it_acknowledged) {
  auto relay = std::make_unique<RelayProcess>(serve());
  auto address = relay->address();
  std::int64_t in_all = 0;
  for (std::uint64_t round = 0; round < kills(); ++round) {
    SCOPED_TRACE(testing::Message() << "round " << round);
    ASSERT_FALSE(address.empty());
    std::vector<std::unique_ptr<Writer>> writers;
    for (std::uint64_t i = 0; i < 3; ++i) {
      writers.push_back(std::make_unique<Writer>(address, certificate(), round * 10 + i));
    }
    std::atomic<int> acknowledged{0};
    std::vector<std::thread> threads;
    for (auto& writer : writers) {
      threads.emplace_back([&] { writer->run(acknowledged); });
    }
    const auto enough = 1 + static_cast<int>(random_.below(300));
    for (int seen = 0; (seen = acknowledged) < enough;) acknowledged.wait(seen);
    relay->stop(SIGKILL);
    for (auto& thread : threads) thread.join();
    in_all += acknowledged;
    relay = std::make_unique<RelayProcess>(serve());
    address = relay->address();
    ASSERT_FALSE(address.empty());
    for (auto& writer : writers) writer->check(address, certificate());
    if (HasFailure()) return;
  }
  std::printf("kill: %llu kills, %lld entries acknowledged, 0 lost, 0 doubled, 0 reordered\n",
              static_cast<unsigned long long>(kills()), static_cast<long long>(in_all));
  EXPECT_EQ(relay->stop(SIGTERM), 0);
}

}  // namespace
}  // namespace magpie::server::test
