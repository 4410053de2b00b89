// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/admin_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace magpie::server {
namespace {

constexpr int kPatienceMs = 10'000;
constexpr std::size_t kAnswerBytesMax = 64 * 1024;
constexpr std::size_t kRequestBytesMax = 1024;
// What an answer begins with: this, or the number of the error.
constexpr std::string_view kDone = "done\n";

/// A socket's path may hold 107 bytes, a data directory's more; through the open directory it
/// always fits.
class SocketAddress {
 public:
  explicit SocketAddress(const std::filesystem::path& directory)
      : directory_(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    const auto path = "/proc/self/fd/" + std::to_string(directory_) + "/admin.sock";
    address_.sun_family = AF_UNIX;
    std::memcpy(address_.sun_path, path.data(), path.size());
  }
  ~SocketAddress() {
    if (directory_ >= 0) ::close(directory_);
  }
  SocketAddress(const SocketAddress&) = delete;
  SocketAddress& operator=(const SocketAddress&) = delete;

  bool valid() const { return directory_ >= 0; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  static constexpr socklen_t size() { return sizeof(sockaddr_un); }

 private:
  int directory_;
  sockaddr_un address_{};
};

bool wait_for(int descriptor, short events, int patience_ms = kPatienceMs) {
  pollfd poll{descriptor, events, 0};
  int ready = 0;
  do {
    ready = ::poll(&poll, 1, patience_ms);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

bool send_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    if (!wait_for(descriptor, POLLOUT)) return false;
    const auto sent = ::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// Reads until the end of the stream, or of the line where `line`.
std::string receive(int descriptor, std::size_t bytes_max, bool line, int patience_ms) {
  std::string text;
  std::array<char, 4096> part{};
  while (text.size() < bytes_max && !(line && text.ends_with('\n'))) {
    if (!wait_for(descriptor, POLLIN, patience_ms)) break;
    const auto got = ::recv(descriptor, part.data(), part.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) break;
    text.append(part.data(), static_cast<std::size_t>(got));
  }
  return text;
}

}  // namespace

Result<std::unique_ptr<AdminSocket>> AdminSocket::open(const std::filesystem::path& directory,
                                                       Answer answer) {
  const auto path = directory / "admin.sock";
  ::unlink(path.c_str());
  const SocketAddress address(directory);
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::array<int, 2> stop{-1, -1};
  const bool ok = address.valid() && listener >= 0 &&
                  ::bind(listener, address.get(), SocketAddress::size()) == 0 &&
                  ::chmod(path.c_str(), S_IRUSR | S_IWUSR) == 0 && ::listen(listener, 4) == 0 &&
                  ::pipe2(stop.data(), O_CLOEXEC) == 0;
  if (!ok) {
    if (listener >= 0) ::close(listener);
    return fail(Errc::kStorage, "admin socket");
  }
  return std::unique_ptr<AdminSocket>(
      new AdminSocket(path, listener, stop[0], stop[1], std::move(answer)));
}

AdminSocket::AdminSocket(std::filesystem::path path, int listener, int stop_read, int stop_write,
                         Answer answer)
    : path_(std::move(path)),
      listener_(listener),
      stop_read_(stop_read),
      stop_write_(stop_write),
      answer_(std::move(answer)),
      thread_([this] { run(); }) {}

AdminSocket::~AdminSocket() {
  ::close(stop_write_);
  thread_.join();
  ::close(stop_read_);
  ::close(listener_);
  ::unlink(path_.c_str());
}

void AdminSocket::run() {
  while (true) {
    std::array<pollfd, 2> polls{{{listener_, POLLIN, 0}, {stop_read_, 0, 0}}};
    if (::poll(polls.data(), polls.size(), -1) < 0 && errno != EINTR) return;
    if (polls[1].revents != 0) return;
    if (polls[0].revents == 0) continue;
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    serve(connection);
    ::close(connection);
  }
}

void AdminSocket::serve(int connection) {
  auto request = receive(connection, kRequestBytesMax, true, kPatienceMs);
  if (!request.ends_with('\n')) return;
  request.pop_back();
  const auto answer = answer_(request);
  const auto text = answer ? std::string(kDone) + *answer
                           : std::to_string(static_cast<int>(answer.error().code)) + "\n";
  (void)send_all(connection, text);
}

namespace {

Result<std::string> read_answer(std::string_view text) {
  if (text.starts_with(kDone)) return std::string(text.substr(kDone.size()));
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data() + text.size()) {
    return fail(Errc::kTimedOut, "admin socket: no answer");
  }
  return fail(static_cast<Errc>(number), "the relay's answer");
}

}  // namespace

Result<std::string> ask_relay(const std::filesystem::path& directory, std::string_view request) {
  const SocketAddress address(directory);
  const int connection = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (!address.valid() || connection < 0 ||
      ::connect(connection, address.get(), SocketAddress::size()) != 0) {
    if (connection >= 0) ::close(connection);
    return fail(Errc::kNotFound, "admin socket: nobody listens");
  }
  const bool sent = send_all(connection, std::string(request) + "\n");
  const auto answer = sent ? receive(connection, kAnswerBytesMax, false, -1) : std::string();
  ::close(connection);
  return read_answer(answer);
}

}  // namespace magpie::server
