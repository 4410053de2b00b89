// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/child.h"

#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <deque>
#include <fstream>
#include <mutex>

#include "crypto/base/check.h"
#include "magpie/relay/v1/relay.grpc.pb.h"
#include "server/relay.h"
#include "server/rpc/grpc_server.h"
#include "server/rpc/tls_identity.h"

namespace magpie::bench {

namespace {

class Echo final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  Echo() { StartRead(&message_); }
  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    StartWrite(&message_);
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::CANCELLED);
    StartRead(&message_);
  }
  void OnDone() override { delete this; }

 private:
  grpc::ByteBuffer message_;
};

class EchoService final
    : public relay::v1::Relay::WithRawCallbackMethod_Session<relay::v1::Relay::Service> {
 public:
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Session(
      grpc::CallbackServerContext*) override {
    return new Echo;
  }
};

[[noreturn]] void serve_until_killed(const std::string& address) {
  std::printf("ready %s\n", address.c_str());
  std::fflush(stdout);
  while (true) ::pause();
}

}  // namespace

Child::Child(std::vector<std::string> arguments) : folder_(arguments.at(1)) {
  arguments.insert(arguments.begin(), "/proc/self/exe");
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::array<int, 2> out{};
  MAGPIE_CHECK(::pipe2(out.data(), O_CLOEXEC) == 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  MAGPIE_CHECK(::posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  out_ = out[0];
}

Child::~Child() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(out_);
}

const std::string& Child::address() {
  if (!address_.empty()) return address_;
  std::string line;
  for (char c = 0; ::read(out_, &c, 1) == 1 && c != '\n';) line += c;
  MAGPIE_CHECK(line.starts_with("ready "));
  address_ = line.substr(6);
  return address_;
}

std::string Child::certificate() {
  (void)address();
  std::ifstream file(folder_ / "relay.crt", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void Child::wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  MAGPIE_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

double Child::processor_ns() const {
  clockid_t clock{};
  MAGPIE_CHECK(::clock_getcpuclockid(pid_, &clock) == 0);
  timespec time{};
  MAGPIE_CHECK(::clock_gettime(clock, &time) == 0);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

std::size_t Child::resident_bytes() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  file >> size >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

int serve_relay(const std::filesystem::path& folder) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  server::silence_grpc();
  const auto relay = server::Relay::start(
      {.directory = folder, .listen = server::HostPort{"127.0.0.1", 0}, .open = true});
  if (!relay) return 1;
  serve_until_killed((*relay)->address());
}

int serve_echo(const std::filesystem::path& folder) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  server::silence_grpc();
  std::filesystem::create_directories(folder);
  const auto identity = server::load_or_create_identity(folder);
  if (!identity) return 1;
  grpc::SslServerCredentialsOptions tls(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  tls.pem_key_cert_pairs.push_back({identity->key_pem, identity->certificate_pem});
  EchoService service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(tls), &port);
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  if (!server) return 1;
  serve_until_killed("127.0.0.1:" + std::to_string(port));
}

}  // namespace magpie::bench
