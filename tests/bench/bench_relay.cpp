// SPDX-License-Identifier: GPL-3.0-or-later
// The relay against what it cannot do without, each reference in the same run: a bare gRPC echo of
// the same frames, the store alone, one fsync. Servers run in processes of their own.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

#include "crypto/base/check.h"
#include "server/rpc/tls_identity.h"
#include "server/store/committer.h"
#include "server/store/rocksdb_store.h"
#include "tests/bench/child.h"
#include "tests/bench/load.h"
#include "tests/bench/ratio.h"
#include "tests/support/temporary_folder.h"

namespace magpie::bench {
namespace {

using Clock = std::chrono::steady_clock;
using server::RocksdbStore;

constexpr int kRounds = 5;
constexpr std::chrono::milliseconds kRound{1000};
constexpr std::size_t kPayloadBytes = 1024;

struct Options {
  bool json = false;
  std::size_t streams = 1'000;
  std::size_t entries = 100'000;
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values.at(values.size() / 2);
}

double nanoseconds(Clock::duration duration) {
  return static_cast<double>(std::chrono::nanoseconds(duration).count());
}

server::Write put_entry(Random& random, const server::RoomId& room, server::Sequence sequence) {
  Buffer payload(kPayloadBytes);
  random.fill(payload);
  return server::PutEntry{
      room, server::EntryRecord{.sequence = sequence,
                                .id = random.id<server::EntryId>(),
                                .payload = std::make_shared<const Buffer>(std::move(payload))}};
}

// ---------------------------------------------------------------------------------- references

/// Nanoseconds of appending one entry's bytes to a file and syncing it, the median.
double one_fsync(const std::filesystem::path& folder) {
  const int file = ::open((folder / "fsync").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  MAGPIE_CHECK(file >= 0);
  const std::string bytes(kPayloadBytes, 'x');
  std::vector<double> times;
  for (int i = 0; i < 200; ++i) {
    const auto begin = Clock::now();
    MAGPIE_CHECK(::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    MAGPIE_CHECK(::fdatasync(file) == 0);
    times.push_back(nanoseconds(Clock::now() - begin));
  }
  ::close(file);
  return median(std::move(times));
}

/// Nanoseconds for each entry that is written by the committer alone, `in_flight` at a time.
class StoreAlone {
 public:
  explicit StoreAlone(const std::filesystem::path& folder)
      : store_(*RocksdbStore::open(folder, RocksdbStore::Mode::kReadWrite)), committer_(*store_) {
    for (std::size_t i = 0; i < 1'000; ++i) rooms_.push_back(random_.id<server::RoomId>());
  }

  double run(std::size_t in_flight) {
    const auto end = Clock::now() + kRound;
    const auto begin = Clock::now();
    std::size_t count = 0;
    std::size_t waiting = 0;
    std::unique_lock lock(mutex_);
    while (Clock::now() < end || waiting > done_) {
      if (Clock::now() >= end || waiting - done_ >= in_flight) {
        const auto before = done_;
        wake_.wait(lock, [&] { return done_ != before; });
        continue;
      }
      lock.unlock();
      submit();
      ++count;
      lock.lock();
      ++waiting;
    }
    done_ = 0;
    return nanoseconds(Clock::now() - begin) / static_cast<double>(count);
  }

 private:
  void submit() {
    const auto& room = rooms_[next_ % rooms_.size()];
    server::WriteBatch batch;
    batch.durable = true;
    batch.writes.push_back(put_entry(random_, room, ++next_));
    batch.writes.emplace_back(server::PutRoom{room, server::RoomMeta{.head = next_}});
    committer_.submit(std::move(batch), [this](const Result<server::Conflicts>& result) {
      MAGPIE_CHECK(result.has_value());
      std::lock_guard lock(mutex_);
      ++done_;
      wake_.notify_one();
    });
  }

  SystemRandom random_;
  std::unique_ptr<RocksdbStore> store_;
  std::vector<server::RoomId> rooms_;
  server::Sequence next_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::size_t done_ = 0;  // guarded by mutex_
  server::Committer committer_;
};

// ----------------------------------------------------------------------------------- measuring

/// Rounds of both, in turn; the medians of nanoseconds for each message.
std::pair<double, double> in_turn(const std::function<double()>& measured,
                                  const std::function<double()>& reference) {
  std::vector<double> of_measured;
  std::vector<double> of_reference;
  measured(), reference();  // warm
  for (int round = 0; round < kRounds; ++round) {
    of_measured.push_back(measured());
    of_reference.push_back(reference());
  }
  return {median(std::move(of_measured)), median(std::move(of_reference))};
}

void appends(const Options& options, const std::filesystem::path& folder) {
  Child relay({"--relay", (folder / "relay").string()});
  Child echo({"--echo", (folder / "echo").string()});
  Load to_relay(relay.address(), relay.certificate(), Load::Kind::kRelay);
  Load to_echo(echo.address(), echo.certificate(), Load::Kind::kEcho);
  to_relay.open(64, {1}, kPayloadBytes);
  to_echo.open(64, {1}, kPayloadBytes);
  std::vector<double> relay_work;
  std::vector<double> echo_work;
  const auto timed = [](Load& load, Child& server, std::vector<double>& work) {
    return [&load, &server, &work] {
      const auto before = server.processor_ns();
      const auto result = load.run(kRound);
      work.push_back((server.processor_ns() - before) / static_cast<double>(result.count));
      return nanoseconds(result.time) / static_cast<double>(result.count);
    };
  };
  const auto [ns, echo_ns] =
      in_turn(timed(to_relay, relay, relay_work), timed(to_echo, echo, echo_work));
  print({"append, 64 rooms / echo", 64, ns, echo_ns}, options.json);
  print({"  processor of the server", 64, median(relay_work), median(echo_work)}, options.json);

  const auto half = to_relay.paced(kRound * 3, std::chrono::nanoseconds(std::llround(2 * ns)));
  print({"append p99, half load / fsync", 64, half.p99_ns, one_fsync(folder)}, options.json);

  Load many(relay.address(), relay.certificate(), Load::Kind::kRelay);
  many.open(125, {1, 1, 2, 4, 8, 16, 16, 16}, kPayloadBytes);
  StoreAlone store(folder / "store");
  const auto [many_ns, store_ns] = in_turn(
      [&] {
        const auto result = many.run(kRound);
        return nanoseconds(result.time) / static_cast<double>(result.count);
      },
      [&] { return store.run(125 * 64); });
  print({"append, 1-16 in flight / store", 1'000, many_ns, store_ns}, options.json);
}

/// Bytes that a server's process grows by, for each idle stream on a connection of its own.
double idle(const char* server, Load::Kind kind, std::size_t count,
            const std::filesystem::path& folder) {
  Child child({server, (folder / (std::string("idle") + server)).string()});
  Load load(child.address(), child.certificate(), kind, Load::Connections::kOneEach);
  load.open(100, {1}, kPayloadBytes);  // what a first client costs once
  const auto before = child.resident_bytes();
  load.open(count, {1}, kPayloadBytes);
  return static_cast<double>(child.resident_bytes() - before) / static_cast<double>(count);
}

void idle_streams(const Options& options, const std::filesystem::path& folder) {
  const auto relay = idle("--relay", Load::Kind::kRelay, options.streams, folder);
  const auto echo = idle("--echo", Load::Kind::kEcho, options.streams, folder);
  print({"idle stream / echo's", static_cast<long>(options.streams), relay, echo, "bytes"},
        options.json);
}

void start(const Options& options, const std::filesystem::path& folder) {
  const auto data = (folder / "start").string();
  { Child({"--relay", data}).address(); }
  const auto measure = [&](double& resident) {
    const auto begin = Clock::now();
    Child relay({"--relay", data});
    relay.address();
    const auto time = nanoseconds(Clock::now() - begin);
    resident = static_cast<double>(relay.resident_bytes());
    return time;
  };
  double empty_resident = 0;
  double resident = 0;
  const auto empty = measure(empty_resident);
  Child({"--fill", data, std::to_string(options.entries)}).wait();
  const auto full = measure(resident);
  print({"start, entries queued / none", static_cast<long>(options.entries), full, empty},
        options.json);
  print({"  memory", static_cast<long>(options.entries), resident, empty_resident, "bytes"},
        options.json);
}

// -------------------------------------------------------------------------------------- fill

/// Entries of rooms of a hundred, and then dies as by a power cut: all that is in the log stays
/// there for the next start.
[[noreturn]] void fill(const std::string& directory, std::size_t count) {
  SystemRandom random;
  auto store = *RocksdbStore::open(directory + "/rooms", RocksdbStore::Mode::kReadWrite);
  for (std::size_t made = 0; made < count; made += 100) {
    const auto room = random.id<server::RoomId>();
    server::WriteBatch batch;
    batch.durable = made + 100 >= count;
    for (server::Sequence sequence = 1; sequence <= 100; ++sequence) {
      batch.writes.push_back(put_entry(random, room, sequence));
    }
    batch.writes.emplace_back(server::PutRoom{
        room, server::RoomMeta{.head = 100, .entries = 100, .bytes = 100 * kPayloadBytes}});
    MAGPIE_CHECK(store->write({&batch, 1}).has_value());
  }
  ::_exit(0);
}

int run_relay(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  server::require_tls13();
  if (arguments.size() == 2 && arguments[0] == "--relay") return serve_relay(arguments[1]);
  if (arguments.size() == 2 && arguments[0] == "--echo") return serve_echo(arguments[1]);
  if (arguments.size() == 3 && arguments[0] == "--fill") {
    fill(arguments[1], std::strtoull(arguments[2].c_str(), nullptr, 10));
  }
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto number = [&] {
      return i + 1 < arguments.size() ? std::strtoull(arguments[++i].c_str(), nullptr, 10) : 0;
    };
    if (arguments[i] == "--json") options.json = true;
    if (arguments[i] == "--streams") options.streams = number();
    if (arguments[i] == "--entries") options.entries = number();
  }
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  const magpie::test::TemporaryFolder folder;
  print_head(options.json);
  start(options, folder.path());
  appends(options, folder.path());
  idle_streams(options, folder.path());
  return 0;
}

}  // namespace
}  // namespace magpie::bench

int main(int argc, char** argv) { return magpie::bench::run_relay(argc, argv); }
