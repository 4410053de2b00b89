// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rpc/grpc_server.h"

#include <grpc/support/log.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

namespace magpie::server {
namespace {

/// What gRPC may hold for all connections before it stops reading from them.
constexpr std::size_t kTransportBytesMax = std::size_t{512} << 20;

/// Bounds on a single connection: streams, metadata, pings, idleness. A client that goes beyond
/// them loses its connection.
void bound_connections(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(static_cast<int>(kFrameBytesBound));
  builder.SetMaxSendMessageSize(static_cast<int>(kFrameBytesBound));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 32);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 8 * 1024);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 120'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 3);
  // Two relays on one port would each get half of the clients, and say nothing.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Ciphertext does not compress, and a message that unpacks beyond its size is an attack.
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  grpc::ResourceQuota quota("relay");
  quota.Resize(kTransportBytesMax);
  builder.SetResourceQuota(quota);
}

}  // namespace

void silence_grpc() {
  gpr_set_log_function([](gpr_log_func_args*) {});
}

GrpcServer::GrpcServer(std::unique_ptr<grpc::Server> server, std::uint16_t port)
    : server_(std::move(server)), port_(port) {}

void GrpcServer::set_serving(bool serving) {
  server_->GetHealthCheckService()->SetServingStatus(serving);
}

GrpcServer::~GrpcServer() {
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
}

Result<std::unique_ptr<GrpcServer>> GrpcServer::start(grpc::Service& service,
                                                      const HostPort& listen,
                                                      const TlsIdentity& identity) {
  grpc::SslServerCredentialsOptions tls(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  tls.pem_key_cert_pairs.push_back({identity.key_pem, identity.certificate_pem});
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  bound_connections(builder);
  int port = 0;
  builder.AddListeningPort(format_host_port(listen), grpc::SslServerCredentials(tls), &port);
  builder.RegisterService(&service);
  auto server = builder.BuildAndStart();
  if (!server || port == 0) return fail(Errc::kInUse, "grpc: listening");
  return std::unique_ptr<GrpcServer>(
      new GrpcServer(std::move(server), static_cast<std::uint16_t>(port)));
}

}  // namespace magpie::server
