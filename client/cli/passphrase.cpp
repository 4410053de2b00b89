// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/cli/passphrase.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "client/cli/error_text.h"

namespace magpie::cli {
namespace {

constexpr std::size_t kSizeMax = 1024;
constexpr std::ptrdiff_t kCharactersMin = 10;

/// Bytes up to the end of a line, straight into locked memory. Errors: kUsage, too many.
Result<Secret> read_line(int descriptor) {
  Secret line(kSizeMax);
  std::size_t size = 0;
  while (::read(descriptor, line.fill().data() + size, 1) == 1 && line.expose()[size] != '\n') {
    if (++size == kSizeMax) return fail(Errc::kUsage, site::kLongPassphrase);
  }
  if (size > 0 && line.expose()[size - 1] == '\r') --size;
  return Secret::copy_of(line.expose().first(size));
}

/// The terminal with its echo off. A signal that would end the program waits until it is on again.
class Terminal {
 public:
  Terminal() : descriptor_(::open("/dev/tty", O_RDWR | O_CLOEXEC)) {
    if (descriptor_ < 0 || ::tcgetattr(descriptor_, &before_) != 0) return;
    sigset_t signals;
    sigemptyset(&signals);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, number);
    ::sigprocmask(SIG_BLOCK, &signals, &mask_before_);
    signals_ = ::signalfd(-1, &signals, SFD_CLOEXEC);
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    usable_ = ::tcsetattr(descriptor_, TCSAFLUSH, &silent) == 0;
  }
  ~Terminal() {
    if (usable_) ::tcsetattr(descriptor_, TCSAFLUSH, &before_);
    if (descriptor_ >= 0) ::close(descriptor_);
    if (signals_ < 0) return;
    ::close(signals_);
    ::sigprocmask(SIG_SETMASK, &mask_before_, nullptr);  // what waited comes now
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  bool usable() const { return usable_ && signals_ >= 0; }
  /// Errors: kUsage, where a signal came or the line is too long.
  Result<Secret> ask(std::string_view prompt) {
    say(prompt);
    auto line = wait_for_line() ? read_line(descriptor_) : fail(Errc::kUsage, site::kNoPassphrase);
    say("\n");
    return line;
  }

 private:
  bool wait_for_line() const {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(descriptor_, &set);
    FD_SET(signals_, &set);
    const int ready =
        ::select(std::max(descriptor_, signals_) + 1, &set, nullptr, nullptr, nullptr);
    return ready > 0 && !FD_ISSET(signals_, &set);
  }
  void say(std::string_view text) {
    // Where the terminal is gone, so is who would read it.
    [[maybe_unused]] const auto written = ::write(descriptor_, text.data(), text.size());
  }

  int descriptor_;
  int signals_ = -1;
  termios before_{};
  sigset_t mask_before_{};
  bool usable_ = false;
};

Result<Secret> from_file(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return fail(Errc::kNotFound, site::kNoPassphraseFile);
  auto line = read_line(descriptor);
  ::close(descriptor);
  if (line && line->empty()) return fail(Errc::kNotFound, site::kNoPassphraseFile);
  return line;
}

Result<Secret> from_terminal(bool fresh) {
  Terminal terminal;
  if (!terminal.usable()) return fail(Errc::kUsage, site::kNoPassphrase);
  MAGPIE_TRY(Secret typed, terminal.ask("Passphrase: "));
  if (!fresh) return typed;
  const auto characters = std::ranges::count_if(
      typed.expose(), [](std::uint8_t byte) { return (byte & 0xC0) != 0x80; });  // UTF-8
  if (characters < kCharactersMin) return fail(Errc::kUsage, site::kShortPassphrase);
  MAGPIE_TRY(const Secret again, terminal.ask("Type it again: "));
  if (!equal_secret(typed.expose(), again.expose())) return fail(Errc::kUsage, site::kNotRepeated);
  return typed;
}

}  // namespace

Result<Secret> read_passphrase(const std::optional<std::filesystem::path>& file, bool fresh) {
  if (file) return from_file(*file);
  char* const given = std::getenv("MAGPIE_PASSPHRASE");
  if (given == nullptr || *given == '\0') return from_terminal(fresh);
  const std::size_t size = std::string_view(given).size();
  Secret passphrase = Secret::copy_of(as_bytes({given, size}));
  wipe({reinterpret_cast<std::uint8_t*>(given), size});
  ::unsetenv("MAGPIE_PASSPHRASE");
  return passphrase;
}

}  // namespace magpie::cli
