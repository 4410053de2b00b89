// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/conversation/act.h"

#include <google/protobuf/stubs/logging.h>

#include "client/core/text.h"
#include "magpie/content/v1/content.pb.h"

namespace magpie::client {
namespace {

namespace pb = magpie::content::v1;

constexpr std::uint32_t kContentVersion = 1;
constexpr std::size_t kContentSizeMax = 65'536;

struct BodyWriter {
  pb::Content& content;

  void operator()(const act::Text& text) const { content.mutable_text()->set_body(text.body); }
  void operator()(const act::Receipt& receipt) const {
    auto& out = *content.mutable_receipt();
    for (const EntryId& id : receipt.delivered) {
      out.add_delivered(std::string(as_text(id.bytes())));
    }
  }
  void operator()(const act::Profile& profile) const {
    content.mutable_profile()->set_name(profile.name);
  }
  void operator()(const act::Unknown&) const {}
};

Result<act::Receipt> read_receipt(const pb::Receipt& in) {
  act::Receipt receipt;
  if (in.delivered_size() == 0 || in.delivered_size() > static_cast<int>(kReceiptIdsMax)) {
    return fail(Errc::kMalformed, "receipt: count");
  }
  for (const std::string& bytes : in.delivered()) {
    const auto id = EntryId::from(as_bytes(bytes));
    if (!id) return fail(Errc::kMalformed, "receipt: id");
    receipt.delivered.push_back(*id);
  }
  return receipt;
}

Result<void> read_body(const pb::Content& in, Act& out) {
  switch (in.act_case()) {
    case pb::Content::kText:
      if (in.text().body().empty() || in.text().body().size() > kTextSizeMax) {
        return fail(Errc::kMalformed, "text: size");
      }
      out.body = act::Text{in.text().body()};
      return {};
    case pb::Content::kReceipt: {
      MAGPIE_TRY(out.body, read_receipt(in.receipt()));
      return {};
    }
    case pb::Content::kProfile: {
      act::Profile profile{clean_name(in.profile().name())};
      if (profile.name.empty()) return fail(Errc::kMalformed, "profile: name");
      out.body = std::move(profile);
      return {};
    }
    case pb::Content::ACT_NOT_SET:
      break;
  }
  out.body = act::Unknown{};
  return {};
}

}  // namespace

Buffer encode_act(const Act& act) {
  pb::Content content;
  content.set_version(kContentVersion);
  if (act.seen) {
    content.mutable_seen()->set_sequence(act.seen->sequence);
    content.mutable_seen()->set_hash(std::string(as_text(act.seen->hash.bytes())));
  }
  content.set_sent_at_ms(act.sent_at.time_since_epoch().count());
  content.set_utc_offset_minutes(act.utc_offset_minutes);
  std::visit(BodyWriter{content}, act.body);
  Buffer out(content.ByteSizeLong());
  content.SerializeToArray(out.data(), static_cast<int>(out.size()));
  return out;
}

Result<Act> decode_act(Bytes content) {
  // protobuf would print a line to stderr for text that is no UTF-8.
  const google::protobuf::LogSilencer silencer;
  pb::Content in;
  if (content.size() > kContentSizeMax ||
      !in.ParseFromArray(content.data(), static_cast<int>(content.size()))) {
    return fail(Errc::kMalformed, "content: encoding");
  }
  Act act;
  act.sent_at = Time(std::chrono::milliseconds(in.sent_at_ms()));
  act.body = act::Unknown{};
  if (in.version() != kContentVersion) return act;
  if (std::abs(std::int64_t{in.utc_offset_minutes()}) > kUtcOffsetMinutesMax) {
    return fail(Errc::kMalformed, "content: utc offset");
  }
  act.utc_offset_minutes = in.utc_offset_minutes();
  if (in.has_seen()) {
    const auto hash = LogHash::from(as_bytes(in.seen().hash()));
    if (!hash) return fail(Errc::kMalformed, "content: seen");
    act.seen = LogPoint{in.seen().sequence(), *hash};
  }
  MAGPIE_TRY_VOID(read_body(in, act));
  return act;
}

}  // namespace magpie::client
