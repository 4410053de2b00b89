// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/room/till.h"

namespace magpie::server {

Till::~Till() {
  release(next_);
  release(taken_);
}

Outcome<void> Till::spend(const std::optional<Token>& token, const RoomId& room, Time now,
                          WriteBatch& batch) {
  if (!invited()) return {};
  if (!token) return refuse(Errc::kNotInvited);
  const auto key = allowances_->find(token->key, now);
  if (!key) return refuse(Errc::kNotInvited);
  const auto output = key->evaluate(token->input.bytes());
  if (!output || !equal_secret(output->expose(), token->output.bytes())) {
    return refuse(Errc::kNotInvited);
  }
  // First reserved, then looked up: whoever spent it before has it in the store by the time that
  // they let go of it.
  const auto id = token_id(*token);
  if (!allowances_->reserve(token->key, id, now)) return refuse(Errc::kNotInvited);
  const auto spent = store_.find_spent(token->key, id);
  if (!spent || *spent) {
    allowances_->release(id);
    return refuse(spent ? Errc::kNotInvited : Errc::kRelayStorage);
  }
  next_.tokens.push_back(id);
  batch.writes.push_back(PutSpent{token->key, id, 0, room});
  batch.durable = true;
  return {};
}

Outcome<Redeemed> Till::redeem(const Redeem& redeem, Time now, WriteBatch& batch) {
  if (!invited()) return refuse(Errc::kNotInvited);
  const auto key = allowances_->find(redeem.key, now);
  if (!key) return refuse(Errc::kStale);
  const auto id = redemption_id(redeem.code, redeem.key, redeem.blinded);
  const auto code = code_id(redeem.code);
  // In this order: where another process wrote this very redemption meanwhile, it is found.
  const auto record = find_code(code);
  const auto before = find_redemption(redeem.key, id);
  if (!record || !before) return refuse(Errc::kRelayStorage);
  std::optional<CodeRecord> left;
  auto granted = before->value_or(0);
  if (!*before) {
    if (!*record) return refuse(Errc::kNotInvited);
    if (!allowances_->issues(redeem.key, now)) return refuse(Errc::kStale);
    granted = std::min((*record)->rooms, static_cast<std::uint32_t>(redeem.blinded.size()));
    left = CodeRecord{(*record)->rooms, (*record)->uses - 1};
  }
  auto evaluation = key->blind_evaluate(std::span(redeem.blinded).first(granted), random_);
  if (!evaluation) return refuse(Errc::kMalformed);
  if (left) {
    const auto stand_in = room_of(redeem);
    batch.writes.push_back(UseCode{code, *left, stand_in});
    batch.writes.push_back(PutSpent{redeem.key, id, granted, stand_in});
    batch.durable = true;
    next_.codes.insert_or_assign(code, *left);
    next_.redemptions.emplace(id, granted);
  }
  return Redeemed{redeem.key, std::move(evaluation->elements), evaluation->proof};
}

Result<std::optional<CodeRecord>> Till::find_code(const CodeId& code) const {
  for (const auto* pending : {&next_, &taken_}) {
    const auto found = pending->codes.find(code);
    if (found == pending->codes.end()) continue;
    return found->second.uses > 0 ? std::optional(found->second) : std::nullopt;
  }
  return store_.find_code(code);
}

Result<std::optional<std::uint32_t>> Till::find_redemption(TokenKeyId key,
                                                           const SpentId& id) const {
  for (const auto* pending : {&next_, &taken_}) {
    const auto found = pending->redemptions.find(id);
    if (found != pending->redemptions.end()) return found->second;
  }
  return store_.find_spent(key, id);
}

void Till::release(Pending& pending) {
  for (const auto& token : pending.tokens) allowances_->release(token);
  pending = {};
}

void Till::taken() { taken_ = std::exchange(next_, {}); }
void Till::committed() { release(taken_); }

void Till::forget(const WriteBatch& batch, const RoomId& room) {
  for (const auto& write : batch.writes) {
    if (const auto* use = std::get_if<UseCode>(&write); use != nullptr && use->room == room) {
      next_.codes.erase(use->code);
    }
    const auto* const spent = std::get_if<PutSpent>(&write);
    if (spent == nullptr || spent->room != room) continue;
    next_.redemptions.erase(spent->id);
    if (std::erase(next_.tokens, spent->id) > 0) allowances_->release(spent->id);
  }
}

}  // namespace magpie::server
