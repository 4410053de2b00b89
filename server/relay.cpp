// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/relay.h"

#include <condition_variable>
#include <thread>

#include "crypto/base/random.h"
#include "server/admin/admin_socket.h"
#include "server/data_dir.h"
#include "server/rpc/grpc_server.h"
#include "server/rpc/relay_service.h"
#include "server/rpc/tls_identity.h"
#include "server/store/rocksdb_store.h"

namespace magpie::server {
namespace {

/// How often what is out of its time, and what was deleted, is taken off the disk: "within the
/// hour" with room to spare.
constexpr std::chrono::minutes kMaintenancePeriod{15};

std::filesystem::path address_path(const std::filesystem::path& directory) {
  return directory / "address";
}

/// Calls `work` at once and then every period, on a thread of its own.
class Periodic {
 public:
  Periodic(std::chrono::minutes period, std::function<void()> work)
      : thread_([this, period, work = std::move(work)] {
          std::unique_lock lock(mutex_);
          do {
            lock.unlock();
            work();
            lock.lock();
          } while (!wake_.wait_for(lock, period, [this] { return stopping_; }));
        }) {}
  ~Periodic() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace

/// Members end in the reverse order: first nobody asks, then nobody is served, then it is closed.
struct Relay::Impl {
  explicit Impl(DataDir owned) : directory(std::move(owned)) {}

  RelayStatus status() {
    RelayStatus status;
    status.health = service->failed() ? "failed" : "ok";
    status.address = address;
    status.limits = config.limits;
    status.sessions = service->session_count();
    if (auto counts = store->counts()) {
      status.counts = *counts;
    } else {
      status.health = "failed";
    }
    return status;
  }

  DataDir directory;
  Config config;
  SystemRandom random;
  std::unique_ptr<RocksdbStore> store;
  std::unique_ptr<RelayService> service;
  std::unique_ptr<GrpcServer> server;
  std::string address;
  std::unique_ptr<Periodic> maintenance;
  std::unique_ptr<AdminSocket> admin;
};

Relay::Relay(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Relay::~Relay() { drain(); }

Result<std::unique_ptr<Relay>> Relay::start(const Options& options) {
  MAGPIE_TRY(auto directory, DataDir::lock(options.directory));
  auto impl = std::make_unique<Impl>(std::move(directory));
  MAGPIE_TRY(impl->config, load_or_create_config(options.directory));
  const auto& config = impl->config;
  MAGPIE_TRY(const auto identity, load_or_create_identity(options.directory));
  MAGPIE_TRY(impl->store,
             RocksdbStore::open(rooms_path(options.directory), RocksdbStore::Mode::kReadWrite));
  impl->service = std::make_unique<RelayService>(*impl->store, impl->random, identity.identity,
                                                 config.limits, config.shards);
  auto listen = options.listen.value_or(config.listen);
  MAGPIE_TRY(impl->server, GrpcServer::start(*impl->service, listen, identity));
  listen.port = impl->server->port();
  if (!options.listen && !config.announce_host.empty()) listen.host = config.announce_host;
  impl->address = format_address(listen, identity.identity);
  MAGPIE_TRY_VOID(write_private_file(address_path(options.directory), impl->address + "\n"));
  auto& running = *impl;
  MAGPIE_TRY(impl->admin,
             AdminSocket::open(options.directory, [&running] { return running.status(); }));
  impl->maintenance = std::make_unique<Periodic>(kMaintenancePeriod, [&running] {
    running.service->expire();
    // A failure shows at the next write, which fails for good: there is nobody to tell here.
    (void)running.store->purge();
  });
  return std::unique_ptr<Relay>(new Relay(std::move(impl)));
}

const std::string& Relay::address() const { return impl_->address; }
RelayStatus Relay::status() { return impl_->status(); }

void Relay::drain() {
  impl_->admin.reset();
  impl_->maintenance.reset();
  if (impl_->server) impl_->service->drain();
  impl_->server.reset();
}

Result<std::string> address_of(const std::filesystem::path& directory) {
  MAGPIE_TRY(auto text, read_small_file(address_path(directory)));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

Result<RelayStatus> stopped_status(const std::filesystem::path& directory) {
  RelayStatus status;
  status.health = "stopped";
  MAGPIE_TRY(status.address, address_of(directory));
  MAGPIE_TRY(const auto config, load_config(directory));
  status.limits = config.limits;
  MAGPIE_TRY(const auto store,
             RocksdbStore::open(rooms_path(directory), RocksdbStore::Mode::kReadOnly));
  MAGPIE_TRY(status.counts, store->counts());
  return status;
}

}  // namespace magpie::server
