// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <string>
#include <vector>

namespace magpie::bench {

using Timed = std::function<void(benchmark::State&)>;

/// Times one call at a time.
inline Timed each(std::function<void()> call) {
  return [call = std::move(call)](benchmark::State& state) {
    for (auto step : state) {
      (void)step;
      call();
    }
  };
}

/// What is timed, of size `n` (0 where it has none), and what it is held against: machines differ,
/// so the figure that counts is the ratio of the two in one run.
struct Comparison {
  std::string bench;
  long n;
  Timed measured;
  Timed reference;
};

/// One line of a result: a size or a time, and its reference in the same run.
struct Figure {
  std::string bench;
  long n;
  double measured;
  double reference;
  std::string unit = "ns";
};
/// The heading of a table; nothing with `json`.
void print_head(bool json);
/// Prints a line of the table, or with `json` {"bench","n","ns","reference_ns","ratio"}, with
/// "bytes" for "ns" where that is the unit.
void print(const Figure& figure, bool json);

/// Times all of them in one run, interleaved, and takes the median CPU time of some repetitions.
/// Prints a line each, as JSON with `--json`.
/// Another argument is a part of the names to run. Gives the exit code of `main`.
int run(int argc, char** argv, const std::vector<Comparison>& comparisons);

}  // namespace magpie::bench
