// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rpc/status_map.h"

namespace magpie::server {

grpc::Status status_of(Errc code) {
  switch (code) {
    case Errc::kStorage:
    case Errc::kDiskFull:
    case Errc::kRelayStorage:
      return {grpc::StatusCode::UNAVAILABLE, "the relay cannot read its store"};
    case Errc::kDamaged:
      return {grpc::StatusCode::DATA_LOSS, "the relay's store is damaged"};
    case Errc::kLimit:
      return {grpc::StatusCode::RESOURCE_EXHAUSTED, "too many streams"};
    default:
      return {grpc::StatusCode::INVALID_ARGUMENT, "a frame that the protocol does not have"};
  }
}

grpc::Status draining_status() { return {grpc::StatusCode::UNAVAILABLE, "the relay is stopping"}; }

}  // namespace magpie::server
