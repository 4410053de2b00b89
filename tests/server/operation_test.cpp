// SPDX-License-Identifier: GPL-3.0-or-later
// What an administrator does with magpie-relay, as processes: check, back up, restore, watch.
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <thread>

#include "server/config.h"
#include "server/data_dir.h"
#include "server/room/allowances.h"
#include "server/rpc/tls_identity.h"
#include "tests/server/support/raw_client.h"
#include "tests/server/support/raw_tokens.h"
#include "tests/server/support/relay_process.h"
#include "tests/server/support/stores.h"

namespace magpie::server::test {
namespace {

class OperationTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { require_tls13(); }

  std::string data() const { return (dir_.path() / "relay").string(); }
  std::string copy() const { return (dir_.path() / "copy").string(); }
  std::string log() const { return (dir_.path() / "log").string(); }
  std::vector<std::string> serve(const std::string& directory) const {
    return {"serve", "--data", directory, "--listen", "127.0.0.1:0", "--open"};
  }
  int run(std::vector<std::string> arguments) const {
    return RelayProcess(std::move(arguments), log()).wait();
  }
  std::string invite(int rooms) const {
    RelayProcess process({"invite", "--data", data(), "--rooms", std::to_string(rooms)});
    auto code = process.read_line();
    EXPECT_EQ(process.wait(), 0);
    return code;
  }
  nlohmann::json status() const {
    RelayProcess process({"status", "--data", data(), "--json"});
    return nlohmann::json::parse(process.read_line());
  }
  void make_room(RawStream& stream) {
    const auto create = create_frame(random_, key_);
    room_ = create.create_room().room();
    ASSERT_TRUE(stream.ask(create).has_created());
    ASSERT_TRUE(stream.ask(stream.attach_frame(room_, key_, 0)).has_attached());
  }
  /// Appends that many entries and stops.
  void append(RawStream& stream, int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(stream.ask(append_frame(random_, room_, 1, canary_)).has_appended());
    }
  }

  TempDir dir_;
  magpie::test::SeededRandom random_{29};
  crypto::SignKeyPair key_ = crypto::SignKeyPair::generate(random_);
  std::string room_;
  const std::string canary_ = "what nobody but its readers should see";
};

TEST_F(OperationTest, init_writes_the_settings_and_leaves_those_that_are_there) {
  EXPECT_EQ(run({"init", "--data", data()}), 0);
  const auto path = std::filesystem::path(data()) / "relay.toml";
  EXPECT_EQ(*load_config(data()), Config{});
  ASSERT_TRUE(write_private_file(path, "shards = 3\n"));
  EXPECT_EQ(run({"init", "--data", data()}), 1);
  EXPECT_EQ(read_file(path), "shards = 3\n");
}

TEST_F(OperationTest, check_tells_a_whole_store_from_a_damaged_one) {
  EXPECT_EQ(run({"check", "--data", data()}), 1);  // there is none
  EXPECT_FALSE(std::filesystem::exists(data()));
  {
    RelayProcess relay(serve(data()));
    const auto address = relay.address();
    RawClient client(address, read_file(data() + "/relay.crt"));
    RawStream stream(client);
    make_room(stream);
    append(stream, 5);
    EXPECT_EQ(run({"check", "--data", data()}), 1);  // it runs
    EXPECT_EQ(relay.stop(SIGTERM), 0);
  }
  EXPECT_EQ(run({"check", "--data", data()}), 0);
  // Starting makes tables of the log, whose blocks have checksums.
  {
    RelayProcess relay(serve(data()));
    ASSERT_FALSE(relay.address().empty());
    EXPECT_EQ(relay.stop(SIGTERM), 0);
  }
  EXPECT_EQ(run({"check", "--data", data()}), 0);
  bool flipped = false;
  for (const auto& file : std::filesystem::directory_iterator(data() + "/rooms")) {
    auto bytes = read_file(file.path());
    const auto at = bytes.find(canary_);
    if (file.path().extension() != ".sst" || at == std::string::npos) continue;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    std::ofstream(file.path(), std::ios::binary) << bytes;
    flipped = true;
  }
  ASSERT_TRUE(flipped);
  EXPECT_EQ(run({"check", "--data", data()}), 1);
  EXPECT_NE(read_file(log()).find("damaged (rocksdb: checksum)"), std::string::npos);
}

