// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crypto/mls/memory_search.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <bitset>
#include <charconv>
#include <string_view>

#include "crypto/base/check.h"

namespace magpie::test {
namespace {

constexpr std::size_t kChunk = 1 << 20;

// Static, so that neither the heap nor the stack is disturbed.
char maps[1 << 16];
std::uint8_t window[kChunk];
std::bitset<1 << 16> heads;

struct Region {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  bool searched = false;
  std::string_view line;
};

/// One line of /proc/self/maps: `begin-end rwxp offset device inode name`.
Region parse(std::string_view line) {
  Region region;
  region.line = line;
  const char* const last = line.data() + line.size();
  const auto [dash, first_error] = std::from_chars(line.data(), last, region.begin, 16);
  const auto [space, second_error] = std::from_chars(dash + 1, last, region.end, 16);
  MAGPIE_CHECK(first_error == std::errc() && second_error == std::errc());
  region.searched = space[1] == 'r' && space[2] == 'w';
  return region;
}

std::string_view read_maps() {
  const int file = ::open("/proc/self/maps", O_RDONLY);
  MAGPIE_CHECK(file >= 0);
  std::size_t size = 0;
  for (ssize_t got = 1; got > 0; size += static_cast<std::size_t>(got)) {
    got = ::read(file, maps + size, sizeof maps - size);
    MAGPIE_CHECK(got >= 0);
  }
  ::close(file);
  MAGPIE_CHECK(size < sizeof maps);
  return {maps, size};
}

/// What the search itself reads into.
bool is_window(std::uintptr_t address) {
  const auto begin = reinterpret_cast<std::uintptr_t>(window);
  return address + Needle::kSize > begin && address < begin + sizeof window;
}

void search_window(std::uintptr_t address, std::size_t size, const Region& region,
                   const std::vector<Needle>& needles, std::vector<std::string>& found) {
  for (std::size_t i = 0; i + Needle::kSize <= size; ++i) {
    if (!heads[static_cast<std::size_t>(window[i] << 8 | window[i + 1])]) continue;
    if (is_window(address + i)) continue;
    for (const Needle& needle : needles) {
      if (needle.is_at(window + i)) {
        found.push_back(needle.name() + " at " + std::to_string(address + i - region.begin) +
                        " in " + std::string(region.line));
      }
    }
  }
}

}  // namespace

Needle::Needle(std::string name, Bytes secret) : name_(std::move(name)) {
  MAGPIE_CHECK(secret.size() >= kFrom + kSize);
  randombytes_buf(mask_.data(), mask_.size());
  for (std::size_t i = 0; i < kSize; ++i) {
    masked_[i] = static_cast<std::uint8_t>(secret[kFrom + i] ^ mask_[i]);
  }
}

bool Needle::is_at(const std::uint8_t* bytes) const {
  for (std::size_t i = 0; i < kSize; ++i) {
    if ((bytes[i] ^ mask_[i]) != masked_[i]) return false;
  }
  return true;
}

std::uint16_t Needle::head() const {
  return static_cast<std::uint16_t>((masked_[0] ^ mask_[0]) << 8 | (masked_[1] ^ mask_[1]));
}

std::vector<std::string> find_in_memory(const std::vector<Needle>& needles) {
  std::vector<std::string> found;
  const int memory = ::open("/proc/self/mem", O_RDONLY);
  MAGPIE_CHECK(memory >= 0);
  heads.reset();
  for (const Needle& needle : needles) heads.set(needle.head());
  for (std::string_view rest = read_maps(); !rest.empty();) {
    const std::size_t end = rest.find('\n');
    const Region region = parse(rest.substr(0, end));
    rest.remove_prefix(end + 1);
    if (!region.searched) continue;
    // Windows overlap, so that nothing is missed where one ends.
    for (std::uintptr_t at = region.begin; at < region.end; at += kChunk - Needle::kSize) {
      const std::size_t size = std::min<std::size_t>(kChunk, region.end - at);
      const ssize_t got = ::pread(memory, window, size, static_cast<off_t>(at));
      MAGPIE_CHECK(got == static_cast<ssize_t>(size));
      search_window(at, size, region, needles, found);
    }
  }
  sodium_memzero(window, sizeof window);
  ::close(memory);
  return found;
}

}  // namespace magpie::test
