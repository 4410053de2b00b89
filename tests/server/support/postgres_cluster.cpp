// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/server/support/postgres_cluster.h"

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <sstream>
#include <thread>

namespace magpie::server::test {

namespace {

constexpr const char* kPrograms = "/usr/lib/postgresql/15/bin/";
constexpr std::chrono::seconds kPatience{60};

/// PostgreSQL refuses to run as root. It ends with this process, however that ends.
std::vector<std::string> as_its_user(const std::vector<std::string>& command) {
  std::vector<std::string> out{"/usr/bin/setpriv", "--pdeathsig=QUIT"};
  if (::geteuid() == 0) {
    out.insert(out.end(), {"--reuid=postgres", "--regid=postgres", "--clear-groups"});
  }
  out.insert(out.end(), command.begin(), command.end());
  return out;
}

pid_t spawn(const std::vector<std::string>& words, const std::filesystem::path& log) {
  auto command = as_its_user(words);
  std::vector<char*> argv;
  for (auto& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0666);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t pid = -1;
  if (posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ) != 0) pid = -1;
  posix_spawn_file_actions_destroy(&actions);
  return pid;
}

struct ProcessState {
  char letter = 'X';  ///< proc(5); X: it is gone
  pid_t parent = 0;
};

ProcessState state_of(const std::string& pid) {
  ProcessState state;
  // "pid (name) state parent": the name may hold anything but its end is the last bracket.
  const auto stat = read_file(std::filesystem::path("/proc") / pid / "stat");
  if (const auto bracket = stat.rfind(')'); bracket != std::string::npos) {
    std::istringstream(stat.substr(bracket + 1)) >> state.letter >> state.parent;
  }
  return state;
}

/// The processes whose parent this is.
std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> out;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const auto name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (state_of(name).parent == parent) out.push_back(static_cast<pid_t>(std::stol(name)));
  }
  return out;
}

bool has_ended(pid_t pid) {
  const auto letter = state_of(std::to_string(pid)).letter;
  return letter == 'X' || letter == 'Z';
}

template <class Condition>
bool wait_until(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

}  // namespace

PostgresCluster::PostgresCluster(const std::filesystem::path& parent) : dir_(parent) {
  make_folder();
  run({tool("initdb"), "-D", data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale",
       "-N", "--wal-segsize=1"});
  start();
  sql("postgres", "CREATE ROLE magpie LOGIN; GRANT pg_checkpoint TO magpie");
  make_database("magpie");
}

PostgresCluster::PostgresCluster(PostgresCluster& primary) : dir_(fast_place()) {
  make_folder();
  run({tool("pg_basebackup"), "-h", primary.folder(), "-U", "postgres", "-D", data(), "-R", "-c",
       "fast", "-X", "stream", "-N"});
  start();
  primary.sql("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'");
  primary.sql("postgres", "SELECT pg_reload_conf()");
}

PostgresCluster::~PostgresCluster() {
  if (pid_ > 0) stop();
}

std::filesystem::path PostgresCluster::fast_place() {
  const std::filesystem::path memory = "/dev/shm";
  std::error_code error;
  const auto space = std::filesystem::space(memory, error);
  if (!error && space.available >= std::uintmax_t{2} << 30) return memory;
  return std::filesystem::temp_directory_path();
}

void PostgresCluster::make_database(const std::string& name) {
  sql("postgres", "CREATE DATABASE " + name + " OWNER magpie");
  sql(name, "GRANT EXECUTE ON FUNCTION pg_switch_wal() TO magpie");
}

std::string PostgresCluster::fresh_database() {
  const auto name = "fresh_" + std::to_string(++databases_);
  make_database(name);
  return "host=" + folder().string() + " user=magpie dbname=" + name;
}

PostgresCluster& PostgresCluster::shared() {
  static PostgresCluster cluster;
  return cluster;
}

void PostgresCluster::make_folder() {
  if (::geteuid() != 0) return;
  const auto* const user = ::getpwnam("postgres");
  ASSERT_NE(user, nullptr) << "install postgresql-15";
  ASSERT_EQ(::chown(folder().c_str(), user->pw_uid, user->pw_gid), 0);
}

std::string PostgresCluster::tool(const std::string& name) const { return kPrograms + name; }

void PostgresCluster::run(std::vector<std::string> command) const {
  const auto log = folder() / "tools.log";
  const auto pid = spawn(std::move(command), log);
  int status = -1;
  ASSERT_GT(pid, 0);
  ::waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0) << read_file(log);
}

void PostgresCluster::sql(const std::string& database, const std::string& statement) const {
  run({"/usr/bin/psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", folder(), "-U", "postgres", "-d",
       database, "-c", statement});
}

void PostgresCluster::start() {
  std::vector<std::string> command{tool("postgres"), "-D", data(), "-k", folder()};
  for (const auto* setting :
       {"listen_addresses=", "wal_recycle=off", "min_wal_size=2MB", "shared_buffers=32MB",
        "max_wal_senders=4", "log_min_messages=fatal"}) {
    command.insert(command.end(), {"-c", setting});
  }
  pid_ = spawn(std::move(command), folder() / "server.log");
  ASSERT_GT(pid_, 0);
  // The last line of this file says how far it is.
  const auto ready = [this] {
    const auto state = read_file(data() / "postmaster.pid");
    return state.starts_with(std::to_string(pid_) + "\n") &&
           (state.find("ready ") != std::string::npos);
  };
  ASSERT_TRUE(wait_until(ready)) << read_file(folder() / "server.log");
}

void PostgresCluster::kill() {
  // Stopped first, so that it makes no further process.
  ::kill(pid_, SIGSTOP);
  const auto all = children_of(pid_);
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  for (const auto pid : all) ::kill(pid, SIGKILL);
  // It cannot start again while one of them is there.
  EXPECT_TRUE(wait_until([&] { return std::ranges::all_of(all, has_ended); }));
  pid_ = -1;
}

void PostgresCluster::stop() {
  ::kill(pid_, SIGQUIT);
  if (!wait_until([this] { return has_ended(pid_); })) return kill();
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void PostgresCluster::promote() {
  run({tool("pg_ctl"), "promote", "-D", data(), "-w", "-t", "60"});
}

std::string PostgresCluster::connection() const { return connection({this}); }

std::string PostgresCluster::connection(const std::vector<const PostgresCluster*>& clusters) {
  std::string hosts;
  for (const auto* cluster : clusters) {
    hosts += (hosts.empty() ? "" : ",") + cluster->folder().string();
  }
  return "host=" + hosts + " user=magpie dbname=magpie";
}

}  // namespace magpie::server::test