TEST_F(OperationTest, a_backup_beside_the_running_relay_holds_one_instant_of_it) {
  {
    RelayProcess relay(serve(data()));
    const auto address = relay.address();
    RawClient client(address, read_file(data() + "/relay.crt"));
    RawStream stream(client);
    make_room(stream);
    append(stream, 20);
    std::atomic<bool> done{false};
    std::thread writer([&] {
      while (!done) append(stream, 1);
    });
    EXPECT_EQ(run({"backup", "--data", data(), "--to", copy()}), 0);
    done = true;
    writer.join();
    EXPECT_EQ(run({"backup", "--data", data(), "--to", copy()}), 1);  // it is there
    EXPECT_FALSE(std::filesystem::exists(data() + "/checkpoint"));
    EXPECT_EQ(relay.stop(SIGTERM), 0);
  }
  EXPECT_EQ(run({"check", "--data", copy()}), 0);
  const auto restored = (dir_.path() / "restored").string();
  std::filesystem::create_directory(restored);
  EXPECT_EQ(run({"restore", "--from", copy(), "--data", restored}), 0);
  EXPECT_EQ(run({"restore", "--from", copy(), "--data", restored}), 1);
  EXPECT_EQ(run({"restore", "--from", log(), "--data", dir_.path() / "none"}), 1);

  RelayProcess relay(serve(restored));
  const auto address = relay.address();
  ASSERT_FALSE(address.empty());
  RawClient client(address, read_file(restored + "/relay.crt"));
  RawStream stream(client);
  const auto attached = stream.ask(stream.attach_frame(room_, key_, 0));
  EXPECT_GE(attached.attached().head(), 21u);
  const auto entries = stream.catch_up();
  ASSERT_EQ(entries.size(), attached.attached().head());
  for (std::size_t i = 0; i < entries.size(); ++i) EXPECT_EQ(entries[i].sequence(), i + 1);
}

TEST_F(OperationTest, a_damaged_backup_is_not_restored) {
  {
    RelayProcess relay(serve(data()));
    const auto address = relay.address();
    RawClient client(address, read_file(data() + "/relay.crt"));
    RawStream stream(client);
    make_room(stream);
    append(stream, 3);
    EXPECT_EQ(relay.stop(SIGTERM), 0);
  }
  EXPECT_EQ(run({"backup", "--data", data(), "--to", copy()}), 0);
  for (const auto& file : std::filesystem::directory_iterator(copy() + "/rooms")) {
    if (file.path().extension() == ".sst") std::filesystem::resize_file(file.path(), 100);
  }
  const auto restored = (dir_.path() / "restored").string();
  EXPECT_EQ(run({"restore", "--from", copy(), "--data", restored}), 1);
  EXPECT_FALSE(std::filesystem::exists(restored));
  EXPECT_FALSE(std::filesystem::exists(restored + ".part"));
}

TEST_F(OperationTest, a_move_that_is_broken_off_leaves_one_relay_whole) {
  namespace fs = std::filesystem;
  {
    RelayProcess relay(serve(data()));
    ASSERT_FALSE(relay.address().empty());
    EXPECT_EQ(relay.stop(SIGTERM), 0);
  }
  // While it copies: the old one is as it was.
  fs::create_directories(copy() + ".part/rooms");
  std::ofstream(copy() + ".part/relay.key") << "half a k";
  {
    RelayProcess relay(serve(data()));
    EXPECT_FALSE(relay.address().empty());
    EXPECT_EQ(relay.stop(SIGTERM), 0);
  }
  // Between mark and rename: neither starts, and the same command again ends it.
  std::ofstream(data() + "/moving") << "";
  EXPECT_EQ(run(serve(data())), 1);
  EXPECT_NE(read_file(log()).find("run the same move again"), std::string::npos);
  EXPECT_EQ(run({"move", "--data", data(), "--to", copy()}), 0);
  EXPECT_FALSE(fs::exists(copy() + "/moving"));
  EXPECT_EQ(run({"check", "--data", copy()}), 0);
  // After the rename, before the last word: the new one alone starts.
  fs::remove(data() + "/moved");
  EXPECT_EQ(run(serve(data())), 1);
  RelayProcess relay(serve(copy()));
  EXPECT_FALSE(relay.address().empty());
}

/// What a GET of this path on this machine is answered.
std::string http_get(std::uint16_t port, const std::string& path) {
  const int connection = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  const auto request = "GET " + path + " HTTP/1.0\r\n\r\n";
  EXPECT_EQ(::send(connection, request.data(), request.size(), 0),
            static_cast<ssize_t>(request.size()));
  std::string text;
  std::array<char, 4096> part{};
  for (ssize_t got = 0; (got = ::recv(connection, part.data(), part.size(), 0)) > 0;) {
    text.append(part.data(), static_cast<std::size_t>(got));
  }
  ::close(connection);
  return text;
}

/// A port that was free a moment ago.
std::uint16_t free_port() {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ::close(listener);
  return ntohs(address.sin_port);
}

