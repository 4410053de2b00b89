// SPDX-License-Identifier: GPL-3.0-or-later
#include <pthread.h>
#include <signal.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "server/admin/admin_socket.h"
#include "server/relay.h"
#include "server/rpc/grpc_server.h"

namespace magpie::server {
namespace {

enum Exit : int { kDone = 0, kFailed = 1, kWrongUsage = 2 };

/// One sentence: what happened, what is safe, what to do.
void complain(const std::string& sentence) {
  std::fprintf(stderr, "magpie-relay: %s\n", sentence.c_str());
}

std::string sentence_for(const Error& error) {
  const std::string site(error.site);
  switch (error.code) {
    case Errc::kInUse:
      if (site.starts_with("grpc")) {
        return "Cannot listen there: the port is taken or the host is not one of this machine; "
               "nothing was changed; choose another with --listen.";
      }
      return "Another relay uses this data directory; it goes on undisturbed; stop it first.";
    case Errc::kMalformed:
      return "The configuration file relay.toml is not valid at: " + site +
             "; nothing was changed; correct it and start again.";
    case Errc::kDamaged:
      return "The data directory is damaged (" + site +
             "); nothing was changed; restore it from a backup.";
    case Errc::kUnsupported:
      return "The data directory was made by a newer version; nothing was changed; use that one.";
    case Errc::kNotFound:
      return "There is no relay in this directory; nothing was changed; run: magpie-relay serve";
    case Errc::kDiskFull:
      return "The disk is full; nothing was lost; make room and start again.";
    default:
      return "The data directory cannot be used (" + site +
             "); nothing was changed; check its disk and its owner.";
  }
}

int failed(const Error& error) {
  complain(sentence_for(error));
  return kFailed;
}

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

struct ServeArguments {
  std::string directory;
  std::string listen;
  bool open = false;
};

int serve(const ServeArguments& arguments) {
  if (!arguments.open) {
    complain(
        "Invitations are not there yet, so a relay can only be open to anyone; nothing was "
        "started; add --open if that is what you want.");
    return kWrongUsage;
  }
  Relay::Options options{.directory = arguments.directory, .listen = std::nullopt};
  if (!arguments.listen.empty()) {
    options.listen = parse_host_port(arguments.listen);
    if (!options.listen) {
      complain("--listen takes HOST:PORT; nothing was started; correct it and try again.");
      return kWrongUsage;
    }
  }
  set_resource_limits();
  const auto signals = block_end_signals();
  silence_grpc();
  require_tls13();
  const auto relay = Relay::start(options);
  if (!relay) return failed(relay.error());
  spdlog::warn("This relay is open: anyone who has its address may make rooms on it.");
  std::printf("ready %s\n", (*relay)->address().c_str());
  std::fflush(stdout);
  int signal_number = 0;
  sigwait(&signals, &signal_number);
  spdlog::info("Stopping: requests that were received are answered first.");
  (*relay)->drain();
  return kDone;
}

int address(const std::string& directory) {
  const auto text = address_of(directory);
  if (!text) return failed(text.error());
  std::printf("%s\n", text->c_str());
  return kDone;
}

int status(const std::string& directory, bool json) {
  auto status = ask_status(directory);
  if (!status && status.error().code == Errc::kNotFound) status = stopped_status(directory);
  if (!status) return failed(status.error());
  std::fputs(json ? (to_json(*status) + "\n").c_str() : to_text(*status).c_str(), stdout);
  return status->health == "failed" ? kFailed : kDone;
}

void set_up_log() {
  auto log = spdlog::stderr_logger_mt("magpie-relay");
  // No time either: whoever keeps the log puts their own.
  log->set_pattern("magpie-relay: %l: %v");
  spdlog::set_default_logger(std::move(log));
}

int run(int argc, char** argv) {
  CLI::App app{
      "Magpie's relay: it keeps encrypted entries until they are read, and knows nothing "
      "else."};
  app.require_subcommand(1);
  ServeArguments serve_arguments;
  auto* const serve_command = app.add_subcommand("serve", "Run the relay until SIGTERM");
  serve_command->add_option("--data", serve_arguments.directory, "The relay's directory")
      ->required();
  serve_command->add_option("--listen", serve_arguments.listen,
                            "HOST:PORT instead of the configuration's; port 0 takes a free one");
  serve_command->add_flag("--open", serve_arguments.open, "Anyone may make rooms");
  std::string directory;
  auto* const address_command = app.add_subcommand("address", "Print the relay's address");
  address_command->add_option("--data", directory, "The relay's directory")->required();
  bool json = false;
  auto* const status_command = app.add_subcommand("status", "Print counts, sizes, limits, health");
  status_command->add_option("--data", directory, "The relay's directory")->required();
  status_command->add_flag("--json", json, "One JSON object");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kWrongUsage;
  }
  if (serve_command->parsed()) return serve(serve_arguments);
  if (address_command->parsed()) return address(directory);
  return status(directory, json);
}

}  // namespace
}  // namespace magpie::server

int main(int argc, char** argv) {
  umask(077);
  magpie::server::set_up_log();
  return magpie::server::run(argc, argv);
}
