// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "server/config.h"
#include "server/rpc/tls_identity.h"

namespace grpc {
class Server;
class Service;
}  // namespace grpc

namespace magpie::server {

/// Stops gRPC from writing to the log of this process: its lines name the addresses of clients.
/// To be called before gRPC's first use.
void silence_grpc();

/// A listening gRPC server over TLS 1.3, with bounds on what one connection may ask for.
class GrpcServer {
 public:
  /// `service` must outlive the server. Errors: kInUse where the port is taken or the host is not
  /// one of this machine.
  static Result<std::unique_ptr<GrpcServer>> start(grpc::Service& service, const HostPort& listen,
                                                   const TlsIdentity& identity);
  /// Cancels what is left of streams and waits for them.
  ~GrpcServer();

  std::uint16_t port() const { return port_; }
  /// What is told over gRPC's health protocol; serving from the start.
  void set_serving(bool serving);

 private:
  GrpcServer(std::unique_ptr<grpc::Server> server, std::uint16_t port);

  std::unique_ptr<grpc::Server> server_;
  std::uint16_t port_;
};

}  // namespace magpie::server
