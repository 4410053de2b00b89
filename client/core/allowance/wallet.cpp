// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/allowance/wallet.h"

#include <algorithm>

#include "client/core/vault/records.h"
#include "crypto/base/check.h"
#include "crypto/codec/reader.h"

namespace magpie::client {
namespace {

namespace voprf = crypto::voprf;

/// As many as a relay takes at once; it answers those that the code is worth.
constexpr std::size_t kDrawn = frames::kRedeemElementsMax;
// Of one token that is to be: input, blind, blinded element.
constexpr std::size_t kDrawnSize = 32 + voprf::kScalarSize + voprf::Element::kSize;

Bytes drawn_at(const InvitationRecord& record, std::size_t index) {
  return record.drawn.expose().subspan(index * kDrawnSize, kDrawnSize);
}

frames::TokenInput input_of(Bytes drawn) { return *frames::TokenInput::from(drawn.first(32)); }
Bytes blind_of(Bytes drawn) { return drawn.subspan(32, voprf::kScalarSize); }
voprf::Element element_of(Bytes drawn) {
  return *voprf::Element::from(drawn.last(voprf::Element::kSize));
}

}  // namespace

void Wallet::load(std::vector<InvitationRecord> invitations, std::vector<TokenRecord> tokens) {
  invitations_ = std::move(invitations);
  for (auto& token : tokens) tokens_.insert_or_assign(token.token.input, token);
}

void Wallet::add(const RelayAddress& relay, const InvitationCode& code) {
  if (std::ranges::any_of(invitations_, [&](const auto& one) { return one.code == code; })) return;
  auto& record = invitations_.emplace_back();
  record.code = code;
  record.relay = relay;
  changes_.emplace_back(clone(record));
}

std::vector<RelayAddress> Wallet::relays() const {
  std::vector<RelayAddress> out;
  for (const auto& record : invitations_) out.push_back(record.relay);
  return out;
}

bool Wallet::waits(const RelayIdentity& relay) const {
  return std::ranges::any_of(invitations_,
                             [&](const auto& one) { return one.relay.identity == relay; });
}

std::size_t Wallet::left(const RelayIdentity& relay) const {
  return static_cast<std::size_t>(std::ranges::count_if(tokens_, [&](const auto& entry) {
    return entry.second.relay == relay && !entry.second.room;
  }));
}

InvitationRecord* Wallet::find(const RelayIdentity& relay) {
  const auto found = std::ranges::find_if(
      invitations_, [&](const auto& one) { return one.relay.identity == relay; });
  return found == invitations_.end() ? nullptr : &*found;
}

Wallet::Tokens::iterator Wallet::find(const RoomId& room) {
  return std::ranges::find_if(tokens_,
                              [&](const auto& entry) { return entry.second.room == room; });
}

void Wallet::forget(Tokens::iterator token) {
  changes_.emplace_back(TokenDone{token->first});
  tokens_.erase(token);
}

void Wallet::greeted(const RelayIdentity& relay, const frames::Greeting& greeting) {
  if (!greeting.invited || greeting.token_keys.empty()) return;
  const auto oldest = std::ranges::min(greeting.token_keys, {}, &frames::TokenKey::number).number;
  for (auto it = tokens_.begin(); it != tokens_.end();) {
    const auto token = it++;
    const bool over = token->second.relay == relay && token->second.token.key < oldest;
    if (over) forget(token);
  }
}

std::optional<frames::Redeem> Wallet::redeem(const RelayIdentity& relay,
                                             const frames::Greeting& greeting) {
  InvitationRecord* const record = find(relay);
  if (record == nullptr || !greeting.invited || greeting.token_keys.empty()) return std::nullopt;
  const auto same = std::ranges::find(greeting.token_keys, record->key, &frames::TokenKey::number);
  const bool stands = same != greeting.token_keys.end() && same->public_key == record->public_key;
  if (!stands) {
    draw(*record, std::ranges::max(greeting.token_keys, {}, &frames::TokenKey::number));
  }
  frames::Redeem frame{record->code, record->key, {}};
  for (std::size_t i = 0; i < kDrawn; ++i) {
    frame.blinded.push_back(element_of(drawn_at(*record, i)));
  }
  return frame;
}

void Wallet::draw(InvitationRecord& record, const frames::TokenKey& key) {
  record.key = key.number;
  record.public_key = key.public_key;
  record.drawn = Secret(kDrawn * kDrawnSize);
  auto out = record.drawn.fill();
  for (std::size_t i = 0; i < kDrawn; ++i) {
    const auto input = random_.id<frames::TokenInput>();
    const auto blinded = voprf::blind(input.bytes(), random_);
    MAGPIE_CHECK(blinded.has_value());  // an input that has no element cannot be found
    for (const Bytes part :
         {Bytes(input.bytes()), blinded->blind.expose(), Bytes(blinded->element.bytes())}) {
      std::ranges::copy(part, out.begin());
      out = out.subspan(part.size());
    }
  }
  changes_.emplace_back(clone(record));
}

Result<void> Wallet::redeemed(const RelayIdentity& relay, const frames::Answer& answer) {
  InvitationRecord* const record = find(relay);
  if (record == nullptr) return fail(Errc::kMalformed, "redeemed: nothing was asked");
  Result<void> outcome;
  if (const auto* refusal = std::get_if<frames::Refusal>(&answer.result)) {
    if (refusal->code != Errc::kNotInvited) return tl::unexpected(frames::error_of(*refusal));
    outcome = fail(Errc::kNotInvited, "invitation: refused");
  } else {
    const auto* redeemed = std::get_if<frames::Redeemed>(&answer.result);
    if (redeemed == nullptr) return fail(Errc::kMalformed, "redeemed: another answer");
    MAGPIE_TRY_VOID(add_tokens(*record, *redeemed));
  }
  changes_.emplace_back(InvitationDone{record->code});
  std::erase_if(invitations_, [code = record->code](const auto& one) { return one.code == code; });
  return outcome;
}

Result<void> Wallet::add_tokens(const InvitationRecord& record, const frames::Redeemed& redeemed) {
  const std::size_t count = redeemed.evaluated.size();
  if (redeemed.key != record.key || count == 0 || count > kDrawn || record.drawn.empty()) {
    return fail(Errc::kMalformed, "redeemed: key or number");
  }
  std::vector<Bytes> inputs;
  std::vector<voprf::Blinded> blinded;
  for (std::size_t i = 0; i < count; ++i) {
    const Bytes drawn = drawn_at(record, i);
    inputs.push_back(drawn.first(32));
    blinded.push_back({Secret::copy_of(blind_of(drawn)), element_of(drawn)});
  }
  const voprf::Evaluation evaluation{redeemed.evaluated, redeemed.proof};
  MAGPIE_TRY(const auto outputs, voprf::finalize(record.public_key, inputs, blinded, evaluation));
  for (std::size_t i = 0; i < count; ++i) {
    TokenRecord token;
    token.relay = record.relay.identity;
    token.token = {record.key, input_of(drawn_at(record, i)),
                   *frames::TokenOutput::from(outputs[i].expose())};
    changes_.emplace_back(token);
    tokens_.insert_or_assign(token.token.input, token);
  }
  return {};
}

// One of the oldest key, which is over first.
Wallet::Tokens::iterator Wallet::find_free(const RelayIdentity& relay) {
  auto best = tokens_.end();
  for (auto it = tokens_.begin(); it != tokens_.end(); ++it) {
    if (it->second.relay != relay || it->second.room) continue;
    if (best == tokens_.end() || it->second.token.key < best->second.token.key) best = it;
  }
  return best;
}

std::optional<frames::Token> Wallet::token_of(const RoomId& room) {
  const auto own = find(room);
  return own == tokens_.end() ? std::nullopt : std::optional(own->second.token);
}

std::optional<frames::Token> Wallet::take(const RelayIdentity& relay, const RoomId& room) {
  if (const auto own = token_of(room)) return own;
  const auto free = find_free(relay);
  if (free == tokens_.end()) return std::nullopt;
  free->second.room = room;
  changes_.emplace_back(free->second);
  return free->second.token;
}

void Wallet::spent(const RoomId& room) {
  if (const auto token = find(room); token != tokens_.end()) forget(token);
}

void Wallet::give_back(const RoomId& room) {
  const auto token = find(room);
  if (token == tokens_.end()) return;
  token->second.room.reset();
  changes_.emplace_back(token->second);
}

bool Wallet::reject(const RoomId& room) {
  const auto token = find(room);
  if (token == tokens_.end()) return false;
  forget(token);
  return true;
}

}  // namespace magpie::client
