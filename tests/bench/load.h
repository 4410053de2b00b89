// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace magpie::bench {

/// Streams that append, to a relay or to a server that echoes the same frames.
class Load {
 public:
  enum class Kind { kRelay, kEcho };
  enum class Connections { kOne, kOneEach };
  struct Result {
    std::uint64_t count = 0;
    std::chrono::steady_clock::duration time{};
  };
  struct Latency {
    std::uint64_t count = 0;
    double p50_ns = 0;
    double p99_ns = 0;
  };

  /// `address` and `certificate` of the server.
  Load(const std::string& address, const std::string& certificate, Kind kind,
       Connections connections = Connections::kOne);
  ~Load();

  /// Opens more streams; each makes and attaches a room of its own for every number in
  /// `in_flight`, how many appends wait there for their answer at a time. Returns when all are.
  void open(std::size_t streams, const std::vector<std::uint32_t>& in_flight,
            std::size_t payload_bytes);
  /// Appends all the time for so long, then waits for what is in flight.
  Result run(std::chrono::milliseconds time);
  /// Appends once every `interval`, whatever is in flight, the streams in turn.
  Latency paced(std::chrono::milliseconds time, std::chrono::nanoseconds interval);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace magpie::bench
