// SPDX-License-Identifier: GPL-3.0-or-later
// Durable appends through a relay's shards over PostgreSQL, against what the same PostgreSQL does
// with equal batches of equal rows and nothing else.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/transaction>
#include <thread>

#include "server/shards.h"
#include "server/store/postgres_store.h"
#include "server/store/postgres_values.h"
#include "tests/server/support/postgres_cluster.h"

namespace magpie::server::bench {
namespace {

constexpr std::size_t kPayload = 1024;
constexpr std::chrono::seconds kTime{3};
using Clock = std::chrono::steady_clock;

/// One append in flight on each of so many rooms, each answered by the next.
class Load final : public FrameSink {
 public:
  Load(Store& store, std::size_t rooms)
      : shards_(store, *this, random_, RelayIdentity{}, Limits{}, 2,
                [](SessionId, std::size_t) {}) {
    const auto key = crypto::SignKeyPair::generate(random_);
    shards_.open(session_);
    for (std::size_t i = 0; i < rooms; ++i) {
      const auto room = random_.id<RoomId>();
      rooms_.push_back(room);
      ask({CreateRoom{room, {{key.public_key(), kAllRights}}, random_.id<EntryId>(), {1}}});
      wait_for(i + 1);
    }
    for (std::size_t i = 0; i < rooms; ++i) {
      const auto message = attach_message(nonce_, RelayIdentity{}, rooms_[i], 1);
      ask({Attach{rooms_[i], key.public_key(), key.sign(message), 1}});
      wait_for(rooms + i + 1);
    }
  }

  /// Appends acknowledged in a second.
  double run() {
    const auto before = answered_.load();
    running_ = true;
    const auto start = Clock::now();
    for (std::size_t i = 0; i < rooms_.size(); ++i) append(i);
    std::this_thread::sleep_for(kTime);
    running_ = false;
    const auto seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return static_cast<double>(answered_ - before) / seconds;
  }

  void send(SessionId, const ServerFrame& frame) override {
    if (const auto* greeting = std::get_if<Greeting>(&frame)) nonce_ = greeting->nonce;
    const auto* answer = std::get_if<Answer>(&frame);
    if (answer == nullptr) return;
    ++answered_;
    answered_.notify_all();
    if (running_ && std::holds_alternative<Appended>(answer->result)) {
      append(answer->correlation % rooms_.size());
    }
  }
  bool ready(SessionId) override { return true; }
  void end(SessionId, Errc) override { std::abort(); }
  void drain() { shards_.drain(); }

 private:
  void ask(decltype(ClientFrame::body) body) {
    shards_.receive(session_, {++next_, std::move(body)}, kPayload);
  }
  void append(std::size_t index) {
    // The correlation leads back to the room.
    const auto correlation = (++next_ + 10) * rooms_.size() + index;
    shards_.receive(session_,
                    {correlation, Append{.room = rooms_[index],
                                         .entry_id = random_.id<EntryId>(),
                                         .last_control = 1,
                                         .payload = Buffer(kPayload, 7)}},
                    kPayload);
  }
  void wait_for(std::uint64_t count) {
    for (auto seen = answered_.load(); seen < count; seen = answered_) answered_.wait(seen);
  }

  SystemRandom random_;
  const SessionId session_{1};
  std::vector<RoomId> rooms_;
  Nonce nonce_;
  std::atomic<std::uint64_t> next_{0};
  std::atomic<std::uint64_t> answered_{0};
  std::atomic<bool> running_{false};
  Shards shards_;
};

/// Rows of the same size written in a second, as many in each transaction as appends can come
/// together.
double reference(const std::string& connection_text, std::size_t batch) {
  SystemRandom random;
  pqxx::connection connection(connection_text);
  pqxx::nontransaction(connection)
      .exec("CREATE TABLE reference (id bytea PRIMARY KEY, record bytea NOT NULL)");
  connection.prepare("put", "INSERT INTO reference SELECT * FROM unnest($1::bytea[], $2::bytea[])");
  std::uint64_t rows = 0;
  const auto start = Clock::now();
  while (Clock::now() - start < kTime) {
    auto ids = postgres::Array::of_bytes();
    auto records = postgres::Array::of_bytes();
    for (std::size_t i = 0; i < batch; ++i, ++rows) {
      ids.add(random.id<EntryId>().bytes());
      records.add(Buffer(kPayload, 7));
    }
    pqxx::work work(connection);
    work.exec_prepared0("put", ids.parameter(), records.parameter());
    work.commit();
  }
  return static_cast<double>(rows) / std::chrono::duration<double>(Clock::now() - start).count();
}

int run(bool json) {
  test::PostgresCluster cluster(std::filesystem::temp_directory_path());
  auto opened = PostgresStore::open(cluster.connection(), PostgresStore::Mode::kReadWrite);
  if (!opened) return 1;
  for (const std::size_t rooms : {1, 16, 64, 256}) {
    Load load(**opened, rooms);
    const auto appends = load.run();
    load.drain();
    const auto bare = reference(cluster.connection(), rooms);
    cluster.sql("magpie", "DROP TABLE reference");
    std::printf(json ? "{\"bench\":\"postgres\",\"rooms\":%zu,\"appends_per_second\":%.0f,"
                       "\"reference\":%.0f,\"ratio\":%.3f}\n"
                     : "%5zu rooms at once %8.0f appends/s; bare rows %8.0f/s; ratio %.2f\n",
                rooms, appends, bare, appends / bare);
  }
  return 0;
}

}  // namespace
}  // namespace magpie::server::bench

int main(int argc, char** argv) {
  return magpie::server::bench::run(argc > 1 && std::strcmp(argv[1], "--json") == 0);
}
