// SPDX-License-Identifier: GPL-3.0-or-later
// The vault under crashes, power cuts, failing disks and flipped bits: what apply() promised is
// there afterwards, each act is there whole or not at all, and nothing is ever read as it was not
// written.
#include <gtest/gtest.h>

#include "client/core/vault/vault.h"
#include "tests/client/vault/simulated_disk.h"
#include "tests/client/vault/workload.h"

namespace magpie::client {
namespace {

using magpie::test::SeededRandom;
using test::Image;
using test::SimulatedDisk;
using test::text_of;
using test::Workload;

const std::string kProfile = "/folder/profile";
constexpr auto kWhole = std::size_t{0};

Secret passphrase() { return Secret::copy_of(as_bytes("correct horse battery")); }

Result<std::unique_ptr<Vault>> create(SimulatedDisk& disk) {
  return Vault::create(kProfile, passphrase(), test::kCheap, disk);
}
Result<std::unique_ptr<Vault>> open(SimulatedDisk& disk) {
  return Vault::open(kProfile, passphrase(), disk);
}

/// After which operation how many acts had been promised.
struct Promise {
  std::size_t operations;
  std::size_t acts;
};

/// A vault's first day: made, used, closed, used again; with what was promised when.
class Day {
 public:
  static constexpr std::size_t kActs = 9;

  explicit Day(Workload& workload) : workload_(workload) {
    auto vault = create(disk_).value();
    promise(0);
    apply(*vault, 1, 4);
    EXPECT_TRUE(vault->checkpoint().has_value());
    apply(*vault, 5, 6);
    vault.reset();
    vault = open(disk_).value();
    apply(*vault, 7, kActs);
    EXPECT_EQ(text_of(*vault), workload_.text(kActs));
  }

  const SimulatedDisk& disk() const { return disk_; }
  std::size_t operations() const { return disk_.operations().size(); }
  /// Empty: not even a vault.
  std::optional<std::size_t> promised_at(std::size_t operations) const {
    std::optional<std::size_t> acts;
    for (const Promise& promise : promises_) {
      if (promise.operations <= operations) acts = promise.acts;
    }
    return acts;
  }

 private:
  void promise(std::size_t acts) { promises_.push_back({disk_.operations().size(), acts}); }
  void apply(Vault& vault, std::size_t first, std::size_t last) {
    for (std::size_t act = first; act <= last; ++act) {
      ASSERT_TRUE(vault.apply(workload_.act(act)).has_value());
      promise(act);
    }
  }

