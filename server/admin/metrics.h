// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "server/admin/status.h"
#include "server/config.h"

namespace magpie::server {

/// The figures of a status for Prometheus, over HTTP on `/metrics` of this machine alone.
class Metrics {
 public:
  using Status = std::function<RelayStatus()>;

  /// `status` is called on threads of its own, for each request. Errors: kMalformed where `listen`
  /// is no loopback address; kInUse with a site that begins "metrics".
  static Result<std::unique_ptr<Metrics>> start(const HostPort& listen, Status status);
  ~Metrics();

 private:
  struct Impl;
  explicit Metrics(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace magpie::server
