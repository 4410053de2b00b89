// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mls/policy.h"

namespace magpie::mls {
namespace {

class PermissivePolicy final : public Policy {
 public:
  Result<void> check_credential(Bytes, const crypto::SignPublicKey&) const override { return {}; }
  Result<void> check_change(const Change&) const override { return {}; }
  bool allow_external() const override { return true; }
  std::chrono::seconds lifetime_max() const override { return std::chrono::seconds::max(); }
  std::chrono::seconds lifetime_grace() const override { return std::chrono::seconds::max(); }
};

}  // namespace

const Policy& permissive_policy() {
  static const PermissivePolicy kPolicy;
  return kPolicy;
}

}  // namespace magpie::mls
