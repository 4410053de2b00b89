// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/committer.h"

namespace magpie::server {

Committer::Committer(Store& store) : store_(store), thread_([this] { run(); }) {}

Committer::~Committer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Committer::submit(WriteBatch batch, Done done) {
  {
    std::lock_guard lock(mutex_);
    batches_.push_back(std::move(batch));
    done_.push_back(std::move(done));
  }
  wake_.notify_one();
}

bool Committer::failed() const {
  std::lock_guard lock(mutex_);
  return failed_;
}

void Committer::run() {
  std::vector<WriteBatch> batches;
  std::vector<Done> done;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !batches_.empty(); });
      if (batches_.empty()) return;
      batches.swap(batches_);
      done.swap(done_);
    }
    const auto result = write(batches);
    for (const auto& tell : done) tell(result);
    batches.clear();
    done.clear();
  }
}

Result<Conflicts> Committer::write(const std::vector<WriteBatch>& batches) {
  if (failed()) return fail(Errc::kStorage, "committer: stopped");
  auto result = store_.commit(batches);
  if (!result) {
    std::lock_guard lock(mutex_);
    failed_ = true;
  }
  return result;
}

}  // namespace magpie::server
