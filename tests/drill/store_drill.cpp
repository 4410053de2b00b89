// SPDX-License-Identifier: GPL-3.0-or-later
// The relay's store under power cuts, failing disks and flipped bits. Each drill prints its figures
// and fails where a promise was broken, naming the seed that shows it again.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "server/store/verify.h"
#include "tests/drill/drill_files.h"
#include "tests/drill/workload.h"
#include "tests/support/temporary_folder.h"

namespace magpie::server::drill {
namespace {

namespace fs = std::filesystem;
using Fault = DrillFiles::Fault;
using Finding = Workload::Finding;

/// Enough for several flushes and compactions.
constexpr int kSteps = 60;

auto open(const fs::path& path, std::shared_ptr<rocksdb::FileSystem> files = nullptr) {
  return RocksdbStore::open(path, RocksdbStore::Mode::kReadWrite, std::move(files));
}

std::string words(Finding finding) {
  switch (finding) {
    case Finding::kNothing:
      return "nothing";
    case Finding::kUnreadable:
      return "something cannot be read";
    case Finding::kLost:
      return "something that was promised is lost";
    case Finding::kWrong:
      return "something is not what was written";
  }
  return {};
}

bool complain(const char* drill, std::uint64_t seed, const std::string& wrong) {
  std::printf("%s: seed %llu: %s\n", drill, static_cast<unsigned long long>(seed), wrong.c_str());
  return false;
}

struct Outcome {
  bool struck = false;
  std::size_t promised = 0;
  std::string wrong{};
};

/// What is wrong with what is left, twice, for what was repaired must stay so.
std::string wrong_with(Workload& workload, const fs::path& path) {
  for (int again = 0; again < 2; ++again) {
    auto store = open(path, std::make_shared<DrillFiles>(true));
    if (!store) return "the store does not open: " + std::string(store.error().site);
    if (const auto whole = verify(**store); !whole) return std::string(whole.error().site);
    const auto finding = workload.look_at(**store);
    if (finding != Finding::kNothing) return words(finding);
    workload.run(**store, 5);
  }
  return {};
}

/// Runs until the fault strikes, or to the end; then with a sound disk, to see what is left.
Outcome fault_once(std::uint64_t seed, Fault fault, std::uint64_t operation, bool honest = true,
                   bool torn = false) {
  const magpie::test::TemporaryFolder folder;
  const auto path = folder.path() / "rooms";
  Workload workload(seed);
  const auto files = std::make_shared<DrillFiles>(honest);
  files->plan(fault, operation);
  if (auto store = open(path, files)) workload.run(**store, kSteps);
  Outcome outcome{files->struck(), workload.promised()};
  magpie::test::SeededRandom random(seed ^ (operation << 20));
  if (fault == Fault::kPowerCut && outcome.struck) files->lose_unsynced(random, torn);
  outcome.wrong = wrong_with(workload, path);
  return outcome;
}

Outcome cut_once(std::uint64_t seed, bool honest, bool torn) {
  magpie::test::SeededRandom random(seed);
  return fault_once(seed, Fault::kPowerCut, 1 + random.below(300), honest, torn);
}

/// With `torn` what was not synced may be garbled where else it is cut off.
bool power(std::uint64_t points, bool torn) {
  std::size_t promised = 0;
  std::uint64_t cuts = 0;
  bool sound = true;
  for (std::uint64_t seed = 1; seed <= points; ++seed) {
    const auto outcome = cut_once(seed, true, torn);
    cuts += outcome.struck ? 1 : 0;
    promised += outcome.promised;
    if (!outcome.wrong.empty()) sound = complain(torn ? "torn" : "power", seed, outcome.wrong);
  }
  // Or the drill would be one that finds nothing.
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    found += cut_once(seed, false, torn).wrong.empty() ? 0 : 1;
  }
  std::printf("%s: %llu cuts, %zu promises, %s; a disk that lies found out %d times in 10\n",
              torn ? "torn" : "power", static_cast<unsigned long long>(cuts), promised,
              sound ? "0 broken" : "BROKEN", found);
  return sound && cuts > points / 2 && found > 0;
}

/// Every operation of a run fails in turn, or every `stride`th of them.
bool errors(std::uint64_t stride) {
  std::size_t promised = 0;
  std::uint64_t failures = 0;
  bool sound = true;
  for (const auto fault : {Fault::kError, Fault::kNoSpace}) {
    bool struck = true;
    for (std::uint64_t operation = 1; struck; operation += stride) {
      const auto outcome = fault_once(1, fault, operation);
      struck = outcome.struck;
      failures += struck ? 1 : 0;
      promised += outcome.promised;
      if (!outcome.wrong.empty()) sound = complain("errors", operation, outcome.wrong);
    }
  }
  std::printf("errors: %llu operations failed, %zu promises, %s\n",
              static_cast<unsigned long long>(failures), promised, sound ? "0 broken" : "BROKEN");
  return sound && failures > 0;
}

bool flip_one(const fs::path& file, magpie::test::SeededRandom& random) {
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
  const auto size = fs::file_size(file);
  if (size == 0) return false;
  const auto at = static_cast<std::streamoff>(random.below(size));
  stream.seekg(at);
  const int byte = stream.get();
  stream.seekp(at);
  stream.put(static_cast<char>(byte ^ (1 << random.below(8))));
  return true;
}

/// A store that was used: part of it in tables, part in the log.
void make_image(Workload& workload, const fs::path& image) {
  const auto store = open(image, std::make_shared<DrillFiles>(true));
  workload.run(**store, 2 * kSteps);
}

bool flips(std::uint64_t count) {
  const magpie::test::TemporaryFolder folder;
  Workload workload(7);
  make_image(workload, folder.path() / "image");
  std::vector<fs::path> names;
  for (const auto& file : fs::directory_iterator(folder.path() / "image")) {
    names.push_back(file.path().filename());
  }
  std::ranges::sort(names);
  std::uint64_t detected = 0;
  std::uint64_t harmless = 0;
  bool sound = true;
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
    magpie::test::SeededRandom random(seed);
    const auto copy = folder.path() / "copy";
    fs::copy(folder.path() / "image", copy);
    const auto name = names[random.below(names.size())];
    const bool flipped = flip_one(copy / name, random);
    auto store = open(copy, std::make_shared<DrillFiles>(true));
    const auto finding = store ? workload.look_at(**store) : Finding::kUnreadable;
    const bool whole = store && verify(**store);
    if (finding == Finding::kWrong || (finding == Finding::kLost && whole)) {
      sound = complain("flips", seed, name.string() + ": " + words(finding));
    } else if (flipped) {
      ++(whole && finding == Finding::kNothing ? harmless : detected);
    }
    if (store) store->reset();
    fs::remove_all(copy);
  }
  std::printf("flips: %llu detected, %llu harmless, %s\n",
              static_cast<unsigned long long>(detected), static_cast<unsigned long long>(harmless),
              sound ? "0 wrong" : "WRONG");
  return sound && detected > 0;
}

int run(int argc, char** argv) {
  const std::string drill = argc > 1 ? argv[1] : "";
  const auto number = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0;
  const auto points = number != 0 ? number : 10'000;
  if (drill == "power" || drill == "torn") return power(points, drill == "torn") ? 0 : 1;
  if (drill == "errors") return errors(number != 0 ? number : 1) ? 0 : 1;
  if (drill == "flips") return flips(number != 0 ? number : 10'000) ? 0 : 1;
  std::fputs("drill_store power [CUTS] | torn [CUTS] | errors [EVERY-NTH] | flips [COUNT]\n",
             stderr);
  return 2;
}

}  // namespace
}  // namespace magpie::server::drill

int main(int argc, char** argv) { return magpie::server::drill::run(argc, argv); }
