// SPDX-License-Identifier: GPL-3.0-or-later
// Whoever seizes a relay's disk tries to tell which rooms are of one person: from times, from the
// order in which records were written, from the files they lie in. docs/privacy.md.
#include <rocksdb/db.h>
#include <rocksdb/utilities/debug.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>

#include "server/store/rocksdb_options.h"
#include "tests/server/support/relay_fixture.h"

namespace magpie::server::test {
namespace {

constexpr std::size_t kAttorneys = 4;
constexpr std::size_t kStaff = 5;
constexpr std::size_t kRelatives = 31;
constexpr std::size_t kCases = 9;

struct Member {
  std::size_t person;
  crypto::SignKeyPair key;
};
struct SharedRoom {
  RoomId id;
  std::array<Member, 2> members;
  std::set<Hour> busy{};  ///< what who watches the relay all day has seen
};

/// How alike two rooms look to the attacker, by their indices.
using Likeness = std::function<double(std::size_t, std::size_t)>;

using People = std::vector<std::set<std::size_t>>;

/// Every pair of rooms, with its place among all pairs by likeness; equal ones share a place.
class Ranking {
 public:
  Ranking(std::size_t rooms, const Likeness& likeness) {
    for (std::size_t a = 0; a < rooms; ++a) {
      for (std::size_t b = a + 1; b < rooms; ++b) pairs_.push_back({a, b, likeness(a, b), 0});
    }
    std::ranges::sort(pairs_, {}, &Pair::likeness);
    for (std::size_t first = 0, end = 0; first < pairs_.size(); first = end) {
      while (end < pairs_.size() && pairs_[end].likeness == pairs_[first].likeness) ++end;
      for (auto i = first; i < end; ++i) pairs_[i].place = static_cast<double>(first + end + 1) / 2;
    }
  }

  /// How often a pair with a common person looks more alike than a pair without: 0.5 is chance, 1
  /// is certainty (the area under the curve, from the rank sum of Mann and Whitney).
  double success(const People& people) const {
    double sum = 0;
    double same = 0;
    for (const auto& pair : pairs_) {
      const bool common = std::ranges::any_of(
          people[pair.a], [&](auto person) { return people[pair.b].contains(person); });
      if (!common) continue;
      sum += pair.place;
      ++same;
    }
    const auto different = static_cast<double>(pairs_.size()) - same;
    return (sum - same * (same + 1) / 2) / (same * different);
  }

 private:
  struct Pair {
    std::size_t a;
    std::size_t b;
    double likeness;
    double place;
  };
  std::vector<Pair> pairs_;
};

class LinkingTest : public HubTest {
 protected:
  LinkingTest() {
    for (std::size_t i = 0; i < kStaff; ++i) share(i % kAttorneys, kAttorneys + i);
    for (std::size_t i = 0; i < kRelatives; ++i) {
      const auto relative = kAttorneys + kStaff + i;
      share((i % kCases) % kAttorneys, relative);
      share(kAttorneys + (i % kCases) % kStaff, relative);
    }
  }

  void share(std::size_t one, std::size_t other) {
    std::array<Member, 2> members{Member{one, key()}, Member{other, key()}};
    const auto room = make_room(
        {{members[0].key.public_key(), kAllRights}, {members[1].key.public_key(), kRead | kWrite}});
    rooms_.push_back({room, std::move(members)});
  }

  /// Somebody looks at all their rooms, reads what is there, and writes in some.
  void look_in(std::size_t person) {
    const auto session = open();
    for (auto& room : rooms_) {
      for (const auto& member : room.members) {
        if (member.person != person) continue;
        const auto frames = attach(session, room.id, member.key);
        for (const auto& attached : only<Answer>(frames)) {
          const auto* answer = std::get_if<Attached>(&attached.result);
          if (answer != nullptr) ask(session, Acknowledge{room.id, answer->head});
        }
        if (random_.chance(500)) ask(session, entry(room.id, 1));
        room.busy.insert(std::chrono::floor<std::chrono::hours>(now_));
      }
    }
    commit();
    hub_->close(session);
  }

  void day() {
    std::vector<std::pair<std::uint64_t, std::size_t>> looks;
    for (std::size_t person = 0; person < kAttorneys + kStaff + kRelatives; ++person) {
      for (int i = 0; i < 3; ++i) looks.emplace_back(random_.below(24 * 60), person);
    }
    std::ranges::sort(looks);
    const auto midnight = std::chrono::ceil<std::chrono::days>(now_);
    for (const auto& [minute, person] : looks) {
      now_ = midnight + std::chrono::minutes(minute);
      look_in(person);
    }
  }

  struct Verdict {
    double success;
    double luck;  ///< what guessing at random stays below: three times its spread above 0.5
  };

  Verdict attack(const char* by, const Likeness& likeness) {
    People people;
    for (const auto& room : rooms_) {
      people.push_back({room.members[0].person, room.members[1].person});
    }
    const Ranking ranking(rooms_.size(), likeness);
    Verdict verdict{ranking.success(people), 0};
    double variance = 0;
    constexpr int kGuesses = 100;
    for (int i = 0; i < kGuesses; ++i) {
      for (auto left = people.size(); left > 1; --left) {
        std::swap(people[left - 1], people[random_.below(left)]);
      }
      const double off = ranking.success(people) - 0.5;
      variance += off * off / kGuesses;
    }
    verdict.luck = 0.5 + 3 * std::sqrt(variance);
    std::printf("[ LINKED   ] by %s: %.3f, by luck up to %.3f\n", by, verdict.success,
                verdict.luck);
    return verdict;
  }

