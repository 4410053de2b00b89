// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace magpie::cli::test {

/// A running program, whose output can be read while it runs. Killed with the object.
class Program {
 public:
  /// `arguments` begin with the program; `environment` is added to this process's.
  Program(std::vector<std::string> arguments, const std::vector<std::string>& environment,
          const std::string& input = {}) {
    write_file(folder_.path() / "in", input);
    std::array<int, 2> out{};
    if (::pipe2(out.data(), O_CLOEXEC) != 0) ADD_FAILURE() << "pipe";
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, (folder_.path() / "in").c_str(),
                                     O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, (folder_.path() / "err").c_str(),
                                     O_WRONLY | O_CREAT, 0600);
    auto argv = pointers(arguments);
    std::vector<std::string> all = inherited();
    all.insert(all.end(), environment.begin(), environment.end());
    auto envp = pointers(all);
    const int spawned = posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), envp.data());
    if (spawned != 0) ADD_FAILURE() << "cannot start " << arguments[0];
    posix_spawn_file_actions_destroy(&actions);
    ::close(out[1]);
    out_ = out[0];
  }
  ~Program() {
    if (pid_ > 0) stop(SIGKILL);
    ::close(out_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// The next line of its output, without the end; empty at the end of the output.
  std::string read_line() {
    std::string line;
    for (char c = 0; ::read(out_, &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }
  std::vector<std::string> read_lines() {
    std::vector<std::string> lines;
    for (auto line = read_line(); !line.empty(); line = read_line()) lines.push_back(line);
    return lines;
  }
  /// What it has said on stderr so far.
  std::string errors() const {
    std::ifstream in(folder_.path() / "err", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// Sends the signal and gives the exit status; -1 where a signal ended it.
  int stop(int signal_number) {
    ::kill(pid_, signal_number);
    return wait();
  }
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  static void write_file(const std::filesystem::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (auto& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
  }
  static std::vector<std::string> inherited() {
    std::vector<std::string> all;
    for (char** one = environ; *one != nullptr; ++one) {
      if (!std::string_view(*one).starts_with("MAGPIE_PASSPHRASE=")) all.emplace_back(*one);
    }
    return all;
  }

  magpie::test::TemporaryFolder folder_;
  pid_t pid_ = -1;
  int out_ = -1;
};

}  // namespace magpie::cli::test
