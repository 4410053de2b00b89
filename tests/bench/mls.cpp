// SPDX-License-Identifier: GPL-3.0-or-later
// Groups, against the bare signatures, KEM operations and hashes that RFC 9420 cannot do without.
#include <sodium.h>

#include <array>
#include <functional>
#include <memory>
#include <optional>

#include "tests/bench/bench_crypto.h"
#include "tests/bench/mls_bare.h"
#include "tests/bench/mls_group.h"

namespace magpie::bench {
namespace {

using namespace mls;

constexpr std::size_t kMessageSize = 1024;
constexpr std::array<std::size_t, 5> kGroupSizes = {2, 8, 32, 128, 512};

/// Made when it is first asked for, so that a run of few benchmarks makes few groups.
class Fixture {
 public:
  Fixture(std::uint16_t suite, std::size_t n, TreeShape shape)
      : suite_(*find_suite(suite)), size_(n), shape_(shape) {}
  GroupFixture& operator*() {
    if (group_ == nullptr) group_ = std::make_unique<GroupFixture>(suite_, size_, shape_);
    return *group_;
  }

 private:
  const Suite& suite_;
  std::size_t size_;
  TreeShape shape_;
  std::unique_ptr<GroupFixture> group_;
};

/// A group and what it is held against.
struct Sides {
  Sides(std::uint16_t suite, std::size_t n, TreeShape shape)
      : bare(std::make_shared<Bare>(*find_suite(suite))),
        group(std::make_shared<Fixture>(suite, n, shape)) {}
  std::shared_ptr<Bare> bare;
  std::shared_ptr<Fixture> group;
};

/// `act` on a group that is made before the clock runs.
template <class Act>
Timed timed(const std::shared_ptr<Fixture>& fixture, Act act) {
  return [fixture, act](benchmark::State& state) {
    GroupFixture& group = **fixture;
    for (auto step : state) {
      (void)step;
      act(group);
    }
  };
}

/// A message of the first member read by the last, always in the same state.
Timed timed_reading(const std::shared_ptr<Fixture>& fixture, Buffer GroupFixture::*message) {
  return [fixture, message](benchmark::State& state) {
    const GroupFixture& group = **fixture;
    for (auto step : state) {
      (void)step;
      state.PauseTiming();
      Group reader = group.last->clone();
      state.ResumeTiming();
      benchmark::DoNotOptimize(sure(reader.handle(group.*message, kNow)));
    }
  };
}

Timed join(const Sides& sides) {
  return timed(sides.group, [](GroupFixture& group) { benchmark::DoNotOptimize(group.join()); });
}
Timed commit(const Sides& sides) {
  return timed(sides.group, [](GroupFixture& group) { benchmark::DoNotOptimize(group.commit()); });
}
Timed handle_commit(const Sides& sides) {
  return timed_reading(sides.group, &GroupFixture::sent_commit);
}

using Operation = void (Bare::*)(const GroupFixture&);
Timed bare(const Sides& sides, Operation operation) {
  return timed(sides.group, [bare = sides.bare, operation](GroupFixture& group) {
    std::invoke(operation, *bare, group);
  });
}

void add_messages(std::vector<Comparison>& out, const Sides& sides) {
  const auto size = static_cast<long>(kMessageSize);
  out.push_back({"mls_protect", size,
                 timed(sides.group, [](GroupFixture& g) { benchmark::DoNotOptimize(g.protect()); }),
                 each([bare = sides.bare] { bare->protect(kMessageSize); })});
  out.push_back({"mls_unprotect", size, timed_reading(sides.group, &GroupFixture::sent_message),
                 each([bare = sides.bare] { bare->unprotect(kMessageSize); })});
}

/// A new epoch on every side, against the bare operations; the hybrid suite against suite 3, and
/// the bare operations of the one against those of the other, below which it cannot get.
void add_epochs(std::vector<Comparison>& out, const std::string& name, std::size_t size,
                TreeShape shape) {
  const Sides plain(kSuiteX25519, size, shape);
  const Sides hybrid(kSuiteXWing, size, shape);
  const auto n = static_cast<long>(size);
  struct Row {
    const char* name;
    Timed (*whole)(const Sides&);
    Operation bare;
  };
  for (const Row& row : {Row{"join", join, &Bare::join}, Row{"commit", commit, &Bare::commit},
                         Row{"handle_commit", handle_commit, &Bare::handle_commit}}) {
    const std::string what = name + row.name;
    out.push_back({"mls_" + what, n, row.whole(plain), bare(plain, row.bare)});
    out.push_back({"mls_hybrid_" + what, n, row.whole(hybrid), row.whole(plain)});
    out.push_back({"mls_hybrid_bare_" + what, n, bare(hybrid, row.bare), bare(plain, row.bare)});
  }
}

// What one commit writes of a group's state, against writing all of it.
void add_state_of_commit(std::vector<Comparison>& out, std::size_t size) {
  struct Scene {
    explicit Scene(std::size_t n) : group(kSuiteXWing, n, TreeShape::kSettled) {}
    Fixture group;
    std::optional<Group> next;
    const Group& after() {
      if (!next) next = std::move(*(*group).commit().next);
      return *next;
    }
  };
  const auto scene = std::make_shared<Scene>(size);
  const auto writing = [scene](bool whole) -> Timed {
    return [scene, whole](benchmark::State& state) {
      const Group& after = scene->after();
      const auto before = (*scene->group).first->tree();
      for (auto step : state) {
        (void)step;
        benchmark::DoNotOptimize(after.serialize(whole ? nullptr : before.get()));
      }
    };
  };
  out.push_back({"mls_state_of_a_commit", static_cast<long>(size), writing(false), writing(true)});
}

// What one message writes of a large group's state, against writing all of it.
void add_state(std::vector<Comparison>& out) {
  const auto group = std::make_shared<Fixture>(kSuiteXWing, kGroupSizes.back(), TreeShape::kFresh);
  out.push_back(
      {"mls_state_of_a_message", static_cast<long>(kGroupSizes.back()),
       timed(group,
             [](GroupFixture& g) { benchmark::DoNotOptimize(g.last->serialize_ratchets()); }),
       timed(group, [](GroupFixture& g) { benchmark::DoNotOptimize(g.last->serialize()); })});
}

}  // namespace

void add_mls(std::vector<Comparison>& comparisons) {
  add_messages(comparisons, Sides(kSuiteX25519, 2, TreeShape::kFresh));
  for (const std::size_t n : kGroupSizes) add_epochs(comparisons, "", n, TreeShape::kFresh);
  for (const std::size_t n : kGroupSizes) {
    add_epochs(comparisons, "settled_", n, TreeShape::kSettled);
  }
  for (const std::size_t n : kGroupSizes) {
    if (n > 2) add_state_of_commit(comparisons, n);
  }
  add_state(comparisons);
}

}  // namespace magpie::bench
