// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

namespace magpie::server::test {

/// A magpie-relay of its own, as an administrator starts it. Killed with the object.
class RelayProcess {
 public:
  /// With `log`, its stderr goes into that file.
  explicit RelayProcess(std::vector<std::string> arguments, const std::string& log = {}) {
    arguments.insert(arguments.begin(), MAGPIE_RELAY_PROGRAM);
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    std::array<int, 2> out{};
    if (::pipe(out.data()) != 0) ADD_FAILURE() << "pipe";
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    if (!log.empty()) {
      posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(),
                                       O_WRONLY | O_CREAT | O_APPEND, 0600);
    }
    posix_spawn_file_actions_addclose(&actions, out[0]);
    posix_spawn_file_actions_addclose(&actions, out[1]);
    if (posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ) != 0) {
      ADD_FAILURE() << "spawn";
    }
    posix_spawn_file_actions_destroy(&actions);
    ::close(out[1]);
    out_ = out[0];
  }
  ~RelayProcess() {
    if (pid_ > 0) stop(SIGKILL);
    ::close(out_);
  }
  RelayProcess(const RelayProcess&) = delete;
  RelayProcess& operator=(const RelayProcess&) = delete;

  /// Waits for the line `ready ADDRESS`; empty where the process ends without it.
  std::string address() {
    const auto line = read_line();
    return line.starts_with("ready ") ? line.substr(6) : std::string();
  }
  /// The next line of its output, without the end; empty at the end of the output.
  std::string read_line() {
    std::string line;
    for (char c = 0; ::read(out_, &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }
  pid_t process() const { return pid_; }
  void kill(int signal_number) { ::kill(pid_, signal_number); }
  /// Sends the signal and gives the exit status; -1 where a signal ended it.
  int stop(int signal_number) {
    kill(signal_number);
    return wait();
  }
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
};

}  // namespace magpie::server::test
