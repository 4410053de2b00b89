// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "client/core/identity.h"
#include "client/core/vault/storage.h"

namespace magpie::client {

/// The owner of this device.
struct Self {
  crypto::SignKeyPair root;
  Fingerprint fingerprint;
  std::string name;
};

/// Everybody whom this device has met. Remembers what changed since it was last stored.
/// Not thread-safe.
class People {
 public:
  void load(std::vector<PersonRecord> people);

  /// Null where the person is not known.
  const PersonRecord* find(const RootKey& root) const;
  /// As they call themselves; empty where they have not said so.
  std::string name_of(const RootKey& root) const;
  std::string name_of(const Fingerprint& person) const;

  void set_name(const RootKey& root, std::string_view name);
  void set_introduced(const RootKey& root);
  void set_numbers_compared(const RootKey& root, bool matched);

  /// The records that changed since the last call.
  Changes take_changes();

 private:
  PersonRecord& change(const RootKey& root);

  std::map<RootKey, PersonRecord> people_;
  std::map<Fingerprint, RootKey> by_fingerprint_;
  std::set<RootKey> changed_;
};

}  // namespace magpie::client
