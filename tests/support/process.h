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
#include <string_view>
#include <vector>

namespace magpie::test {

/// What a program finds when it starts.
struct Surroundings {
  std::vector<std::string> environment{};  ///< NAME=VALUE, in place of what this process has
  std::string input{};                     ///< a file; this process's where empty
  std::string errors{};                    ///< a file to append to; this process's where empty
};

/// A running program, whose output can be read while it runs. Killed with the object.
class Process {
 public:
  /// `arguments` begin with the program.
  explicit Process(std::vector<std::string> arguments, const Surroundings& surroundings = {}) {
    std::array<int, 2> out{};
    if (::pipe2(out.data(), O_CLOEXEC) != 0) ADD_FAILURE() << "pipe";
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (!surroundings.input.empty()) {
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, surroundings.input.c_str(), O_RDONLY,
                                       0);
    }
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    if (!surroundings.errors.empty()) {
      posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, surroundings.errors.c_str(),
                                       O_WRONLY | O_CREAT | O_APPEND, 0600);
    }
    auto argv = pointers(arguments);
    auto environment = with_ours(surroundings.environment);
    auto envp = pointers(environment);
    if (posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), envp.data()) != 0) {
      ADD_FAILURE() << "cannot start " << arguments[0];
    }
    posix_spawn_file_actions_destroy(&actions);
    ::close(out[1]);
    out_ = out[0];
  }
  ~Process() {
    if (pid_ > 0) stop(SIGKILL);
    ::close(out_);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  /// The next line of its output, without the end; empty at the end of the output.
  std::string read_line() {
    std::string line;
    for (char c = 0; ::read(out_, &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }
  /// The lines up to an empty one, or to the end of the output.
  std::vector<std::string> read_lines() {
    std::vector<std::string> lines;
    for (auto line = read_line(); !line.empty(); line = read_line()) lines.push_back(line);
    return lines;
  }
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
  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (auto& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
  }
  static std::vector<std::string> with_ours(const std::vector<std::string>& ours) {
    auto all = ours;
    for (char** one = environ; *one != nullptr; ++one) {
      const std::string_view theirs(*one);
      const auto name = theirs.substr(0, theirs.find('=') + 1);
      bool replaced = false;
      for (const auto& each : ours) replaced = replaced || each.starts_with(name);
      if (!replaced) all.emplace_back(theirs);
    }
    return all;
  }

  pid_t pid_ = -1;
  int out_ = -1;
};

}  // namespace magpie::test
