// SPDX-License-Identifier: GPL-3.0-or-later
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

#include "server/commands/commands.h"
#include "server/log.h"
#include "server/relay.h"
#include "server/rpc/grpc_server.h"
#include "server/sandbox.h"

namespace magpie::server::commands {

namespace {

/// Each stream is a socket: as many as the system allows.
void allow_many_streams() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files);
  }
}

/// Signals that end the relay, blocked in every thread and waited for in one.
sigset_t block_end_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

void confine_process(const std::string& directory) {
  // Before any thread, and so before the configuration is looked at for its errors.
  const auto config = load_config(directory);
  const bool may_connect = config && !config->postgresql.empty();
  const auto given = confine(directory, may_connect);
  const auto word = [](bool yes) { return yes ? Word("yes") : Word("no"); };
  const bool all = given.system_calls && given.files && (given.connections || may_connect);
  log_event(all || !kSandboxPossible ? LogLevel::kInfo : LogLevel::kWarning, "confined",
            {{"system_calls", word(given.system_calls)},
             {"files", word(given.files)},
             {"connections", word(given.connections)}});
  if (kSandboxPossible && !given.files) {
    complain(
        "This kernel has no Landlock, so files outside the data directory are kept from the relay "
        "by its user and its service alone; it runs all the same; a kernel from 5.13 on has it.");
  }
}

int wait_and_stop(Relay& relay, const sigset_t& signals) {
  int signal_number = 0;
  sigwait(&signals, &signal_number);
  if (relay.failed()) {
    // Whoever watches over the process starts it again, and it finds out what is on the disk.
    log_event(LogLevel::kError, "write_failed");
    complain("A write failed; nothing acknowledged was lost; mend the disk and start again.");
    relay.drain();
    return kFailed;
  }
  log_event(LogLevel::kInfo, "stopping");
  const auto start = std::chrono::steady_clock::now();
  relay.drain();
  log_event(LogLevel::kInfo, "stopped", {{"duration_ms", milliseconds_since(start)}});
  return kDone;
}

}  // namespace

int serve(const ServeArguments& arguments) {
  start_log();
  Relay::Options options{.directory = arguments.directory};
  options.open = arguments.open;
  if (!arguments.listen.empty()) {
    options.listen = parse_host_port(arguments.listen);
    if (!options.listen) {
      complain("--listen takes HOST:PORT; nothing was started; correct it and try again.");
      return kWrongUsage;
    }
  }
  const auto start = std::chrono::steady_clock::now();
  allow_many_streams();
  confine_process(arguments.directory);
  const auto signals = block_end_signals();
  options.on_failure = [] { ::kill(::getpid(), SIGTERM); };
  silence_grpc();
  require_tls13();
  const auto relay = Relay::start(options);
  if (!relay) return failed(relay.error());
  if (arguments.open) log_event(LogLevel::kWarning, "open_to_anyone");
  for (const auto& warning : (*relay)->warnings()) complain(warning);
  log_event(LogLevel::kInfo, "ready", {{"duration_ms", milliseconds_since(start)}});
  std::printf("ready %s\n", (*relay)->address().c_str());
  std::fflush(stdout);
  return wait_and_stop(**relay, signals);
}

}  // namespace magpie::server::commands
