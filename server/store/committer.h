// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "server/store/store.h"

namespace magpie::server {

/// The one thread that writes (group commit): what is submitted while a write is under way goes
/// together into the next one, with one sync for all of it. Stops at the first error: from then
/// on nothing is written and everything submitted fails, for what reached the disk is unknown.
/// Thread-safe.
class Committer {
 public:
  /// Called once, on the committer's thread; must not wait.
  using Done = std::function<void(const Result<Conflicts>&)>;

  /// `store` must outlive the committer.
  explicit Committer(Store& store);
  /// Writes what was submitted, then ends.
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  /// Batches are written in the order in which they were submitted. Errors given to `done`: the
  /// store's, then kStorage.
  void submit(WriteBatch batch, Done done);
  /// Whether a write failed.
  bool failed() const;

 private:
  void run();
  Result<Conflicts> write(const std::vector<WriteBatch>& batches);

  Store& store_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<WriteBatch> batches_;
  std::vector<Done> done_;
  bool failed_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace magpie::server