  Workload& workload_;
  SimulatedDisk disk_;
  std::vector<Promise> promises_;
};

/// Opens what is left, and looks whether it is what was promised, or one act more.
void expect_promised(Workload& workload, const Image& left, std::optional<std::size_t> promised) {
  SimulatedDisk disk(left);
  if (!Vault::exists(kProfile, disk)) {
    EXPECT_FALSE(promised.has_value()) << "the vault is gone";
    EXPECT_TRUE(create(disk).has_value());
    return;
  }
  const auto vault = open(disk);
  ASSERT_TRUE(vault.has_value()) << name(vault.error().code) << ": " << vault.error().site;
  const std::size_t least = promised.value_or(0);
  EXPECT_TRUE(workload.find(text_of(**vault), least, least + 1).has_value())
      << "promised: " << least;
}

TEST(VaultDrill, a_crash_at_every_write_leaves_what_was_promised) {
  Workload workload(1);
  SeededRandom random(10);
  const Day day(workload);
  for (std::size_t at = 0; at <= day.operations() && !HasFailure(); ++at) {
    SCOPED_TRACE("operation " + std::to_string(at));
    for (const std::size_t torn : {kWhole, std::size_t{1} + random.below(4119)}) {
      SCOPED_TRACE("torn after " + std::to_string(torn));
      expect_promised(workload, day.disk().after_crash(at, torn), day.promised_at(at));
    }
  }
}

TEST(VaultDrill, a_power_cut_at_every_write_leaves_what_was_promised) {
  Workload workload(2);
  const Day day(workload);
  for (std::size_t at = 0; at <= day.operations() && !HasFailure(); ++at) {
    for (std::uint64_t round = 0; round < 2; ++round) {
      const std::uint64_t seed = at * 10 + round;
      SCOPED_TRACE("operation " + std::to_string(at) + ", seed " + std::to_string(seed));
      SeededRandom random(seed);
      expect_promised(workload, day.disk().after_power_cut(at, random), day.promised_at(at));
    }
  }
}

TEST(VaultDrill, a_vault_lives_through_one_cut_after_another) {
  Workload workload(3);
  constexpr std::uint64_t kSeed = 30;
  SeededRandom random(kSeed);
  Image image;
  {
    SimulatedDisk disk;
    ASSERT_TRUE(create(disk).has_value());
    image = disk.image();
  }
  std::size_t acts = 0;
  for (int round = 0; round < 150 && !HasFailure(); ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    SimulatedDisk disk(image);
    std::vector<Promise> promises = {{0, acts}};
    {
      auto vault = open(disk);
      ASSERT_TRUE(vault.has_value()) << name(vault.error().code) << ": " << vault.error().site;
      const std::string found = text_of(**vault);
      const auto known = workload.find(found, acts, acts + 1);
      ASSERT_TRUE(known.has_value()) << "promised: " << acts;
      acts = *known;
      promises = {{0, acts}};
      for (std::uint64_t more = random.below(5); more > 0; --more) {
        ASSERT_TRUE((*vault)->apply(workload.act(++acts)).has_value());
        promises.push_back({disk.operations().size(), acts});
        const bool moved = !random.chance(200) || (*vault)->checkpoint().has_value();
        ASSERT_TRUE(moved);
      }
    }
    const std::size_t cut = random.below(disk.operations().size() + 1);
    acts = 0;
    for (const Promise& promise : promises) {
      if (promise.operations <= cut) acts = promise.acts;
    }
    image = random.chance(500) ? disk.after_crash(cut, random.below(4200))
                               : disk.after_power_cut(cut, random);
  }
}

/// Seven acts, a checkpoint among them, by a vault whose disk may fail; how many were promised.
std::size_t work_on(SimulatedDisk& disk, Workload& workload, std::size_t acts) {
  auto vault = open(disk);
  if (!vault) return acts;
  std::size_t promised = acts;
  for (std::size_t act = acts + 1; act <= acts + 7; ++act) {
    if (!(*vault)->apply(workload.act(act))) {
      EXPECT_FALSE((*vault)->apply(workload.act(act)).has_value()) << "it goes on after an error";
      EXPECT_FALSE((*vault)->rooms().has_value());
      break;
    }
    promised = act;
    if (act == acts + 4) (void)(*vault)->checkpoint();
  }
  return promised;
}

TEST(VaultDrill, a_failure_at_every_write_and_sync_breaks_no_promise) {
  Workload workload(4);
  constexpr std::size_t kBefore = 3;
  Image start;
  {
    SimulatedDisk disk;
    auto vault = create(disk).value();
    for (std::size_t act = 1; act <= kBefore; ++act) {
      ASSERT_TRUE(vault->apply(workload.act(act)).has_value());
    }
    start = disk.image();
  }
  SimulatedDisk sound(start);
  ASSERT_EQ(work_on(sound, workload, kBefore), kBefore + 7);
  for (const Errc code : {Errc::kStorage, Errc::kDiskFull}) {
    for (std::size_t at = 0; at < sound.operations().size() && !HasFailure(); ++at) {
      SCOPED_TRACE(std::string(name(code)) + " at operation " + std::to_string(at));
      SimulatedDisk disk(start);
      disk.fail_at(at, code);
      const std::size_t promised = work_on(disk, workload, kBefore);
      {
        SCOPED_TRACE("opened again");
        expect_promised(workload, disk.image(), promised);
      }
      SCOPED_TRACE("after a power cut");
      SeededRandom random(at);
      expect_promised(workload, disk.after_power_cut(disk.operations().size(), random), promised);
    }
  }
}

TEST(VaultDrill, a_failure_while_a_vault_is_made_leaves_none_or_a_whole_one) {
  Workload workload(5);
  SimulatedDisk sound;
  ASSERT_TRUE(create(sound).has_value());
  for (const Errc code : {Errc::kStorage, Errc::kDiskFull}) {
    for (std::size_t at = 0; at < sound.operations().size() && !HasFailure(); ++at) {
      SCOPED_TRACE(std::string(name(code)) + " at operation " + std::to_string(at));
      SimulatedDisk disk;
      disk.fail_at(at, code);
      const auto made = create(disk);
      expect_promised(workload, disk.image(), made ? std::optional<std::size_t>(0) : std::nullopt);
    }
  }
}

TEST(VaultDrill, a_read_that_fails_is_an_error_and_changes_nothing) {
  Workload workload(6);
  const Day day(workload);
  // With the log still full of the last acts, as a crash leaves it.
  std::size_t at = day.operations();
  while (day.promised_at(at - 1) == std::optional<std::size_t>(Day::kActs)) --at;
  const Image start = day.disk().after_crash(at);
  SimulatedDisk sound(start);
  {
    auto vault = open(sound).value();
    ASSERT_EQ(text_of(*vault), workload.text(Day::kActs));
  }
  for (std::size_t read = 0; read < sound.reads() && !HasFailure(); ++read) {
    SCOPED_TRACE("read " + std::to_string(read));
    SimulatedDisk disk(start);
    disk.fail_read_at(read);
    if (auto vault = open(disk)) {
      const std::string text = text_of(**vault);
      EXPECT_TRUE(text == workload.text(Day::kActs) || text == "kStorage");
    }
    expect_promised(workload, disk.image(), Day::kActs);
  }
}

/// The image with what a test did to it: opened, it says so or reads as it was written.
void expect_detected_or_harmless(Workload& workload, const Image& changed, std::size_t acts,
                                 std::size_t& detected) {
  SimulatedDisk disk(changed);
  const auto vault = open(disk);
  const std::string text = vault ? text_of(**vault) : std::string(name(vault.error().code));
  if (text == "kDamaged") {
    ++detected;
  } else {
    EXPECT_EQ(text, workload.text(acts));
  }
}

/// A vault's image as a crash after the last of its acts leaves it, and one closed in peace.
std::vector<Image> images_of(Workload& workload) {
  const Day day(workload);
  std::size_t at = day.operations();
  while (day.promised_at(at - 1) == std::optional<std::size_t>(Day::kActs)) --at;
  return {day.disk().after_crash(at), day.disk().image()};
}

TEST(VaultDrill, a_flipped_bit_is_detected_or_harmless) {
  Workload workload(7);
  constexpr std::uint64_t kSeed = 70;
  SeededRandom random(kSeed);
  for (const Image& image : images_of(workload)) {
    std::size_t detected = 0;
    for (int round = 0; round < 1200 && !HasFailure(); ++round) {
      SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
      Image changed = image;
      std::vector<std::string> files;
      for (const auto& [path, content] : image.names) {
        if (content != Image::kFolder && !image.contents.at(content).empty()) files.push_back(path);
      }
      const std::string& path = files[random.below(files.size())];
      Buffer& bytes = changed.at(path);
      // The first sector of each file, where a bit says most, is hit as often as the rest.
      const std::uint64_t place = random.below(random.chance(500) ? 512 : bytes.size());
      bytes[place] = static_cast<std::uint8_t>(bytes[place] ^ (1U << random.below(8)));
      SCOPED_TRACE(path + " byte " + std::to_string(place));
      expect_detected_or_harmless(workload, changed, Day::kActs, detected);
    }
    EXPECT_GT(detected, 200U) << "flips are not where they matter";
  }
}

TEST(VaultDrill, a_file_cut_short_is_detected_or_harmless) {
  Workload workload(8);
  SeededRandom random(80);
  for (const Image& image : images_of(workload)) {
    std::size_t detected = 0;
    for (const auto& [path, content] : image.names) {
      if (content == Image::kFolder) continue;
      const std::size_t size = image.contents.at(content).size();
      for (int round = 0; round < 40 && size > 0 && !HasFailure(); ++round) {
        Image changed = image;
        // Below its prologue a log is taken for one that was just begun; docs/vault.md says so.
        const std::size_t least = path.ends_with("-wal") ? 1025 : 0;
        const std::size_t cut = least + random.below(size - least);
        changed.at(path).resize(cut);
        SCOPED_TRACE(path + " cut to " + std::to_string(cut));
        expect_detected_or_harmless(workload, changed, Day::kActs, detected);
      }
    }
    EXPECT_GT(detected, 0U);
  }
}

TEST(VaultDrill, pages_and_frames_that_change_places_are_detected) {
  Workload workload(9);
  const std::vector<Image> images = images_of(workload);
  const auto swap = [&](Image image, const std::string& file, std::size_t before, std::size_t unit,
                        std::size_t first, std::size_t second) {
    Buffer& bytes = image.at(kProfile + "/vault/" + file);
    const auto at = [&](std::size_t number) {
      return bytes.begin() + static_cast<std::ptrdiff_t>(before + number * unit);
    };
    std::swap_ranges(at(first), at(first + 1), at(second));
    std::size_t detected = 0;
    expect_detected_or_harmless(workload, image, Day::kActs, detected);
    return detected;
  };
  EXPECT_EQ(swap(images[0], "db-wal", 1024, 4120, 0, 1), 1U);
  EXPECT_EQ(swap(images[0], "db-wal", 1024, 4120, 3, 5), 1U);
  EXPECT_EQ(swap(images[1], "db", 0, 4096, 0, 1), 1U);
}

}  // namespace
}  // namespace magpie::client
