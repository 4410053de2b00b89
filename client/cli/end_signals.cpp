// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/cli/end_signals.h"

#include <pthread.h>

namespace magpie::cli {

EndSignals::EndSignals() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
}

EndSignals::~EndSignals() {
  if (!waiter_.joinable()) return;
  pthread_kill(waiter_.native_handle(), SIGINT);  // sigwait takes it
  waiter_.join();
}

void EndSignals::on_signal(std::function<void()> act) {
  waiter_ = std::thread([signals = signals_, act = std::move(act)] {
    int number = 0;
    sigwait(&signals, &number);
    act();
  });
}

}  // namespace magpie::cli
