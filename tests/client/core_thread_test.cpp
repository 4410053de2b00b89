// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/core_thread.h"

#include <gtest/gtest.h>

#include <future>

namespace magpie::client {
namespace {

using namespace std::chrono_literals;

TEST(CoreThread, tasks_run_in_order_on_one_thread) {
  CoreThread thread;
  std::vector<int> order;
  std::vector<std::thread::id> ids;
  for (int i = 0; i < 100; ++i) {
    thread.post([&, i] {
      order.push_back(i);
      ids.push_back(std::this_thread::get_id());
    });
  }
  std::promise<void> done;
  thread.post([&] { done.set_value(); });
  done.get_future().wait();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), ids[0]), 100);
  EXPECT_NE(ids[0], std::this_thread::get_id());
}

TEST(CoreThread, a_task_may_own_what_cannot_be_copied) {
  CoreThread thread;
  auto value = std::make_unique<int>(5);
  std::promise<int> seen;
  thread.post([&, value = std::move(value)] { seen.set_value(*value); });
  EXPECT_EQ(seen.get_future().get(), 5);
}

TEST(CoreThread, after_stop_nothing_runs_and_what_tasks_own_is_dropped) {
  CoreThread thread;
  std::promise<void> running;
  std::promise<void> go_on;
  std::atomic<int> ran = 0;
  auto owned = std::make_shared<int>(1);
  thread.post([&] {
    running.set_value();
    go_on.get_future().wait();
  });
  running.get_future().wait();
  thread.post([&ran, owned] { ++ran; });
  std::thread stopper([&] { thread.stop(); });
  // The stop may come before or after this; the undone task is dropped all the same, unless it
  // was reached first.
  go_on.set_value();
  stopper.join();
  const int before = ran;
  thread.post([&ran, owned] { ++ran; });
  EXPECT_EQ(ran, before);
  EXPECT_EQ(owned.use_count(), 1);
}

TEST(CoreThread, the_clock_rings_when_it_is_due) {
  std::promise<Time> rang;
  std::atomic<Time> due = Time::max();
  const Time wanted = system_now() + 30ms;
  CoreThread thread({.due = [&] { return due.load(); },
                     .ring =
                         [&] {
                           if (due.exchange(Time::max()) != Time::max()) {
                             rang.set_value(system_now());
                           }
                         }});
  thread.post([&] { due = wanted; });
  EXPECT_GE(rang.get_future().get(), wanted);
}

}  // namespace
}  // namespace magpie::client
