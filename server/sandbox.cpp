// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sandbox.h"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string_view>
#include <utility>

namespace magpie::server {
namespace {

// --- Landlock. The kernel's header may be older than the kernel, so its numbers are here. ---

struct RulesetAttributes {
  std::uint64_t files;
  std::uint64_t network;  // from version 4
  std::uint64_t scoped;   // from version 6
};
struct [[gnu::packed]] PathRule {
  std::uint64_t allowed;
  std::int32_t parent;
};
constexpr unsigned kVersionRequest = 1;
constexpr int kPathRule = 1;
constexpr std::uint64_t kReadFile = 1U << 2;
constexpr std::uint64_t kReadFolder = 1U << 3;
constexpr std::uint64_t kConnectTcp = 1U << 1;
constexpr std::uint64_t kSignalsAndAbstractSockets = 3;

/// Every right over files that this version of Landlock knows; what is not named is allowed.
std::uint64_t file_rights(long version) {
  unsigned bits = 13;           // up to making symbolic links
  if (version >= 2) bits = 14;  // linking and renaming into another folder
  if (version >= 3) bits = 15;  // truncating
  if (version >= 5) bits = 16;  // ioctl on devices
  return (std::uint64_t{1} << bits) - 1;
}

/// What is read outside the directory: names of hosts, certificates' settings, the clock's zone,
/// the machine's own figures (RocksDB, gRPC, the C library).
constexpr std::array kReadPaths{
    "/etc",         "/proc",    "/sys", "/usr/share/zoneinfo", "/usr/lib", "/run/systemd/resolve",
    "/dev/urandom", "/dev/null"};

bool allow_path(int ruleset, const char* path, std::uint64_t rights) {
  const int descriptor = ::open(path, O_PATH | O_CLOEXEC);
  if (descriptor < 0) return false;
  const PathRule rule{rights, descriptor};
  const bool added = ::syscall(SYS_landlock_add_rule, ruleset, kPathRule, &rule, 0) == 0;
  ::close(descriptor);
  return added;
}

/// What is not there need not be read. Rights of a folder cannot be given to a file.
void allow_reading(int ruleset, const char* path) {
  (void)(allow_path(ruleset, path, kReadFile | kReadFolder) ||
         allow_path(ruleset, path, kReadFile));
}

void confine_files(const char* directory, bool may_connect, Confinement& given) {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, kVersionRequest);
  if (version < 1) return;
  RulesetAttributes attributes{};
  attributes.files = file_rights(version);
  if (version >= 4 && !may_connect) attributes.network = kConnectTcp;
  if (version >= 6) attributes.scoped = kSignalsAndAbstractSockets;
  const std::size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
  const auto ruleset =
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0));
  if (ruleset < 0) return;
  for (const auto* path : kReadPaths) allow_reading(ruleset, path);
  const bool ok = allow_path(ruleset, directory, attributes.files) &&
                  ::syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
  ::close(ruleset);
  given.files = ok;
  given.connections = ok && attributes.network != 0;
}

// --- seccomp. ---

/// Taken from traces of the tests, the drills and a relay under load, with each library's rarer
/// paths (fallbacks of the C library, compaction, a full disk) read from its sources.
constexpr std::array kAllowed{
    // memory and threads
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(mincore),
    SCMP_SYS(futex),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(membarrier),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),

    SCMP_SYS(sched_getparam),
    SCMP_SYS(sched_getscheduler),
    SCMP_SYS(getcpu),
    SCMP_SYS(gettid),
    SCMP_SYS(getpid),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(mlock),
    SCMP_SYS(munlock),
    SCMP_SYS(set_tid_address),
    SCMP_SYS(getrusage),
    SCMP_SYS(sysinfo),
    SCMP_SYS(uname),
    // the user, asked for by libraries that compare real and effective ids
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    // signals and time
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    // files; where, is Landlock's to say
    SCMP_SYS(open),
    SCMP_SYS(openat),
    SCMP_SYS(close),
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(preadv),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(pwrite64),
    SCMP_SYS(pwritev),
    SCMP_SYS(lseek),
    SCMP_SYS(_llseek),
    SCMP_SYS(stat),
    SCMP_SYS(fstat),
    SCMP_SYS(lstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(fstatat64),
    SCMP_SYS(statx),
    SCMP_SYS(statfs),
    SCMP_SYS(fstatfs),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(getdents64),
    SCMP_SYS(getcwd),
    SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat),
    SCMP_SYS(rmdir),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(rename),
    SCMP_SYS(renameat),
    SCMP_SYS(renameat2),
    SCMP_SYS(link),
    SCMP_SYS(linkat),
    SCMP_SYS(chmod),
    SCMP_SYS(fchmod),
    SCMP_SYS(fchmodat),
    SCMP_SYS(fsync),
    SCMP_SYS(fdatasync),
    SCMP_SYS(sync_file_range),
    SCMP_SYS(syncfs),
    SCMP_SYS(fallocate),
    SCMP_SYS(ftruncate),
    SCMP_SYS(fadvise64),
    SCMP_SYS(readahead),
    SCMP_SYS(flock),
    SCMP_SYS(fcntl),
    SCMP_SYS(copy_file_range),
    SCMP_SYS(sendfile),
    SCMP_SYS(dup),
    SCMP_SYS(dup2),
    SCMP_SYS(dup3),
    SCMP_SYS(umask),
    SCMP_SYS(utimensat),
    // sockets and what wakes their readers
    SCMP_SYS(bind),
    SCMP_SYS(listen),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(connect),
    SCMP_SYS(shutdown),
    SCMP_SYS(sendto),
    SCMP_SYS(recvfrom),
    SCMP_SYS(sendmsg),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendmmsg),
    SCMP_SYS(recvmmsg),
    SCMP_SYS(getsockname),
    SCMP_SYS(getpeername),
    SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(select),
    SCMP_SYS(pselect6),
    SCMP_SYS(epoll_create),
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(eventfd2),
    SCMP_SYS(pipe),
    SCMP_SYS(pipe2),
    SCMP_SYS(getrandom),
};

