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

}  // namespace

void print_head(bool json) {
  if (!json) std::printf("%-32s %7s %17s %17s %8s\n", "", "n", "measured", "reference", "ratio");
}

void print(const Figure& figure, bool json) {
  const double ratio = figure.reference > 0 ? figure.measured / figure.reference : 0;
  const auto* const unit = figure.unit.c_str();
  if (json) {
    std::printf("{\"bench\":\"%s\",\"n\":%ld,\"%s\":%.0f,\"reference_%s\":%.0f,\"ratio\":%.3f}\n",
                figure.bench.c_str(), figure.n, unit, figure.measured, unit, figure.reference,
                ratio);
  } else {
    const bool time = figure.unit == "ns";
    std::printf("%-32s %7ld %14.1f %-2s %14.1f %-2s %8.2f\n", figure.bench.c_str(), figure.n,
                figure.measured / 1000, time ? "us" : "kB", figure.reference / 1000,
                time ? "us" : "kB", ratio);
  }
  std::fflush(stdout);
}

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
  print_head(json);
  for (const Comparison* comparison : chosen) {
    print({comparison->bench, comparison->n, medians.of(name_of(*comparison, "measured")),
           medians.of(name_of(*comparison, "reference"))},
          json);
  }
  return chosen.empty() ? 1 : 0;
}

}  // namespace magpie::bench
