// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/relay.h"

#include <future>
#include <sstream>

#include "crypto/base/random.h"
#include "server/admin/admin_socket.h"
#include "server/admin/backup.h"
#include "server/admin/metrics.h"
#include "server/data_dir.h"
#include "server/log.h"
#include "server/periodic.h"
#include "server/rpc/grpc_server.h"
#include "server/rpc/relay_service.h"
#include "server/rpc/tls_identity.h"
#include "server/store/postgres_store.h"
#include "server/store/rocksdb_store.h"

namespace magpie::server {
namespace {

std::filesystem::path address_path(const std::filesystem::path& directory) {
  return directory / "address";
}

/// How soon a failed write shows in the health that is told.
constexpr std::chrono::seconds kWatchPeriod{1};
/// Metrics are asked for often, and counting reads every room's record.
constexpr std::chrono::minutes kCountsKept{1};
/// At its end a relay waits no longer than this for a PostgreSQL that is gone.
constexpr std::chrono::seconds kDrainTime{10};

Time system_now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

/// Before anybody is served: there is a key to sign with.
Result<void> prepare_token_keys(Allowances& allowances, Store& store) {
  MAGPIE_TRY_VOID(allowances.load(system_now()));
  const auto batch = allowances.upkeep(system_now());
  if (batch.empty()) return {};
  MAGPIE_TRY_VOID(store.write({&batch, 1}));
  return allowances.load(system_now());
}

Result<std::unique_ptr<Store>> open_store(const std::filesystem::path& directory,
                                          const Config& config) {
  if (config.postgresql.empty()) {
    return RocksdbStore::open(rooms_path(directory), RocksdbStore::Mode::kReadWrite);
  }
  return PostgresStore::open(config.postgresql, PostgresStore::Mode::kReadWrite);
}

constexpr std::string_view kInviteRequest = "invite ";

/// `invite ROOMS USES`; empty for anything else.
std::optional<std::pair<std::uint32_t, std::uint32_t>> read_invite_request(std::string_view line) {
  if (!line.starts_with(kInviteRequest)) return std::nullopt;
  std::istringstream words{std::string(line.substr(kInviteRequest.size()))};
  std::uint32_t rooms = 0;
  std::uint32_t uses = 0;
  if (!(words >> rooms >> uses) || !(words >> std::ws).eof()) return std::nullopt;
  if (rooms == 0 || rooms > kRedeemBound || uses == 0) return std::nullopt;
  return std::pair{rooms, uses};
}

}  // namespace

/// Members end in the reverse order: first nobody asks, then nobody is served, then it is closed.
struct Relay::Impl {
  explicit Impl(DataDir owned) : directory(std::move(owned)) {}
  ~Impl() {
    if (postgres != nullptr) postgres->stop_listening();
  }

  RelayStatus status() {
    auto status = figures();
    if (waiting()) return status;
    if (auto counts = store->counts()) {
      status.counts = *counts;
    } else {
      status.health = "failed";
    }
    return status;
  }

  /// The same with counts of rooms that may be a minute old.
  RelayStatus quick_status() {
    auto status = figures();
    if (waiting()) return status;
    std::lock_guard lock(counts_mutex);
    const auto now = std::chrono::steady_clock::now();
    if (!counted || now - *counted > kCountsKept) {
      if (auto fresh = store->counts()) recent_counts = *fresh;
      counted = now;
    }
    status.counts = recent_counts;
    return status;
  }

  RelayStatus figures() {
    RelayStatus status;
    status.health = service->failed() ? "failed" : waiting() ? "waiting" : "ok";
    status.policy = allowances ? "invited" : "open";
    status.address = address;
    status.limits = config.limits;
    status.sessions = service->session_count();
    status.activity = service->activity();
    std::error_code error;
    const auto space = std::filesystem::space(directory.path(), error);
    if (!error) status.disk_free_bytes = space.available;
    return status;
  }

