// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/base/secret.h"

#include <sodium.h>

#include <array>
#include <bit>
#include <mutex>
#include <utility>
#include <vector>

#include "crypto/base/check.h"

namespace magpie {
namespace {

constexpr std::size_t kSlabBytes = 64 * 1024;
constexpr std::size_t kSmallestCell = 32;
constexpr std::size_t kLargestCell = 4096;
/// Of cells too large for a slab, how much is kept for the next such secret: locking a region and
/// unlocking it cost more than what is done with a message in it.
constexpr std::size_t kKeptMax = 1024 * 1024;

/// Hands out cells of powers of two from slabs that sodium_malloc locked and fenced; a larger cell
/// is a region of its own. Slabs are kept for the life of the process; a freed cell is zero before
/// it is handed out again.
class SecretPool {
 public:
  static SecretPool& instance() {
    // Never destroyed: secrets of static objects may outlive any order of destruction.
    static auto* pool = new SecretPool;
    return *pool;
  }

  std::uint8_t* take(std::size_t size) {
    const std::size_t cell = cell_size(size);
    std::lock_guard lock(mutex_);
    in_use_ += cell;
    auto& free_cells = free_[class_of(cell)];
    if (free_cells.empty()) {
      if (cell > kLargestCell) return region(cell);
      split_slab(cell, free_cells);
    } else if (cell > kLargestCell) {
      kept_ -= cell;
    }
    std::uint8_t* data = free_cells.back();
    free_cells.pop_back();
    return data;
  }

  void give_back(std::uint8_t* data, std::size_t size) {
    const std::size_t cell = cell_size(size);
    sodium_memzero(data, size);
    std::lock_guard lock(mutex_);
    in_use_ -= cell;
    if (cell > kLargestCell) {
      if (kept_ + cell > kKeptMax) return sodium_free(data);
      kept_ += cell;
    }
    free_[class_of(cell)].push_back(data);
  }

  std::size_t in_use() {
    std::lock_guard lock(mutex_);
    return in_use_;
  }

 private:
  SecretPool() { MAGPIE_CHECK(sodium_init() >= 0); }

  static std::size_t cell_size(std::size_t size) {
    return std::bit_ceil(size < kSmallestCell ? kSmallestCell : size);
  }
  static std::size_t class_of(std::size_t cell) {
    return static_cast<std::size_t>(std::countr_zero(cell));
  }

  static std::uint8_t* region(std::size_t size) {
    auto* data = static_cast<std::uint8_t*>(sodium_malloc(size));
    MAGPIE_CHECK(data != nullptr);
    sodium_memzero(data, size);
    return data;
  }

  static void split_slab(std::size_t cell, std::vector<std::uint8_t*>& free_cells) {
    std::uint8_t* slab = region(kSlabBytes);
    free_cells.reserve(free_cells.size() + kSlabBytes / cell);
    for (std::size_t at = 0; at + cell <= kSlabBytes; at += cell) free_cells.push_back(slab + at);
  }

  std::mutex mutex_;
  std::array<std::vector<std::uint8_t*>, 64> free_;  // by log2 of the cell
  std::size_t in_use_ = 0;
  std::size_t kept_ = 0;  // free, in cells too large for a slab
};

}  // namespace

Secret::Secret(std::size_t size) : size_(size) {
  if (size > 0) data_ = SecretPool::instance().take(size);
}

Secret Secret::copy_of(Bytes bytes) {
  Secret secret(bytes.size());
  std::copy(bytes.begin(), bytes.end(), secret.data_);
  return secret;
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    release();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

Secret::~Secret() { release(); }

void Secret::release() noexcept {
  if (data_ != nullptr) SecretPool::instance().give_back(data_, size_);
  data_ = nullptr;
  size_ = 0;
}

bool equal_secret(Bytes a, Bytes b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(MutableBytes bytes) { sodium_memzero(bytes.data(), bytes.size()); }

std::size_t secret_bytes_in_use() { return SecretPool::instance().in_use(); }

}  // namespace magpie
