// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <signal.h>

#include <functional>
#include <thread>

namespace magpie::cli {

/// Takes SIGINT and SIGTERM instead of dying of them, so that the vault is closed in order. To be
/// made before any other thread, which then leave the signals to it.
class EndSignals {
 public:
  EndSignals();
  /// Waits for a running `act`.
  ~EndSignals();
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;

  /// `act` is called once, on a thread of its own. Call it once.
  void on_signal(std::function<void()> act);

 private:
  sigset_t signals_{};
  std::thread waiter_;
};

}  // namespace magpie::cli
