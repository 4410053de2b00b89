// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/client/vault/workload.h"

#include "crypto/base/check.h"

namespace magpie::client::test {
namespace {

RoomId room_of(std::uint64_t seed, std::uint64_t number) {
  return SampleRecords(seed * 1000 + number % 3).id<RoomId>();
}

}  // namespace

Changes Workload::act(std::size_t number) const {
  SampleRecords sample(seed_ * 1'000'000 + number);
  if (number == 1) return changes(sample.profile(), sample.person());
  const RoomId room = room_of(seed_, number);
  RoomRecord record = sample.room();
  record.room = room;
  Changes made = changes(std::move(record), sample.group(room), sample.outbox(room),
                         LogPointRecord{.room = room, .sequence = number, .hash = {}});
  // A message now waits, and another is in the log; some are long, and fill pages of their own.
  const MessageRecord message = sample.message(room, sample.below(2) == 0 ? 0 : number);
  made.emplace_back(message);
  if (number % 5 == 0) {
    MessageRecord long_one = sample.message(room, number);
    long_one.text = sample.text(9000);
    made.emplace_back(std::move(long_one));
  }
  if (number % 4 == 0) made.emplace_back(sample.introduction());
  if (number % 7 == 0) made.emplace_back(DropRoom{room_of(seed_, number + 1)});
  if (number % 3 == 0) made.emplace_back(Delivered{room, message.id});
  return made;
}

const std::string& Workload::text(std::size_t acts) {
  while (texts_.size() <= acts) {
    MAGPIE_CHECK(oracle_.apply(act(texts_.size())).has_value());
    texts_.push_back(text_of(oracle_));
  }
  return texts_[acts];
}

std::optional<std::size_t> Workload::find(const std::string& text, std::size_t least,
                                          std::size_t most) {
  for (std::size_t acts = least; acts <= most; ++acts) {
    if (this->text(acts) == text) return acts;
  }
  return std::nullopt;
}

}  // namespace magpie::client::test
