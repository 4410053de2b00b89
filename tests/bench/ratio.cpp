// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/ratio.h"

#include <cstdio>
#include <map>
#include <string_view>

namespace magpie::bench {
namespace {

/// Keeps the median CPU time of each benchmark in nanoseconds: what else the machine does counts
/// less than in wall time. Prints nothing by itself.
class Medians final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.error_occurred) std::fprintf(stderr, "%s\n", run.error_message.c_str());
      if (run.run_type != Run::RT_Aggregate || run.aggregate_name != "median") continue;
      medians_[run.run_name.function_name] = run.GetAdjustedCPUTime();
    }
  }
  double of(const std::string& name) const {
    const auto found = medians_.find(name);
    return found == medians_.end() ? 0 : found->second;
  }

 private:
  std::map<std::string, double> medians_;
};

std::string name_of(const Comparison& comparison, const char* side) {
  return comparison.bench + " " + std::to_string(comparison.n) + " " + side;
}

void print(const Comparison& comparison, double ns, double reference_ns, bool json) {
  const double ratio = reference_ns > 0 ? ns / reference_ns : 0;
  if (json) {
    std::printf("{\"bench\":\"%s\",\"n\":%ld,\"ns\":%.0f,\"reference_ns\":%.0f,\"ratio\":%.3f}\n",
                comparison.bench.c_str(), comparison.n, ns, reference_ns, ratio);
  } else {
    std::printf("%-28s %6ld %14.1f us %14.1f us %8.2f\n", comparison.bench.c_str(), comparison.n,
                ns / 1000, reference_ns / 1000, ratio);
  }
}

}  // namespace

int run(int argc, char** argv, const std::vector<Comparison>& comparisons) {
  bool json = false;
  std::string_view filter;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--json") {
      json = true;
    } else {
      filter = argv[i];
    }
  }
  std::vector<const Comparison*> chosen;
  for (const Comparison& comparison : comparisons) {
    if (comparison.bench.find(filter) == std::string::npos) continue;
    chosen.push_back(&comparison);
    for (const auto& [side, timed] : {std::pair{"measured", &comparison.measured},
                                      std::pair{"reference", &comparison.reference}}) {
      benchmark::RegisterBenchmark(name_of(comparison, side).c_str(), *timed)
          ->Repetitions(5)
          ->MinTime(0.05)
          ->ReportAggregatesOnly();
    }
  }
  std::string program = "bench";
  std::string interleave = "--benchmark_enable_random_interleaving=true";
  char* options[] = {program.data(), interleave.data(), nullptr};
  int count = 2;
  benchmark::Initialize(&count, options);
  Medians medians;
  benchmark::RunSpecifiedBenchmarks(&medians);
  if (!json) {
    std::printf("%-28s %6s %17s %17s %8s\n", "", "n", "measured", "reference", "ratio");
  }
  for (const Comparison* comparison : chosen) {
    print(*comparison, medians.of(name_of(*comparison, "measured")),
          medians.of(name_of(*comparison, "reference")), json);
  }
  return chosen.empty() ? 1 : 0;
}

}  // namespace magpie::bench
