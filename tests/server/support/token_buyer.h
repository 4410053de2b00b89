// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/base/random.h"
#include "server/room/frames.h"

namespace magpie::server::test {

/// A code as an administrator's text has it.
inline InvitationCode code_of(std::string text) {
  std::erase(text, '-');
  return *InvitationCode::from(*from_hex(text));
}

/// Draws tokens for a code and turns the relay's answer into them, as a client does.
class TokenBuyer {
 public:
  TokenBuyer(const InvitationCode& code, const TokenKey& key, std::size_t count, Random& random)
      : key_(key) {
    frame_.code = code;
    frame_.key = key.number;
    for (std::size_t i = 0; i < count; ++i) {
      inputs_.push_back(random.id<decltype(Token::input)>());
      blinded_.push_back(crypto::voprf::blind(inputs_.back().bytes(), random).value());
      frame_.blinded.push_back(blinded_.back().element);
    }
  }

  const Redeem& frame() const { return frame_; }
  /// Empty where the relay did not use the key that it publishes.
  std::vector<Token> tokens(const Redeemed& redeemed) const {
    std::vector<Bytes> inputs;
    for (std::size_t i = 0; i < redeemed.evaluated.size(); ++i) {
      inputs.emplace_back(inputs_.at(i).bytes());
    }
    const auto outputs =
        crypto::voprf::finalize(key_.public_key, inputs, std::span(blinded_).first(inputs.size()),
                                {redeemed.evaluated, redeemed.proof});
    std::vector<Token> tokens;
    for (std::size_t i = 0; outputs && i < inputs.size(); ++i) {
      tokens.push_back(
          {key_.number, inputs_[i], *decltype(Token::output)::from((*outputs)[i].expose())});
    }
    return tokens;
  }

 private:
  TokenKey key_;
  Redeem frame_;
  std::vector<decltype(Token::input)> inputs_;
  std::vector<crypto::voprf::Blinded> blinded_;
};

}  // namespace magpie::server::test
