// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <pqxx/connection>
#include <pqxx/errorhandler>
#include <pqxx/except>
#include <string>
#include <vector>

#include "crypto/base/result.h"

namespace magpie::server {

/// One connection, set up as this program needs it; it never comes back by itself when it broke.
/// Says nothing on stderr, for what PostgreSQL complains of may hold ids.
class PostgresSession {
 public:
  /// Throws what pqxx throws.
  PostgresSession(const std::string& connection, void (*prepare)(pqxx::connection&));
  pqxx::connection& get() { return connection_; }

 private:
  pqxx::connection connection_;
  pqxx::quiet_errorhandler quiet_{connection_};
};

/// Connections to one PostgreSQL, as many as there are callers at once; they are made anew after
/// it failed, and to whichever of its hosts is the primary then. Thread-safe.
class PostgresLink {
 public:
  /// `connection`: keywords and values as libpq has them. `prepare` names the statements that are
  /// used on each connection. Nothing is connected yet.
  PostgresLink(const std::string& connection, void (*prepare)(pqxx::connection&));

  /// Calls `act(pqxx::connection&)`; again from its start, on another connection, where the server
  /// is gone or busy, until it is done or `hurry` was called. So it must do nothing that may not
  /// be done twice. Errors: kStorage where PostgreSQL refuses, kUnreachable after `hurry`.
  template <class Act>
  auto run(Act act) -> Result<std::invoke_result_t<Act, pqxx::connection&>> {
    for (int failures = 0;;) {
      auto done = once(act);
      if (done) return std::move(*done);
      if (done.error().code != Errc::kUnreachable) return tl::unexpected<Error>(done.error());
      if (!pause(failures++)) return tl::unexpected<Error>(done.error());
    }
  }

  /// Calls `act` once. Errors: kUnreachable where it is not known whether it was done, and it may
  /// be tried again; kStorage where PostgreSQL refused it.
  template <class Act>
  auto once(Act act) -> Result<std::invoke_result_t<Act, pqxx::connection&>> {
    std::unique_ptr<PostgresSession> session;
    try {
      session = take();
      auto result = act(session->get());
      give_back(std::move(session));
      reachable_ = true;
      return result;
    } catch (const std::exception&) {
      return tl::unexpected<Error>(error_of_current_exception());
    }
  }

  /// Waits a little, longer with each failure. False at once after `hurry`.
  bool pause(int failures);
  /// From now on nothing waits for a server that is gone.
  void hurry();
  /// False from a failure until something was done again.
  bool reachable() const { return reachable_; }

  /// A connection of the caller's own; throws.
  std::unique_ptr<PostgresSession> connect() const;

 private:
  std::unique_ptr<PostgresSession> take();
  void give_back(std::unique_ptr<PostgresSession> session);
  static Error error_of_current_exception();

  const std::string connection_;
  void (*const prepare_)(pqxx::connection&);
  mutable std::mutex mutex_;
  std::condition_variable hurry_;
  std::atomic<bool> reachable_{true};
  bool hurried_ = false;                                // guarded by mutex_
  std::vector<std::unique_ptr<PostgresSession>> idle_;  // guarded by mutex_
};

}  // namespace magpie::server