  Result<std::string> answer(std::string_view request) {
    if (request == "status") return to_json(status());
    if (request == "checkpoint") {
      if (rocksdb == nullptr) return fail(Errc::kUsage, "admin socket: no files");
      const auto start = std::chrono::steady_clock::now();
      MAGPIE_TRY_VOID(make_checkpoint(*rocksdb, directory.path()));
      log_event(LogLevel::kInfo, "checkpoint_made", {{"duration_ms", milliseconds_since(start)}});
      return std::string();
    }
    if (const auto numbers = read_invite_request(request)) {
      auto made = make_invitation(numbers->first, numbers->second, random);
      MAGPIE_TRY_VOID(service->write(std::move(made.batch)));
      return made.text;
    }
    return fail(Errc::kUsage, "admin socket: request");
  }

  void maintain() {
    const auto start = std::chrono::steady_clock::now();
    service->expire();
    renew_token_keys();
    // A failure shows at the next write, which fails for good: there is nobody to tell here.
    (void)store->purge();
    remove_checkpoint(directory.path(), false);
    log_event(LogLevel::kInfo, "maintained", {{"duration_ms", milliseconds_since(start)}});
  }

  void renew_token_keys() {
    if (!allowances) return;
    auto batch = allowances->upkeep(service->now());
    // As below: there is nobody to tell here.
    if (!batch.empty() && service->write(std::move(batch))) (void)allowances->load(service->now());
  }

  /// For a PostgreSQL that does not answer: nothing is lost, and nothing goes on.
  bool waiting() const { return postgres != nullptr && !postgres->reachable(); }

  void drain() {
    admin.reset();
    metrics.reset();
    watching.reset();
    maintenance.reset();
    if (server) server->set_serving(false);
    if (postgres != nullptr) postgres->stop_listening();
    if (server) service->drain();
    server.reset();
  }

  void watch() {
    if (postgres != nullptr && !service->failed()) server->set_serving(!waiting());
    if (!service->failed() || told_failure) return;
    told_failure = true;
    server->set_serving(false);
    on_failure();
  }