  /// Every day that the store has of a room.
  std::vector<std::multiset<Day>> stored_days() {
    std::vector<std::multiset<Day>> out;
    for (const auto& room : rooms_) {
      auto& days = out.emplace_back();
      const auto state = store().load_room(room.id);
      days.insert((*state)->meta.last_day);
      const auto headers = store().list_entries(room.id, 0, ~Sequence{0}, 1000);
      const auto ids = store().list_ids(room.id, {}, 1000);
      for (const auto& header : *headers) {
        days.insert(header.day);
      }
      for (const auto& [id, record] : *ids) {
        days.insert(record.day);
      }
      for (const auto kind : {DueKind::kEntries, DueKind::kIds}) {
        const auto all = store().list_due(kind, Day::max(), {}, 100'000);
        for (const auto& due : *all) {
          if (due.room == room.id) days.insert(due.day);
        }
      }
    }
    return out;
  }

  /// The numbers that RocksDB gave to the records of each room when it wrote them.
  std::vector<std::set<std::uint64_t>> write_numbers() {
    std::vector<std::set<std::uint64_t>> out(rooms_.size());
    const auto environment = make_environment(nullptr);
    const auto options = database_options(environment.get());
    std::vector<std::string> names;
    const auto path = holder_.path().string();
    EXPECT_TRUE(rocksdb::DB::ListColumnFamilies(options, path, &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const auto& name : names) families.emplace_back(name, family_options(nullptr));
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* opened = nullptr;
    const auto status = rocksdb::DB::OpenForReadOnly(options, path, families, &handles, &opened);
    EXPECT_TRUE(status.ok()) << status.ToString();
    const std::unique_ptr<rocksdb::DB> database(opened);
    for (auto* handle : handles) {
      std::vector<rocksdb::KeyVersion> versions;
      EXPECT_TRUE(rocksdb::GetAllKeyVersions(opened, handle, "", std::string(64, '\xff'), 1'000'000,
                                             &versions)
                      .ok());
      for (const auto& version : versions) {
        for (std::size_t i = 0; i < rooms_.size(); ++i) {
          if (version.user_key.find(as_text(rooms_[i].id.bytes())) != std::string::npos) {
            out[i].insert(version.sequence);
          }
        }
      }
    }
    for (auto* handle : handles) (void)database->DestroyColumnFamilyHandle(handle);
    return out;
  }

  /// For each file and room, whether the room's id is in the file.
  std::vector<std::set<std::string>> files_of_rooms() const {
    std::vector<std::set<std::string>> out(rooms_.size());
    for (const auto& file : std::filesystem::directory_iterator(holder_.path())) {
      std::ifstream in(file.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(in), {}};
      for (std::size_t i = 0; i < rooms_.size(); ++i) {
        if (bytes.find(as_text(rooms_[i].id.bytes())) != std::string::npos) {
          out[i].insert(file.path().filename().string());
        }
      }
    }
    return out;
  }

  std::vector<SharedRoom> rooms_;
};
INSTANTIATE_TEST_SUITE_P(Files, LinkingTest, ::testing::Values(StoreKind::kRocksdb), name_of);

/// What two sets have in common, of what they have together.
template <class T>
double overlap(const T& a, const T& b) {
  std::vector<typename T::value_type> common;
  std::ranges::set_intersection(a, b, std::back_inserter(common));
  const auto all = a.size() + b.size() - common.size();
  return all == 0 ? 0 : static_cast<double>(common.size()) / static_cast<double>(all);
}

/// The nearer, the more alike.
double nearness(const std::set<std::uint64_t>& a, const std::set<std::uint64_t>& b) {
  double sum = 0;
  for (const auto number : a) {
    double nearest = 1e9;
    for (const auto other : b) {
      nearest =
          std::min(nearest, std::abs(static_cast<double>(number) - static_cast<double>(other)));
    }
    sum += 1 / (1 + nearest);
  }
  return a.empty() ? 0 : sum / static_cast<double>(a.size());
}

TEST_P(LinkingTest, rooms_of_one_person_cannot_be_told_from_what_is_stored) {
  ASSERT_NO_FATAL_FAILURE(day());
  // Who watches all day can tell, so the attack is one.
  const auto watched =
      attack("watching", [&](auto a, auto b) { return overlap(rooms_[a].busy, rooms_[b].busy); });
  EXPECT_GT(watched.success, watched.luck);
  const auto fresh = write_numbers();
  const auto unpurged = attack("order, before clearing",
                               [&](auto a, auto b) { return nearness(fresh[a], fresh[b]); });
  EXPECT_GT(unpurged.success, unpurged.luck);

  ASSERT_TRUE(store().purge());
  const auto days = stored_days();
  const auto by_day = attack("day", [&](auto a, auto b) { return overlap(days[a], days[b]); });
  EXPECT_LE(by_day.success, by_day.luck);
  const auto numbers = write_numbers();
  const auto by_order =
      attack("order", [&](auto a, auto b) { return nearness(numbers[a], numbers[b]); });
  EXPECT_LE(by_order.success, by_order.luck);
  const auto files = files_of_rooms();
  const auto by_file = attack("file", [&](auto a, auto b) { return overlap(files[a], files[b]); });
  EXPECT_LE(by_file.success, by_file.luck);
}

}  // namespace
}  // namespace magpie::server::test
