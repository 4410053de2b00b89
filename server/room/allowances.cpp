// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/room/allowances.h"

#include "crypto/base/check.h"
#include "crypto/codec/writer.h"
#include "crypto/primitives/hash.h"

namespace magpie::server {

namespace {

using crypto::voprf::ServerKey;

bool is_taken(Day since, Time now) { return day_of(now) < since + kTokenKeyTaken; }
bool is_over(Day since, Time now) { return day_of(now) >= since + kTokenKeyTaken + kTokenKeySlack; }

/// A label, the 0x00 that parts it from what follows, and that.
std::array<std::uint8_t, 32> labelled(std::string_view label, std::initializer_list<Bytes> parts) {
  Writer writer;
  writer.fixed(as_bytes(label)).u8(0);
  for (const auto part : parts) writer.fixed(part);
  return crypto::blake2b_256({writer.view()});
}

}  // namespace

Result<void> Allowances::load(Time now) {
  MAGPIE_TRY(const auto records, store_.list_token_keys());
  std::map<TokenKeyId, Key> keys;
  TokenKeyId newest = 0;
  std::vector<TokenKeyId> over;
  for (const auto& record : records) {
    newest = std::max(newest, record.id);
    if (is_over(record.since, now)) over.push_back(record.id);
    if (!is_taken(record.since, now)) continue;
    auto key = ServerKey::from_bytes(record.scalar);
    if (!key) return fail(Errc::kDamaged, "token key record");
    keys.emplace(record.id, Key{std::make_shared<const ServerKey>(std::move(*key)), record.since});
  }
  std::lock_guard lock(mutex_);
  if (newest < newest_) return {};  // another has read the store since
  keys_ = std::move(keys);
  newest_ = newest;
  over_ = std::move(over);
  return {};
}

WriteBatch Allowances::upkeep(Time now) {
  WriteBatch batch;
  batch.durable = true;
  std::lock_guard lock(mutex_);
  const auto last = keys_.find(newest_);
  const bool due = last == keys_.end() || day_of(now) >= last->second.since + kTokenKeyIssues;
  if (due) {
    const auto key = ServerKey::generate(random_);
    TokenKeyRecord record{.id = newest_ + 1, .since = day_of(now)};
    std::ranges::copy(key.expose(), record.scalar.begin());
    batch.writes.push_back(PutTokenKey{record});
    wipe(record.scalar);
  }
  for (const auto key : over_) batch.writes.push_back(DropTokenKey{key});
  return batch;
}

const Allowances::Key* Allowances::find_taken(TokenKeyId key, Time now) const {
  const auto found = keys_.find(key);
  return found == keys_.end() || !is_taken(found->second.since, now) ? nullptr : &found->second;
}

std::vector<TokenKey> Allowances::published(Time now) const {
  std::vector<TokenKey> out;
  std::lock_guard lock(mutex_);
  for (auto it = keys_.rbegin(); it != keys_.rend() && out.size() < kTokenKeysMax; ++it) {
    if (is_taken(it->second.since, now)) out.push_back({it->first, it->second.key->public_key()});
  }
  return out;
}

std::shared_ptr<const ServerKey> Allowances::find(TokenKeyId key, Time now) {
  {
    std::lock_guard lock(mutex_);
    if (const auto* found = find_taken(key, now)) return found->key;
    // Numbers rise by one: only the next can be another process's, and a made-up one costs nothing.
    if (key != newest_ + 1) return nullptr;
  }
  if (!load(now)) return nullptr;
  std::lock_guard lock(mutex_);
  const auto* found = find_taken(key, now);
  return found == nullptr ? nullptr : found->key;
}

bool Allowances::issues(TokenKeyId key, Time now) const {
  std::lock_guard lock(mutex_);
  const auto* found = find_taken(key, now);
  return found != nullptr && day_of(now) < found->since + kTokenKeyIssues + kTokenKeyGrace;
}

bool Allowances::reserve(TokenKeyId key, const SpentId& token, Time now) {
  std::lock_guard lock(mutex_);
  return find_taken(key, now) != nullptr && reserved_.insert(token).second;
}

void Allowances::release(const SpentId& token) {
  std::lock_guard lock(mutex_);
  reserved_.erase(token);
}

Greeting make_greeting(const Nonce& nonce, const RelayIdentity& identity, const Limits& limits,
                       const Allowances* allowances, Time now) {
  Greeting greeting{.nonce = nonce, .relay_identity = identity, .limits = limits};
  if (allowances == nullptr) return greeting;
  greeting.invited = true;
  greeting.token_keys = allowances->published(now);
  return greeting;
}

NewInvitation make_invitation(std::uint32_t rooms, std::uint32_t uses, Random& random) {
  MAGPIE_CHECK(rooms > 0 && rooms <= kRedeemBound && uses > 0);
  const auto code = random.id<InvitationCode>();
  auto text = code.hex();
  for (std::size_t at = 5; at < text.size(); at += 6) text.insert(at, 1, '-');
  WriteBatch batch;
  batch.writes.push_back(PutCode{code_id(code), {rooms, uses}});
  batch.durable = true;
  return {std::move(text), std::move(batch)};
}

CodeId code_id(const InvitationCode& code) {
  return CodeId(labelled("Magpie invitation 1", {code.bytes()}));
}

SpentId token_id(const Token& token) {
  return SpentId(labelled("Magpie spent token 1", {token.input.bytes()}));
}

SpentId redemption_id(const InvitationCode& code, TokenKeyId key,
                      std::span<const crypto::voprf::Element> blinded) {
  Writer writer;
  writer.fixed(code.bytes()).u32(key);
  for (const auto& element : blinded) writer.fixed(element.bytes());
  return SpentId(labelled("Magpie redemption 1", {writer.view()}));
}

}  // namespace magpie::server
