// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/metrics.h"

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>

namespace magpie::server {

namespace {

class Collected final : public prometheus::Collectable {
 public:
  explicit Collected(Metrics::Status status) : status_(std::move(status)) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    const auto status = status_();
    std::vector<prometheus::MetricFamily> families;
    families.push_back(family("healthy", status.health == "ok" ? 1 : 0, false));
    for (const auto& figure : figures_of(status)) {
      families.push_back(family(figure.name, figure.value, figure.counter));
    }
    return families;
  }

 private:
  static prometheus::MetricFamily family(std::string_view name, std::uint64_t value, bool counter) {
    prometheus::MetricFamily family;
    family.name = "magpie_relay_" + std::string(name) + (counter ? "_total" : "");
    family.type = counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
    auto& metric = family.metric.emplace_back();
    (counter ? metric.counter.value : metric.gauge.value) = static_cast<double>(value);
    return family;
  }

  Metrics::Status status_;
};

bool is_loopback(const std::string& host) { return host.starts_with("127.") || host == "::1"; }

}  // namespace

struct Metrics::Impl {
  std::shared_ptr<Collected> collected;
  std::unique_ptr<prometheus::Exposer> exposer;
};

Metrics::Metrics(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Metrics::~Metrics() = default;

Result<std::unique_ptr<Metrics>> Metrics::start(const HostPort& listen, Status status) {
  if (!is_loopback(listen.host)) {
    return fail(Errc::kMalformed, "metrics_listen (a loopback address and port)");
  }
  auto impl = std::make_unique<Impl>();
  impl->collected = std::make_shared<Collected>(std::move(status));
  try {
    impl->exposer = std::make_unique<prometheus::Exposer>(format_host_port(listen), 1);
  } catch (const std::exception&) {
    return fail(Errc::kInUse, "metrics: listening");
  }
  impl->exposer->RegisterCollectable(impl->collected);
  return std::unique_ptr<Metrics>(new Metrics(std::move(impl)));
}

}  // namespace magpie::server
