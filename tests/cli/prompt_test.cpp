// SPDX-License-Identifier: GPL-3.0-or-later
// The passphrase typed at a terminal, as a person does.
#include <termios.h>

#include "tests/cli/support/cli_test.h"

namespace magpie::cli::test {
namespace {

/// A program on a terminal of its own, without a passphrase in its environment.
class AtTerminal {
 public:
  explicit AtTerminal(Lines arguments) : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    EXPECT_EQ(::grantpt(master_) + ::unlockpt(master_), 0);
    const std::string slave = ::ptsname(master_);
    held_ = ::open(slave.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, slave.c_str(), O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDERR_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    std::vector<char*> envp = {nullptr};
    EXPECT_EQ(posix_spawn(&pid_, argv[0], &actions, &attributes, argv.data(), envp.data()), 0);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
  }
  ~AtTerminal() {
    ::close(master_);
    if (held_ >= 0) ::close(held_);
  }
  AtTerminal(const AtTerminal&) = delete;
  AtTerminal& operator=(const AtTerminal&) = delete;

  /// Waits until the terminal shows `prompt`, then types.
  void type(const std::string& prompt, const std::string& keys) {
    while (!fresh_.ends_with(prompt) && read_more()) continue;
    fresh_.clear();
    EXPECT_EQ(::write(master_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  /// The exit status, or minus the signal that ended it.
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  bool echoes() const {
    termios settings{};
    EXPECT_EQ(::tcgetattr(held_, &settings), 0);
    return (settings.c_lflag & ECHO) != 0;
  }
  void interrupt() { ::kill(pid_, SIGINT); }
  /// All that the terminal has shown; once, after `wait`.
  const std::string& shown() {
    ::close(std::exchange(held_, -1));
    while (read_more()) continue;
    return shown_;
  }

 private:
  bool read_more() {
    char bytes[512];
    const auto got = ::read(master_, bytes, sizeof bytes);
    if (got <= 0) return false;
    fresh_.append(bytes, static_cast<std::size_t>(got));
    shown_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  int master_;
  int held_ = -1;  ///< the other side, so that what was shown stays readable after the program
  pid_t pid_ = -1;
  std::string fresh_;
  std::string shown_;
};

class PromptTest : public CliTest {
 protected:
  Lines command(Lines arguments) const {
    const Lines first = {MAGPIE_CLI_PROGRAM, "--profile", anna_.profile().string()};
    arguments.insert(arguments.begin(), first.begin(), first.end());
    return arguments;
  }
  Lines create() const { return command({"create", "--name", "Anna", "--relay", address_}); }
};

TEST_F(PromptTest, a_new_passphrase_is_typed_twice_and_never_shown) {
  const std::string typed = "correct horse battery";
  AtTerminal creating(create());
  creating.type("Passphrase: ", typed + "\n");
  creating.type("Type it again: ", typed + "\n");
  EXPECT_EQ(creating.wait(), 0);
  const std::string shown = creating.shown();
  EXPECT_EQ(shown.find("horse"), std::string::npos) << shown;
  EXPECT_NE(shown.find("Profile of Anna"), std::string::npos) << shown;

  AtTerminal opening(command({"rooms"}));
  opening.type("Passphrase: ", typed + "\n");
  EXPECT_EQ(opening.wait(), 0);
  AtTerminal mistaken(command({"rooms"}));
  mistaken.type("Passphrase: ", typed + "!\n");
  EXPECT_EQ(mistaken.wait(), 3);
}

TEST_F(PromptTest, a_short_or_mistyped_new_one_makes_nothing) {
  AtTerminal brief(create());
  brief.type("Passphrase: ", "안녕하세요아홉글\n");  // eight characters, many bytes
  EXPECT_EQ(brief.wait(), 2);
  AtTerminal mistyped(create());
  mistyped.type("Passphrase: ", "correct horse\n");
  mistyped.type("Type it again: ", "correct house\n");
  EXPECT_EQ(mistyped.wait(), 2);
  EXPECT_FALSE(fs::exists(anna_.profile()));
}

TEST_F(PromptTest, an_interrupted_prompt_leaves_the_terminal_as_it_was) {
  AtTerminal asking(create());
  ASSERT_TRUE(asking.echoes());
  asking.type("Passphrase: ", "half of i");
  EXPECT_FALSE(asking.echoes());
  asking.interrupt();
  EXPECT_EQ(asking.wait(), -SIGINT);
  EXPECT_TRUE(asking.echoes());
}

}  // namespace
}  // namespace magpie::cli::test