  DataDir directory;
  Config config;
  SystemRandom random;
  std::unique_ptr<Store> store;
  RocksdbStore* rocksdb = nullptr;  ///< one of the two is the store
  PostgresStore* postgres = nullptr;
  std::unique_ptr<Allowances> allowances;  // none: open
  std::unique_ptr<RelayService> service;
  std::unique_ptr<GrpcServer> server;
  std::string address;
  std::function<void()> on_failure;
  bool told_failure = false;  // the watch's own
  std::mutex counts_mutex;
  StoreCounts recent_counts;                                     // guarded by counts_mutex
  std::optional<std::chrono::steady_clock::time_point> counted;  // guarded by counts_mutex
  std::unique_ptr<Periodic> maintenance;
  std::unique_ptr<Periodic> watching;
  std::unique_ptr<Metrics> metrics;
  std::unique_ptr<AdminSocket> admin;
};

Relay::Relay(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Relay::~Relay() { drain(); }

Result<std::unique_ptr<Relay>> Relay::start(const Options& options) {
  MAGPIE_TRY(auto directory, DataDir::lock(options.directory));
  MAGPIE_TRY_VOID(must_not_be_moved(options.directory));
  auto impl = std::make_unique<Impl>(std::move(directory));
  MAGPIE_TRY(impl->config, load_or_create_config(options.directory));
  const auto& config = impl->config;
  MAGPIE_TRY(const auto identity, load_or_create_identity(options.directory));
  MAGPIE_TRY(impl->store, open_store(options.directory, config));
  impl->rocksdb = dynamic_cast<RocksdbStore*>(impl->store.get());
  impl->postgres = dynamic_cast<PostgresStore*>(impl->store.get());
  if (!options.open) {
    impl->allowances = std::make_unique<Allowances>(*impl->store, impl->random);
    MAGPIE_TRY_VOID(prepare_token_keys(*impl->allowances, *impl->store));
  }
  impl->service =
      std::make_unique<RelayService>(*impl->store, impl->random, identity.identity, config.limits,
                                     config.shards, impl->allowances.get());
  if (impl->postgres != nullptr) {
    auto* const service = impl->service.get();
    impl->postgres->listen(
        [service](std::vector<RoomMark> rooms) { service->changed(std::move(rooms)); },
        [service] { service->look_again(); });
  }
  auto listen = options.listen.value_or(config.listen);
  MAGPIE_TRY(impl->server, GrpcServer::start(*impl->service, listen, identity));
  listen.port = impl->server->port();
  if (!options.listen && !config.announce_host.empty()) listen.host = config.announce_host;
  impl->address = format_address(listen, identity.identity);
  MAGPIE_TRY_VOID(write_private_file(address_path(options.directory), impl->address + "\n"));
  remove_checkpoint(options.directory, true);
  auto& running = *impl;
  MAGPIE_TRY(impl->admin, AdminSocket::open(options.directory, [&running](std::string_view line) {
               return running.answer(line);
             }));
  if (config.metrics_listen) {
    MAGPIE_TRY(impl->metrics, Metrics::start(*config.metrics_listen,
                                             [&running] { return running.quick_status(); }));
  }
  impl->on_failure = options.on_failure;
  impl->maintenance =
      std::make_unique<Periodic>(options.maintenance_period, [&running] { running.maintain(); });
  impl->watching = std::make_unique<Periodic>(kWatchPeriod, [&running] { running.watch(); });
  return std::unique_ptr<Relay>(new Relay(std::move(impl)));
}

const std::string& Relay::address() const { return impl_->address; }
RelayStatus Relay::status() { return impl_->status(); }
std::vector<std::string> Relay::warnings() {
  return impl_->postgres == nullptr ? std::vector<std::string>() : impl_->postgres->warnings();
}
bool Relay::failed() const { return impl_->service->failed(); }

void Relay::drain() {
  if (impl_->postgres == nullptr) return impl_->drain();
  std::promise<void> drained;
  std::thread guard([&] {
    const auto done = drained.get_future();
    if (done.wait_for(kDrainTime) != std::future_status::ready) impl_->postgres->hurry();
  });
  impl_->drain();
  drained.set_value();
  guard.join();
}

Result<std::string> address_of(const std::filesystem::path& directory) {
  MAGPIE_TRY(auto text, read_small_file(address_path(directory)));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

namespace {

Result<std::string> invite_stopped(const std::filesystem::path& directory, std::uint32_t rooms,
                                   std::uint32_t uses) {
  MAGPIE_TRY_VOID(address_of(directory));
  MAGPIE_TRY_VOID(become_owner_of(directory));
  MAGPIE_TRY(const auto locked, DataDir::lock(directory));
  MAGPIE_TRY_VOID(must_not_be_moved(directory));
  MAGPIE_TRY(const auto config, load_config(directory));
  MAGPIE_TRY(const auto store, open_store(directory, config));
  SystemRandom random;
  const auto made = make_invitation(rooms, uses, random);
  MAGPIE_TRY_VOID(store->write({&made.batch, 1}));
  return made.text;
}

}  // namespace

Result<std::string> invite(const std::filesystem::path& directory, std::uint32_t rooms,
                           std::uint32_t uses) {
  auto code = ask_relay(
      directory, std::string(kInviteRequest) + std::to_string(rooms) + " " + std::to_string(uses));
  if (!code && code.error().code == Errc::kNotFound) return invite_stopped(directory, rooms, uses);
  return code;
}

Result<RelayStatus> running_status(const std::filesystem::path& directory) {
  MAGPIE_TRY(const auto json, ask_relay(directory, "status"));
  return from_json(json);
}

Result<RelayStatus> stopped_status(const std::filesystem::path& directory) {
  RelayStatus status;
  status.health = "stopped";
  MAGPIE_TRY(status.address, address_of(directory));
  MAGPIE_TRY(const auto config, load_config(directory));
  status.limits = config.limits;
  if (!config.postgresql.empty()) {
    MAGPIE_TRY(const auto shared,
               PostgresStore::open(config.postgresql, PostgresStore::Mode::kSnapshot));
    MAGPIE_TRY(status.counts, shared->counts());
    return status;
  }
  MAGPIE_TRY(const auto store,
             RocksdbStore::open(rooms_path(directory), RocksdbStore::Mode::kReadOnly));
  MAGPIE_TRY(status.counts, store->counts());
  return status;
}

}  // namespace magpie::server
