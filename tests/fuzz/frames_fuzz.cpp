// SPDX-License-Identifier: GPL-3.0-or-later
// Frames as each side reads them: a hostile client's at the relay, a hostile relay's at the client.
#include "client/core/transport/frame_codec.h"
#include "crypto/base/check.h"
#include "magpie/relay/v1/relay.pb.h"
#include "server/rpc/frame_codec.h"

namespace magpie {
namespace {

void read_as_relay(Bytes bytes) {
  const auto frame = server::decode_client_frame(bytes);
  MAGPIE_CHECK(!frame || server::check_bounds(*frame));
}

void check(const client::frames::Entry& entry) {
  MAGPIE_CHECK(entry.sequence > 0 && entry.sequence <= client::frames::kSequenceMax);
  MAGPIE_CHECK(entry.payload.empty() == entry.own);
  MAGPIE_CHECK(entry.payload.size() <= client::frames::kControlEntryBytesMax);
}
void check(const client::frames::CaughtUp& caught_up) {
  MAGPIE_CHECK(caught_up.through <= client::frames::kSequenceMax);
}
void check(const client::frames::Answer& answer) {
  MAGPIE_CHECK(answer.correlation != 0);
  if (const auto* attached = std::get_if<client::frames::Attached>(&answer.result)) {
    MAGPIE_CHECK(attached->last_control <= attached->head);
    MAGPIE_CHECK(attached->head <= client::frames::kSequenceMax);
  } else if (const auto* appended = std::get_if<client::frames::Appended>(&answer.result)) {
    MAGPIE_CHECK(appended->sequence > 0 && appended->sequence <= client::frames::kSequenceMax);
  }
}
void check(const client::frames::Greeting& greeting) {
  MAGPIE_CHECK(greeting.version == client::frames::kProtocolVersion);
}
void check(const client::frames::Notice&) {}

void read_as_client(Bytes bytes) {
  relay::v1::ServerFrame message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  const auto frame = client::frames::from_proto(message);
  if (frame) std::visit([](const auto& body) { check(body); }, *frame);
}

}  // namespace
}  // namespace magpie

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const magpie::Bytes bytes(data, size);
  magpie::read_as_relay(bytes);
  magpie::read_as_client(bytes);
  return 0;
}
