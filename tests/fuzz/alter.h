// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fuzzer/FuzzedDataProvider.h>

#include "crypto/base/bytes.h"

namespace magpie::fuzz {

/// The fuzzer's input as a sequence of decisions: at each place that could be changed it says
/// whether, and how. Once the input has ended, nothing more is changed.
class Alterations {
 public:
  Alterations(const std::uint8_t* data, std::size_t size) : choices_(data, size) {}

  std::size_t below(std::size_t bound) {
    return choices_.ConsumeIntegralInRange<std::size_t>(0, bound - 1);
  }
  /// One place in four is changed, as far as the fuzzer has not learnt better.
  bool here() {
    const bool yes = choices_.remaining_bytes() > 0 && below(4) == 1;
    count_ += yes ? 1 : 0;
    return yes;
  }
  Buffer bytes(std::size_t size) { return choices_.ConsumeBytes<std::uint8_t>(size); }
  /// How many places were changed so far.
  std::size_t count() const { return count_; }

  void maybe(Buffer& value) {
    if (here()) change(value);
  }
  template <class Number>
  void maybe_number(Number& value) {
    if (!here()) return;
    const Number before = value;
    switch (below(4)) {
      case 0:
        value = static_cast<Number>(value + 1);
        break;
      case 1:
        value = static_cast<Number>(value - 1);
        break;
      case 2:
        value = 0;
        break;
      default:
        value = choices_.ConsumeIntegral<Number>();
        break;
    }
    if (value == before) --count_;
  }

 private:
  void change(Buffer& value) {
    const Buffer before = value;
    switch (below(6)) {
      case 0:
        value.clear();
        break;
      case 1:
        if (!value.empty()) value[below(value.size())] ^= static_cast<std::uint8_t>(1 + below(255));
        break;
      case 2:
        value.resize(below(value.size() + 1));
        break;
      case 3: {
        const Buffer more = bytes(1 + below(8));
        value.insert(value.end(), more.begin(), more.end());
        break;
      }
      case 4:
        value = bytes(value.size());
        break;
      default:
        value = bytes(below(300));
        break;
    }
    if (value == before) --count_;
  }

  FuzzedDataProvider choices_;
  std::size_t count_ = 0;
};

}  // namespace magpie::fuzz