/// A sign that somebody else's code runs here.
constexpr std::array kDeadly{
    SCMP_SYS(execve),           SCMP_SYS(execveat),          SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
};

/// The C library goes on without these where they do not exist, and not where they are refused.
/// clone3 keeps its flags where a filter cannot see them.
constexpr std::array kAbsent{SCMP_SYS(clone3), SCMP_SYS(openat2), SCMP_SYS(close_range),
                             SCMP_SYS(epoll_pwait2), SCMP_SYS(io_uring_setup)};

constexpr std::array<std::uint64_t, 3> kFamilies{AF_UNIX, AF_INET, AF_INET6};
constexpr std::array<std::uint64_t, 3> kRequests{FIONREAD, FIONBIO, TCGETS};

struct Release {
  void operator()(scmp_filter_ctx filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, Release>;

scmp_arg_cmp equals(unsigned argument, std::uint64_t value) {
  return {argument, SCMP_CMP_EQ, value, 0};
}
scmp_arg_cmp masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

/// Those calls that are allowed with some arguments only.
bool add_narrow(scmp_filter_ctx filter) {
  const auto allow = [&](int call, auto... conditions) {
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, sizeof...(conditions), conditions...) ==
           0;
  };
  bool ok = true;
  // Threads, and no process.
  ok = ok && allow(SCMP_SYS(clone), masked(0, CLONE_THREAD, CLONE_THREAD));
  // Memory is written or run, never made to run afterwards.
  ok = ok && allow(SCMP_SYS(mmap), masked(2, PROT_EXEC, 0));
  ok = ok && allow(SCMP_SYS(mmap2), masked(2, PROT_EXEC, 0));
  ok = ok && allow(SCMP_SYS(mprotect), masked(2, PROT_EXEC, 0));
  for (const auto family : kFamilies) {
    ok = ok && allow(SCMP_SYS(socket), equals(0, family));
  }
  ok = ok && allow(SCMP_SYS(socketpair), equals(0, AF_UNIX));
  // Signals to itself: the end after a write that failed, and abort.
  const auto self = static_cast<std::uint64_t>(::getpid());
  for (const int call : {SCMP_SYS(kill), SCMP_SYS(tgkill)}) {
    ok = ok && allow(call, equals(0, self));
  }
  // Names of threads; limits only read, those of this process.
  ok = ok && allow(SCMP_SYS(prctl), equals(0, PR_SET_NAME));
  ok = ok && allow(SCMP_SYS(prlimit64), equals(0, 0), equals(2, 0));
  ok = ok && allow(SCMP_SYS(getrlimit));
  for (const auto request : kRequests) {
    ok = ok && allow(SCMP_SYS(ioctl), masked(1, 0xffffffff, request));
  }
  return ok;
}

bool confine_system_calls() {
  const Filter filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)));
  if (!filter) return false;
  bool ok = add_narrow(filter.get());
  const auto add_all = [&](const auto& calls, std::uint32_t action) {
    for (const int call : calls) ok = ok && seccomp_rule_add(filter.get(), action, call, 0) == 0;
  };
  add_all(kAllowed, SCMP_ACT_ALLOW);
  add_all(kDeadly, SCMP_ACT_KILL_PROCESS);
  add_all(kAbsent, SCMP_ACT_ERRNO(ENOSYS));
  // A tree instead of a list: the filter runs at each call.
  ok = ok && seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0;
  return ok && seccomp_load(filter.get()) == 0;
}

}  // namespace

Confinement confine(const std::filesystem::path& directory, bool may_connect) {
  Confinement given;
  const rlimit none{0, 0};
  (void)::setrlimit(RLIMIT_CORE, &none);
  if (!kSandboxPossible) return given;
  // Where the kernel pipes cores to a program their size is no limit; a process that is not
  // dumpable has none, and no debugger but root's.
  (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return given;
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (!error) confine_files(directory.c_str(), may_connect, given);
  given.system_calls = confine_system_calls();
  return given;
}

}  // namespace magpie::server
