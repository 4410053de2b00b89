// SPDX-License-Identifier: GPL-3.0-or-later
// What a confined process can no longer do, asked of the kernel itself by one that tries.
#include "server/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <functional>
#include <thread>

#include "tests/support/temporary_folder.h"

namespace magpie::server::test {
namespace {

/// A child's exit status where a part of the sandbox is missing from this kernel.
constexpr int kMissing = 200;

/// 0, or why it was refused.
int outcome(long result) { return result >= 0 ? 0 : errno; }

class SandboxTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!kSandboxPossible) GTEST_SKIP() << "not under a sanitizer";
    std::ofstream(dir_.path() / "elsewhere") << "somebody's";
  }
  std::filesystem::path own() const { return dir_.path() / "own"; }
  std::string elsewhere() const { return dir_.path() / "elsewhere"; }

  /// What wait(2) tells of a child that confines itself and then tries this.
  int confined(const std::function<int(const Confinement&)>& attempt) const {
    const auto child = ::fork();
    if (child == 0) ::_exit(attempt(confine(own(), false)));
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return status;
  }
  /// The same of a child that must end by itself: its exit status.
  int result(const std::function<int(const Confinement&)>& attempt) const {
    const int status = confined(attempt);
    EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
    return WEXITSTATUS(status);
  }

  magpie::test::TemporaryFolder dir_;
};

TEST_F(SandboxTest, a_program_is_never_started_and_a_process_never_touched) {
  EXPECT_EQ(result([](const Confinement& given) { return given.system_calls ? 0 : 1; }), 0);
  const auto exec = confined([](const Confinement&) {
    ::execl("/bin/true", "true", nullptr);
    return 0;
  });
  EXPECT_TRUE(WIFSIGNALED(exec) && WTERMSIG(exec) == SIGSYS) << exec;
  const auto trace = confined([](const Confinement&) {
    return outcome(::ptrace(PTRACE_ATTACH, ::getppid(), nullptr, nullptr));
  });
  EXPECT_TRUE(WIFSIGNALED(trace) && WTERMSIG(trace) == SIGSYS) << trace;
  EXPECT_EQ(result([](const Confinement&) { return outcome(::fork()); }), EPERM);
  const auto parent = ::getpid();
  EXPECT_EQ(result([parent](const Confinement&) { return outcome(::kill(parent, 0)); }), EPERM);
}

TEST_F(SandboxTest, files_are_written_in_its_own_folder_alone) {
  const auto outside = elsewhere();
  const auto open_there = [&](int flags) {
    return result([&](const Confinement& given) {
      return given.files ? outcome(::open(outside.c_str(), flags, 0600)) : kMissing;
    });
  };
  const auto read = open_there(O_RDONLY);
  if (read == kMissing) GTEST_SKIP() << "this kernel has no Landlock";
  EXPECT_EQ(read, EACCES);
  EXPECT_EQ(open_there(O_WRONLY), EACCES);
  EXPECT_EQ(open_there(O_WRONLY | O_CREAT | O_TRUNC), EACCES);
  EXPECT_NE(result([&](const Confinement&) {
              return outcome(::rename(outside.c_str(), (own() / "stolen").c_str()));
            }),
            0);
  EXPECT_EQ(result([&](const Confinement&) { return outcome(::unlink(outside.c_str())); }), EACCES);
  EXPECT_EQ(result([](const Confinement&) {
              return outcome(::open("/etc/passwd", O_WRONLY | O_APPEND));
            }),
            EACCES);

  EXPECT_EQ(result([](const Confinement&) { return outcome(::open("/etc/hosts", O_RDONLY)); }), 0);
  EXPECT_EQ(result([&](const Confinement&) {
              const auto path = own() / "file";
              const int file = ::open(path.c_str(), O_RDWR | O_CREAT, 0600);
              if (::write(file, "x", 1) != 1 || ::fsync(file) != 0) return outcome(-1);
              return outcome(::rename(path.c_str(), (own() / "renamed").c_str()));
            }),
            0);
  EXPECT_TRUE(std::filesystem::exists(own() / "renamed"));
}

TEST_F(SandboxTest, it_is_called_and_never_calls) {
  const auto connect_there = [](const Confinement& given) {
    if (!given.connections) return kMissing;
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (::bind(listener, generic, size) != 0 || ::listen(listener, 1) != 0 ||
        ::getsockname(listener, generic, &size) != 0) {
      return 1;
    }
    return outcome(::connect(::socket(AF_INET, SOCK_STREAM, 0), generic, size));
  };
  const auto connected = result(connect_there);
  EXPECT_TRUE(connected == EACCES || connected == kMissing) << connected;
  for (const int family : {AF_NETLINK, AF_PACKET, AF_VSOCK}) {
    EXPECT_EQ(
        result([family](const Confinement&) { return outcome(::socket(family, SOCK_DGRAM, 0)); }),
        EPERM);
  }
}

TEST_F(SandboxTest, memory_is_not_made_to_run_and_leaves_no_image) {
  EXPECT_EQ(result([](const Confinement&) {
              void* const memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              return memory == MAP_FAILED ? outcome(-1) : 0;
            }),
            EPERM);
  EXPECT_EQ(result([](const Confinement&) {
              rlimit core{};
              ::getrlimit(RLIMIT_CORE, &core);
              return core.rlim_max == 0 ? 0 : 1;
            }),
            0);
  EXPECT_EQ(result([](const Confinement&) { return outcome(::unshare(CLONE_NEWUSER)); }), EPERM);
  // What is left is enough to run.
  EXPECT_EQ(result([](const Confinement&) {
              int seen = 1;
              std::thread([&] { seen = 0; }).join();
              return seen;
            }),
            0);
}

}  // namespace
}  // namespace magpie::server::test
