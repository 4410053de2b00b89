// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <list>
#include <thread>

namespace magpie::cli::test {

/// The network between clients and a relay on this machine: carries bytes both ways, and can be
/// made slow towards clients, for connections that come from then on.
class Line {
 public:
  explicit Line(std::uint16_t relay_port) : relay_port_(relay_port) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto address = loopback(0);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, generic, &size) != 0) {
      ADD_FAILURE() << "the line cannot listen";
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~Line() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (auto& call : calls_) call.end();
    ::close(listener_);
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  std::uint16_t port() const { return port_; }
  void slow_down(std::chrono::milliseconds delay) { delay_ = delay; }

 private:
  struct Call {
    int client;
    int relay;
    std::thread up;
    std::thread down;
    void end() {
      ::shutdown(client, SHUT_RDWR);
      ::shutdown(relay, SHUT_RDWR);
      up.join();
      down.join();
      ::close(client);
      ::close(relay);
    }
  };

  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

  void accept_all() {
    for (;;) {
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) return;
      const int relay = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const auto address = loopback(relay_port_);
      if (::connect(relay, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        ::close(client);
        ::close(relay);
        continue;
      }
      calls_.push_back({client, relay,
                        std::thread(carry, client, relay, std::chrono::milliseconds()),
                        std::thread(carry, relay, client, delay_.load())});
    }
  }

  static void carry(int from, int to, std::chrono::milliseconds delay) {
    char bytes[16384];
    for (ssize_t got = 0; (got = ::read(from, bytes, sizeof bytes)) > 0;) {
      std::this_thread::sleep_for(delay);  // how slow this line is
      for (ssize_t gone = 0; gone < got;) {
        const auto count =
            ::send(to, bytes + gone, static_cast<std::size_t>(got - gone), MSG_NOSIGNAL);
        if (count < 0) return;
        gone += count;
      }
    }
    ::shutdown(to, SHUT_WR);
  }

  const std::uint16_t relay_port_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::chrono::milliseconds> delay_{};
  std::list<Call> calls_;
  std::thread acceptor_;
};

}  // namespace magpie::cli::test
