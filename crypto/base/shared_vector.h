// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace magpie {

/// A vector in chunks. A copy shares the chunks that `share` has given away, and makes its own of
/// one when it first changes something in it; so a copy of a large vector costs little, and so
/// does each change of it. Copies behave as values in every other way.
/// An object is not thread-safe; copies may be used by different threads, because a chunk that is
/// shared is never written again.
template <class T>
class SharedVector {
 public:
  static constexpr std::size_t kChunkSize = 16;

  SharedVector() = default;
  /// `size` default values.
  explicit SharedVector(std::size_t size) { resize(size); }
  SharedVector(const SharedVector& other) : size_(other.size_), chunks_(other.chunks_) {
    for (Ref& ref : chunks_) {
      if (ref.own) ref.chunk = std::make_shared<Chunk>(*ref.chunk);
    }
  }
  SharedVector& operator=(const SharedVector& other) { return *this = SharedVector(other); }
  SharedVector(SharedVector&&) noexcept = default;
  SharedVector& operator=(SharedVector&&) noexcept = default;
  ~SharedVector() = default;

  std::size_t size() const { return size_; }
  const T& operator[](std::size_t index) const {
    return (*chunks_[index / kChunkSize].chunk)[index % kChunkSize];
  }
  /// To change an element. References into its chunk are void afterwards.
  T& edit(std::size_t index) { return own(index / kChunkSize)[index % kChunkSize]; }

  /// New elements are default values; those that are cut off do not come back.
  void resize(std::size_t size) {
    for (std::size_t i = size; i < size_ && i % kChunkSize != 0; ++i) edit(i) = T();
    chunks_.resize((size + kChunkSize - 1) / kChunkSize);
    for (Ref& ref : chunks_) {
      if (ref.chunk == nullptr) ref = {std::make_shared<Chunk>(), true};
    }
    size_ = size;
  }

  /// From now on copies share everything that is here now.
  void share() {
    for (Ref& ref : chunks_) ref.own = false;
  }
  /// Whether the chunk of an element is one and the same in both, which implies that it is equal.
  bool shares(std::size_t index, const SharedVector& other) const {
    return index < other.size_ &&
           chunks_[index / kChunkSize].chunk == other.chunks_[index / kChunkSize].chunk;
  }

 private:
  using Chunk = std::array<T, kChunkSize>;
  struct Ref {
    std::shared_ptr<Chunk> chunk;
    bool own = false;  // no other object has this chunk
  };

  Chunk& own(std::size_t at) {
    Ref& ref = chunks_[at];
    if (!ref.own) ref = {std::make_shared<Chunk>(*ref.chunk), true};
    return *ref.chunk;
  }

  std::size_t size_ = 0;
  std::vector<Ref> chunks_;
};

}  // namespace magpie
