// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/postgres_link.h"

#include <pqxx/nontransaction>

namespace magpie::server {

namespace {

// What the administrator's own settings come after, and so replace. A silent host is given up soon;
// of several hosts the primary is meant.
constexpr const char* kDefaults =
    "application_name=magpie-relay connect_timeout=5 keepalives_idle=10 keepalives_interval=5 "
    "keepalives_count=3 tcp_user_timeout=15000 target_session_attrs=read-write ";

// Plans as the statements are meant, without statistics, for those would hold ids of rooms that are
// gone. A process that stops in the middle of a transaction holds the others up no longer than
// this.
constexpr const char* kSettings =
    "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; "
    "SET enable_material = off; SET plan_cache_mode = force_generic_plan; SET jit = off; "
    "SET default_transaction_isolation = 'read committed'; "
    "SET idle_in_transaction_session_timeout = '10s'; SET bytea_output = 'hex'";

constexpr std::chrono::milliseconds kPauseMin{20};
constexpr std::chrono::milliseconds kPauseMax{1000};

bool may_try_again(const std::string& state) {
  const auto in = [&](std::string_view prefix) {
    return state.compare(0, prefix.size(), prefix) == 0;
  };
  // Nothing told, connection, wrong role after a failover, deadlock, no room or memory, a lock,
  // cancelled or shutting down.
  return state.empty() || in("08") || in("25006") || in("25P03") || in("40") || in("53") ||
         in("55P03") || in("57");
}

}  // namespace

PostgresSession::PostgresSession(const std::string& connection, void (*prepare)(pqxx::connection&))
    : connection_(connection) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  // One that came back by itself would lack the settings, and hide that a transaction was lost.
  connection_.inhibit_reactivation(true);
#pragma GCC diagnostic pop
  pqxx::nontransaction(connection_).exec(kSettings);
  prepare(connection_);
}

PostgresLink::PostgresLink(const std::string& connection, void (*prepare)(pqxx::connection&))
    : connection_(kDefaults + connection), prepare_(prepare) {}

std::unique_ptr<PostgresSession> PostgresLink::connect() const {
  return std::make_unique<PostgresSession>(connection_, prepare_);
}

std::unique_ptr<PostgresSession> PostgresLink::take() {
  {
    std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto session = std::move(idle_.back());
      idle_.pop_back();
      return session;
    }
  }
  return connect();
}

void PostgresLink::give_back(std::unique_ptr<PostgresSession> session) {
  std::lock_guard lock(mutex_);
  idle_.push_back(std::move(session));
}

bool PostgresLink::pause(int failures) {
  reachable_ = false;
  std::unique_lock lock(mutex_);
  idle_.clear();  // of the same server, most likely
  const auto time = std::min(kPauseMax, kPauseMin * (1 << std::min(failures, 10)));
  return !hurry_.wait_for(lock, time, [this] { return hurried_; });
}

void PostgresLink::hurry() {
  {
    std::lock_guard lock(mutex_);
    hurried_ = true;
  }
  hurry_.notify_all();
}

Error PostgresLink::error_of_current_exception() {
  const Error unreachable{Errc::kUnreachable,
                          "postgresql: it cannot be reached, or does not let this relay in"};
  try {
    std::rethrow_exception(std::current_exception());
  } catch (const pqxx::sql_error& error) {
    if (may_try_again(error.sqlstate())) return unreachable;
    return {Errc::kStorage, "postgresql: it refuses a statement; its log says why"};
  } catch (const pqxx::failure&) {  // broken, or in doubt
    return unreachable;
  } catch (const std::exception&) {
    return {Errc::kStorage, "postgresql: a statement cannot be made"};
  }
}

}  // namespace magpie::server