TEST_F(OperationTest, figures_are_told_to_those_who_watch_and_nothing_of_a_room) {
  const auto port = free_port();
  ASSERT_EQ(run({"init", "--data", data()}), 0);
  ASSERT_TRUE(write_private_file(std::filesystem::path(data()) / "relay.toml",
                                 "metrics_listen = \"127.0.0.1:" + std::to_string(port) + "\"\n"));
  RelayProcess relay(serve(data()));
  const auto address = relay.address();
  RawClient client(address, read_file(data() + "/relay.crt"));
  EXPECT_EQ(health_of(client), 1);
  RawStream stream(client);
  make_room(stream);
  append(stream, 3);
  EXPECT_EQ(stream.ask(append_frame(random_, room_, 0, "x")).refusal().code(), v1::Refusal::STALE);
  const auto metrics = http_get(port, "/metrics");
  for (const auto* line :
       {"\nmagpie_relay_healthy 1", "\nmagpie_relay_rooms 1", "\nmagpie_relay_entries 4",
        "\nmagpie_relay_sessions 1", "\nmagpie_relay_entries_accepted_total 3",
        "\nmagpie_relay_refused_stale_total 1", "# TYPE magpie_relay_entries_sent_total counter"}) {
    EXPECT_NE(metrics.find(line), std::string::npos) << line;
  }
  EXPECT_EQ(metrics.find(to_hex(as_bytes(room_))), std::string::npos);
  const auto told = status();
  EXPECT_EQ(told["entries_accepted"], 3);
  EXPECT_EQ(told["refused_stale"], 1);
  EXPECT_GT(told["disk_free_bytes"], 0);
  EXPECT_EQ(relay.stop(SIGTERM), 0);

  ASSERT_TRUE(write_private_file(std::filesystem::path(data()) / "relay.toml",
                                 "metrics_listen = \"0.0.0.0:0\"\n"));
  EXPECT_EQ(run(serve(data())), 1);  // for the whole world to see
}

/// Every event of a relay's log with its fields; one that says more is refused here.
const std::map<std::string, std::set<std::string>> kLogged{
    {"confined", {"system_calls", "files", "connections"}},
    {"open_to_anyone", {}},
    {"ready", {"duration_ms"}},
    {"maintained", {"duration_ms"}},
    {"checkpoint_made", {"duration_ms"}},
    {"write_failed", {}},
    {"stopping", {}},
    {"stopped", {"duration_ms"}},
};

/// What is wrong with a line of the log; empty where it says what it may.
std::string wrong_in(const std::string& line) {
  std::istringstream words(line);
  std::string event;
  std::set<std::string> fields;
  for (std::string word; words >> word;) {
    const auto name = word.substr(0, word.find('='));
    const auto value = word.substr(std::min(word.size(), name.size() + 1));
    const bool number = value.find_first_not_of("0123456789") == std::string::npos;
    if (name == "event") {
      event = value;
    } else if (name == "level" ? value != "info" && value != "warning" && value != "error"
                               : !number && value != "yes" && value != "no") {
      return "value of " + name;
    } else if (name != "level") {
      fields.insert(name);
    }
  }
  const auto known = kLogged.find(event);
  if (known == kLogged.end()) return "event";
  return fields == known->second ? "" : "fields";
}

