// SPDX-License-Identifier: GPL-3.0-or-later
#include <pthread.h>
#include <signal.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>

#include "server/commands/commands.h"
#include "server/relay.h"
#include "server/rpc/grpc_server.h"

namespace magpie::server::commands {

namespace {

/// Each stream is a socket: as many as the system allows. And no image of memory on the disk.
void set_resource_limits() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files);
  }
  const rlimit none{0, 0};
  (void)setrlimit(RLIMIT_CORE, &none);
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

void set_up_log() {
  auto log = spdlog::stderr_logger_mt("magpie-relay");
  // No time either: whoever keeps the log puts their own.
  log->set_pattern("magpie-relay: %l: %v");
  spdlog::set_default_logger(std::move(log));
}

int wait_and_stop(Relay& relay, const sigset_t& signals) {
  int signal_number = 0;
  sigwait(&signals, &signal_number);
  if (relay.failed()) {
    // Whoever watches over the process starts it again, and it finds out what is on the disk.
    complain("A write failed; nothing acknowledged was lost; mend the disk and start again.");
    relay.drain();
    return kFailed;
  }
  spdlog::info("Stopping: requests that were received are answered first.");
  relay.drain();
  return kDone;
}

}  // namespace

int serve(const ServeArguments& arguments) {
  set_up_log();
  if (!arguments.open) {
    complain(
        "Invitations are not there yet, so a relay can only be open to anyone; nothing was "
        "started; add --open if that is what you want.");
    return kWrongUsage;
  }
  Relay::Options options{.directory = arguments.directory};
  if (!arguments.listen.empty()) {
    options.listen = parse_host_port(arguments.listen);
    if (!options.listen) {
      complain("--listen takes HOST:PORT; nothing was started; correct it and try again.");
      return kWrongUsage;
    }
  }
  set_resource_limits();
  const auto signals = block_end_signals();
  options.on_failure = [] { ::kill(::getpid(), SIGTERM); };
  silence_grpc();
  require_tls13();
  const auto relay = Relay::start(options);
  if (!relay) return failed(relay.error());
  spdlog::warn("This relay is open: anyone who has its address may make rooms on it.");
  std::printf("ready %s\n", (*relay)->address().c_str());
  std::fflush(stdout);
  return wait_and_stop(**relay, signals);
}

}  // namespace magpie::server::commands