TEST_F(OperationTest, the_log_names_nobody) {
  EXPECT_EQ(wrong_in("level=info event=ready duration_ms=5"), "");
  for (const auto* line : {"", "ready", "level=info event=ready", "level=info event=else",
                           "level=info event=ready duration_ms=5 peer=1",
                           "level=info event=ready duration_ms=127.0.0.1"}) {
    EXPECT_NE(wrong_in(line), "") << line;
  }
  RelayProcess relay(serve(data()), log());
  const auto address = relay.address();
  RawClient client(address, read_file(data() + "/relay.crt"));
  {
    RawStream stream(client);
    make_room(stream);
    append(stream, 3);
    EXPECT_TRUE(stream.ask(append_frame(random_, room_, 0, canary_)).has_refusal());
    const auto stranger = crypto::SignKeyPair::generate(random_);
    EXPECT_TRUE(stream.ask(stream.attach_frame(room_, stranger, 0)).has_refusal());
    RawStream bad(client);
    bad.write({});
    EXPECT_EQ(bad.finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    (void)http_get(static_cast<std::uint16_t>(
                       std::stoi(address.substr(address.find(':') + 1, address.find('#')))),
                   "/no-tls");
    EXPECT_EQ(run({"backup", "--data", data(), "--to", copy()}), 0);
    relay.kill(SIGTERM);
    stream.finish();
  }
  EXPECT_EQ(relay.wait(), 0);
  const auto text = read_file(log());
  int lines = 0;
  std::istringstream all(text);
  for (std::string line; std::getline(all, line); ++lines) {
    if (line.starts_with("magpie-relay: This kernel has no Landlock")) continue;
    EXPECT_EQ(wrong_in(line), "") << line;
  }
  EXPECT_GE(lines, 5);
  EXPECT_NE(text.find("event=checkpoint_made"), std::string::npos);
  const auto key = text_of(key_.public_key());
  for (const auto& secret : {room_, key, canary_}) {
    EXPECT_EQ(text.find(secret), std::string::npos);
    EXPECT_EQ(text.find(to_hex(as_bytes(secret)).substr(0, 12)), std::string::npos);
    EXPECT_EQ(text.find(to_base64url(as_bytes(secret)).substr(0, 8)), std::string::npos);
  }
  for (const auto* word : {"127.0.0.1", "::1", "ipv4:", "ipv6:", "peer"}) {
    EXPECT_EQ(text.find(word), std::string::npos) << word;
  }
}

TEST_F(OperationTest, what_is_stored_ties_no_code_to_a_token_and_no_token_to_a_room) {
  auto arguments = serve(data());
  arguments.pop_back();  // --open
  RelayProcess relay(arguments, log());
  const auto address = relay.address();
  ASSERT_FALSE(address.empty());
  EXPECT_EQ(status()["policy"], "invited");
  RawClient client(address, read_file(data() + "/relay.crt"));
  RawStream stream(client);
  ASSERT_EQ(stream.greeting().token_keys_size(), 1);
  const auto text = invite(3);
  const auto code = code_of(text);
  const TokenBuyer buyer(code, token_key_of(stream), 3, random_);
  const auto answer = stream.ask(redeem_frame(buyer.frame()));
  ASSERT_TRUE(answer.has_redeemed());
  const auto tokens = buyer.tokens(redeemed_of(answer.redeemed()));
  ASSERT_EQ(tokens.size(), 3u);

  EXPECT_EQ(stream.ask(create_frame(random_, key_)).refusal().code(), v1::Refusal::NOT_INVITED);
  for (const auto& token : tokens) {
    auto create = create_frame(random_, crypto::SignKeyPair::generate(random_));
    pay(create, token);
    ASSERT_TRUE(stream.ask(create).has_created());
  }
  relay.kill(SIGKILL);  // with everything still in the log
  relay.wait();

  const std::filesystem::path directory = data();
  EXPECT_EQ(files_with(directory, text), 0);
  EXPECT_EQ(files_with(directory, text_of(code)), 0);
  EXPECT_EQ(files_with(directory, text_of(code_id(code))), 1);  // in the log, as used up
  for (const auto& token : tokens) {
    EXPECT_EQ(files_with(directory, text_of(token.input)), 0);
    EXPECT_EQ(files_with(directory, text_of(token.output)), 0);
    EXPECT_GT(files_with(directory, text_of(token_id(token))), 0);
  }
  for (const auto& element : buyer.frame().blinded) {
    EXPECT_EQ(files_with(directory, text_of(element)), 0);
  }
  EXPECT_EQ(read_file(log()).find(text), std::string::npos);
  {
    RelayProcess again(arguments);  // clears what was deleted, at once
    ASSERT_FALSE(again.address().empty());
    EXPECT_EQ(again.stop(SIGTERM), 0);
  }
  EXPECT_EQ(files_with(directory, text_of(code_id(code))), 0);
}

TEST_F(OperationTest, inviting_as_root_leaves_everything_to_the_owner_of_the_directory) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  auto arguments = serve(data());
  arguments.pop_back();
  {
    RelayProcess relay(arguments);
    ASSERT_FALSE(relay.address().empty());
    EXPECT_EQ(relay.stop(SIGTERM), 0);
  }
  constexpr uid_t kOther = 64'321;
  namespace fs = std::filesystem;
  fs::permissions(dir_.path(), fs::perms::others_exec, fs::perm_options::add);
  ASSERT_EQ(::chown(data().c_str(), kOther, kOther), 0);
  for (const auto& file : fs::recursive_directory_iterator(data())) {
    ASSERT_EQ(::chown(file.path().c_str(), kOther, kOther), 0);
  }
  EXPECT_FALSE(invite(1).empty());
  for (const auto& file : fs::recursive_directory_iterator(data())) {
    struct stat owner {};
    ASSERT_EQ(::stat(file.path().c_str(), &owner), 0);
    EXPECT_EQ(owner.st_uid, kOther) << file.path();
  }
}

}  // namespace
}  // namespace magpie::server::test
